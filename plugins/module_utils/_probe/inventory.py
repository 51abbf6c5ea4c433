# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What to ask of the services of an inventory."""

from __future__ import annotations

from collections.abc import Sequence

from .._fleet import Fleet, Service
from .._inventory import choose
from .._plan import ServicePlan
from .._served import Served, planned
from .asking import Question
from .slo import Slo
from .target import BasicSecret, Target


def target_of(plan: ServicePlan) -> Target:
    """The service as its entry has it now."""
    return target_for(plan.service, planned(plan))


def target_for(service: Service, served: Served) -> Target:
    """What is *served* is expected; how it is asked, and what is demanded of the answers, the entry says."""
    verify = service.verify
    slo = verify.slo
    return Target(
        name=served.name,
        namespace=served.namespace,
        question=Question(
            protocol=served.protocol,
            models=served.models,
            adapters=served.adapters,
            prompt=verify.prompt,
            concurrency=slo.concurrency or 0,
        ),
        published=served.published,
        publishers=served.publishers,
        selector=served.selector,
        port=served.port,
        api_key=served.api_key,
        basic=None if served.login is None else BasicSecret(name=served.login),
        slo=Slo(enforce=slo.enforce, ttft_ms=slo.ttft_ms, concurrency=slo.concurrency, gpu_util=slo.gpu_util),
        engine=served.engine,
        platform=served.platform,
    )


def asked(fleet: Fleet, names: Sequence[str]) -> list[Service]:
    """The services with these names; without names, all that run and whose entries want them asked.

    Raises UnknownService.
    """
    return [one for one in choose(fleet, names).services if names or _is_asked(one)]


def _is_asked(service: Service) -> bool:
    return service.state == "present" and service.verify.smoke
