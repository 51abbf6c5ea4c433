# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The set of a service."""

from __future__ import annotations

from .._apply import ObjectSet
from .._objects import service_objects
from .._plan import ServicePlan

SERVICE_SET = "inferops-service-"
"""Before the service's name in that of its set, whose parent must not meet a ConfigMap of somebody else."""


def set_of(service: str) -> str:
    """Name of the set of a service."""
    return SERVICE_SET + service


def service_set(plan: ServicePlan) -> ObjectSet:
    """What the service consists of; nothing for one that is to be absent."""
    objects = service_objects(plan)
    kinds = frozenset(obj["kind"] for obj in objects)
    return ObjectSet(
        name=set_of(plan.name),
        namespace=plan.namespace,
        objects=objects,
        recreate=kinds if plan.service.recreate else frozenset(),
    )
