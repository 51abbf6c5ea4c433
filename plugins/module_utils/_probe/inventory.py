# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What to ask of the services of an inventory, from their plans."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from .._objects import service_objects
from .._plan import ServicePlan
from .asking import Question
from .published import PUBLISHERS
from .slo import Slo
from .target import BasicSecret, Publisher, Target


def target_of(plan: ServicePlan) -> Target:
    """The service as a target: its names and adapters are expected, its objects say where it is reached."""
    verify = plan.service.verify
    return Target(
        name=plan.name,
        namespace=plan.namespace,
        question=Question(
            protocol=plan.engine.protocol,
            models=plan.served_names,
            adapters=tuple(adapter.name for adapter in plan.served_adapters),
            prompt=verify.prompt,
        ),
        published=plan.url,
        publishers=tuple(
            Publisher(api_version=obj["apiVersion"], kind=obj["kind"], name=obj["metadata"]["name"])
            for obj in reversed(service_objects(plan))
            if obj["kind"] in PUBLISHERS
        ),
        selector=",".join(f"{key}={value}" for key, value in sorted(plan.pod_selector.items())),
        port=plan.request_port.number,
        api_key=plan.api_key,
        basic=None if plan.login_secret is None else BasicSecret(name=plan.login_secret),
        slo=Slo(enforce=verify.slo.enforce, ttft_ms=verify.slo.ttft_ms),
        engine=plan.engine.name,
        platform=plan.platform.name,
    )


def asked(plans: Sequence[ServicePlan], names: Sequence[str]) -> list[ServicePlan]:
    """The services with these names; without names, all that run and whose inventory wants them asked.

    Raises ValueError for a name that no service has.
    """
    known = {plan.name: plan for plan in plans}
    for name in names:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"Did you mean {near[0]}?" if near else f"There are {', '.join(known) or 'none'}."
            raise ValueError(f"names: {name} is no service of llm_serving. {hint}")
    return [plan for plan in plans if (plan.name in names if names else _is_asked(plan))]


def _is_asked(plan: ServicePlan) -> bool:
    return plan.service.state == "present" and plan.service.verify.smoke
