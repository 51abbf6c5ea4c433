# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""V-23: pods that run without the sidecar that their namespace injects now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..._fleet import Problem
from ..._names import SIDECAR_LABEL
from ..._rules.finding import at, warning
from ..facts import Facts
from ..injecting import injects
from ..pods import Wanted

CODE = "V-23"

PROXY = "istio-proxy"


def check(services: Sequence[Wanted], facts: Facts) -> Iterator[Problem]:
    for one in services:
        described = {each.name: each.istio for each in one.plan.cluster.namespaces}
        live = facts.namespaces.get(one.plan.namespace)
        wanted = described.get(one.plan.namespace, "none") != "none" or (live is not None and injects(live))
        bare = [pod["metadata"]["name"] for pod in facts.pods or () if wanted and _is_bare(one, pod)]
        if bare:
            message = (
                f"namespace {one.plan.namespace} injects sidecars, and {', '.join(bare[:5])} started without."
            )
            yield warning(CODE, at(one.plan, "namespace"), message, "Restart them: kubectl rollout restart.")


def _is_bare(one: Wanted, pod: Mapping[str, Any]) -> bool:
    labels = pod["metadata"].get("labels") or {}
    if pod["metadata"]["namespace"] != one.plan.namespace or labels.get(SIDECAR_LABEL) == "false":
        return False
    containers = [*pod["spec"]["containers"], *(pod["spec"].get("initContainers") or ())]
    ours = one.plan.pod_selector.items() <= labels.items()
    return ours and all(container["name"] != PROXY for container in containers)
