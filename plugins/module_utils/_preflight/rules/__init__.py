# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must hold in the cluster before a service is written to it, one file for each subject."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ..._fleet import Problem
from ..facts import Facts
from ..pods import Wanted
from . import (
    access,
    capacity,
    device_plugins,
    hooks,
    inference_services,
    injection,
    kinds,
    knative,
    metrics_apis,
    namespaces,
    node_ports,
    nodes,
    queues,
    quotas,
    schedulers,
    version,
    volumes,
    withdrawn,
)

Check = Callable[[Sequence[Wanted], Facts], Iterable[Problem]]

RULES: tuple[Check, ...] = (
    access.check,
    version.check,
    kinds.check,
    namespaces.check,
    knative.check,
    inference_services.check,
    hooks.check,
    nodes.check,
    schedulers.check,
    queues.check,
    device_plugins.check,
    volumes.check,
    metrics_apis.check,
    injection.check,
    node_ports.check,
    capacity.check,
    quotas.check,
    withdrawn.check,
)
"""In the order in which their findings are told: what explains others first."""


def check(services: Sequence[Wanted], facts: Facts) -> list[Problem]:
    """Every finding of every rule."""
    return [problem for rule in RULES for problem in rule(services, facts)]
