# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From start to stop of a pod: probes, startup budget, drain. All times in seconds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from .._workload import Probe

if TYPE_CHECKING:
    from .facts import ServicePlan

_SCHEDULING = 300
"""What a pod may take before its start: finding a node and pulling an image of many gigabytes."""

ENDPOINT_REMOVAL = 15
"""How long proxies go on sending requests to a pod that is told to stop."""
REQUESTS_IN_FLIGHT = 45
"""How long a stopping engine finishes what it has begun."""
EXIT = 15
"""What the process takes to end after its last request."""


def startup(plan: ServicePlan) -> Probe:
    """Asked until the model is loaded; delay and failures together are the whole budget."""
    pace = plan.engine.startup_pace
    delay = min(pace.delay, plan.startup_timeout - 1)
    failures = -(-(plan.startup_timeout - delay) // pace.period)
    return Probe(
        path=plan.engine.startup_path,
        port=plan.http_port.name,
        pace=replace(pace, delay=delay, failures=failures),
    )


def readiness(plan: ServicePlan) -> Probe:
    """Asked where the kubelet is answered: it has no key to show."""
    path = plan.engine.readiness_path if plan.api_key is None else plan.engine.liveness_path
    return Probe(path=path, port=plan.http_port.name, pace=plan.engine.readiness_pace)


def liveness(plan: ServicePlan) -> Probe:
    return Probe(path=plan.engine.liveness_path, port=plan.http_port.name, pace=plan.engine.liveness_pace)


def progress_deadline(plan: ServicePlan) -> int:
    return plan.startup_timeout + _SCHEDULING


def grace_period() -> int:
    return ENDPOINT_REMOVAL + REQUESTS_IN_FLIGHT + EXIT
