# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""V-22: a way into llm-d that goes past its endpoint picker."""

from __future__ import annotations

from collections.abc import Iterator

from .._fleet import Fleet, Problem
from .finding import Plans, at, error, warning

CODE = "V-22"


def check(fleet: Fleet, plans: Plans) -> Iterator[Problem]:
    """Only a route of the Gateway API can lead to an InferencePool; a Service takes any pod.

    Without the picker nobody names a prefill pod, so the halves of the work would never meet.
    """
    for plan in plans:
        if plan.platform.backend is None or plan.service.expose.type == "gateway-api":
            continue
        message = f"requests by type {plan.service.expose.type} go past the endpoint picker, to any pod"
        hint = "Write type: gateway-api, with gateway or llm_cluster.components.gateway.class_name."
        if plan.prefill is not None:
            message += "; no prompt then reaches the pods of prefill"
        say = error if plan.prefill is not None and _is_the_only_way(plan.service.expose.type) else warning
        yield say(CODE, at(plan, "expose.type"), f"{message}.", hint)


def _is_the_only_way(kind: str) -> bool:
    """Whether clients are meant to come by it: inside the cluster others may make a route to the pool."""
    return kind not in ("cluster", "none")
