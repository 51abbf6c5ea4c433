# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs on the machine that runs the modules: none is needed, some enable more."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

from .._fleet import Cluster, Problem

OPTIONAL = (
    ("kubectl", "looking at the cluster by hand; no module calls it"),
    ("helm", "components with source: helm:<chart>"),
    ("docker", "building images of engines, where podman is not there"),
    ("podman", "building images of engines, where docker is not there"),
    ("go", "building the programs of the lab, where no binaries are given"),
)
"""Name of a program and what it is for."""


def tools() -> list[dict[str, Any]]:
    """Which of them are here."""
    return [{"name": name, "path": shutil.which(name), "enables": enables} for name, enables in OPTIONAL]


def tool_problems(cluster: Cluster) -> Iterator[Problem]:
    """Features of this inventory that need a program which is not here; only they are refused."""
    for name in type(cluster.components).__dataclass_fields__:
        component = getattr(cluster.components, name)
        if component.state == "present" and component.source.startswith("helm:") and not shutil.which("helm"):
            yield Problem(
                code="V-23",
                path=f"llm_cluster.components.{name}.source",
                message="helm is not installed here, and a chart is rendered by it.",
                hint="Install helm, or name a manifest, a directory or an archive as source.",
            )
