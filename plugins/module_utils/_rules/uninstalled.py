# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""V-23: components that no role brings cannot be asked to be present."""

from __future__ import annotations

from collections.abc import Iterator

from .._fleet import Fleet, Problem
from .finding import Plans, warning

CODE = "V-23"

OF_OTHERS = {
    "gpu_operator": "Install NVIDIA's chart, and write state: existing.",
    "grafana": "The chart of component prometheus may bring it; write state: existing.",
    "knative_features": "Set the flags in Knative's ConfigMap config-features; write state: existing.",
    "llmd": "Remove the key: each service of platform llmd brings its own router.",
    "istio": "Install it by istioctl or its charts, and write state: existing.",
}
"""What to do instead, by component."""


def check(fleet: Fleet, plans: Plans) -> Iterator[Problem]:
    for name, hint in OF_OTHERS.items():
        if getattr(fleet.cluster.components, name).state == "present":
            path = f"llm_cluster.components.{name}.state"
            yield warning(CODE, path, "nothing here installs it.", hint)
