# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From start to stop of a pod: probes, startup budget, drain. All times in seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._workload import Probe

if TYPE_CHECKING:
    from .facts import ServicePlan

_PROBE_PERIOD = 10
_SCHEDULING = 300
"""What a pod may take before its start: finding a node and pulling an image of many gigabytes."""

ENDPOINT_REMOVAL = 15
"""How long proxies go on sending requests to a pod that is told to stop."""
REQUESTS_IN_FLIGHT = 45
"""How long a stopping engine finishes what it has begun."""
EXIT = 15
"""What the process takes to end after its last request."""


def startup(plan: ServicePlan) -> Probe:
    """Asked until the model is loaded; the whole budget is the service's ``verify.startup_timeout``."""
    failures = -(-plan.startup_timeout // _PROBE_PERIOD)
    return Probe(
        path=plan.engine.startup_path, port=plan.http_port.name, period=_PROBE_PERIOD, failures=failures
    )


def readiness(plan: ServicePlan) -> Probe:
    """Asked where the kubelet is answered: it has no key to show."""
    path = plan.engine.readiness_path if plan.api_key is None else plan.engine.liveness_path
    return Probe(path=path, port=plan.http_port.name)


def liveness(plan: ServicePlan) -> Probe:
    """Slower to judge than readiness: a restart costs a model load, an unready pod only its traffic."""
    return Probe(path=plan.engine.liveness_path, port=plan.http_port.name, timeout=10, failures=6)


def progress_deadline(plan: ServicePlan) -> int:
    return plan.startup_timeout + _SCHEDULING


def grace_period() -> int:
    return ENDPOINT_REMOVAL + REQUESTS_IN_FLIGHT + EXIT
