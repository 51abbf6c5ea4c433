# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looking at services: are they there, do they serve, are they still as they were applied."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from .._apply import Action, Diagnosis, Inspection, ObjectSet, inspect, list_revisions, specification_hash
from .._apply.engine import silent
from .._apply.wait import wait_until_ready
from .._cluster import Client
from .._plan import ServicePlan, provenance
from .._served import planned, public_address
from .._sets.optional import known_to
from .._sets.services import service_set
from .injection import without_device

GLANCE = 3.0
"""Seconds in which a service that serves has shown it."""


@dataclass(frozen=True, kw_only=True)
class Look:
    """``drift`` is what an apply of the newest revision would change, because somebody changed it since;
    ``pending`` is what a rollout of the inventory would change."""

    name: str
    namespace: str
    engine: str
    platform: str
    state: str
    """``absent``, ``stopped`` or ``present``, as found."""
    ready: bool
    address: str | None
    revision: Mapping[str, Any] | None
    revisions: Sequence[Mapping[str, Any]]
    """All that are kept, the newest first."""
    drift: Sequence[Action]
    pending: Sequence[Action]
    foreign: Sequence[Mapping[str, Any]]
    diagnosis: Sequence[Diagnosis]
    provenance: Sequence[Mapping[str, Any]]

    def result(self) -> dict[str, Any]:
        """The look as a module returns it."""
        return {
            **asdict(self),
            "drift": [asdict(action) for action in self.drift],
            "pending": [asdict(action) for action in self.pending],
            "provenance": [dict(one) for one in self.provenance],
            "foreign": [dict(one) for one in self.foreign],
            "diagnosis": [one.result() for one in self.diagnosis],
        }


def look(client: Client, plans: Sequence[ServicePlan]) -> list[Look]:
    """One look at each service. Raises ClusterError where the cluster cannot be read."""
    return list(client.in_parallel(lambda plan: _look(client, plan), plans))


def _look(client: Client, plan: ServicePlan) -> Look:
    (wanted,), _notices = known_to(client, [service_set(plan)])
    history = list_revisions(client, name=wanted.name, namespace=wanted.namespace)
    newest = history[0] if history else None
    applied = replace(wanted, objects=list(newest.objects) if newest is not None else ())
    found = inspect(client, applied)
    if newest is not None and newest.spec_hash == specification_hash(wanted.objects):
        pending = found.drift
    else:
        pending = inspect(client, wanted).drift if wanted.objects else []
    diagnosis = _trouble(client, found) or without_device(client, applied.objects)
    state = _state(found, applied)
    return Look(
        name=plan.name,
        namespace=plan.namespace,
        engine=plan.engine.name,
        platform=plan.platform.name,
        state=state,
        ready=state == "present" and not diagnosis,
        address=public_address(planned(plan), client) if state == "present" else None,
        revision=newest.summary() if newest is not None else None,
        revisions=[one.summary() for one in history],
        drift=found.drift,
        pending=pending,
        foreign=[asdict(foreign) for foreign in found.foreign],
        diagnosis=diagnosis,
        provenance=provenance(plan),
    )


def _trouble(client: Client, found: Inspection) -> list[Diagnosis]:
    if not found.members:
        return []
    return wait_until_ready(client, found.members, deadline=time.monotonic() + GLANCE, progress=silent)


def _state(found: Inspection, applied: ObjectSet) -> str:
    if not found.exists:
        return "absent"
    return "stopped" if any(_stops(obj) for obj in applied.objects) else "present"


def _stops(obj: Mapping[str, Any]) -> bool:
    """A workload that was applied without pods."""
    annotations = obj["metadata"].get("annotations") or {}
    return annotations.get("serving.kserve.io/stop") == "true" or (obj.get("spec") or {}).get("replicas") == 0
