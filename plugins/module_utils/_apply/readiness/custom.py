# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every other kind: what its status says by the conventions that most controllers keep."""

from __future__ import annotations

from ..lineage import observed, settled
from ..pods import condition
from ..symptoms import symptom
from ..world import Object, World, group_kind
from .state import State, done, pending, status_of, unmet

REPORTING = frozenset(
    {
        ("keda.sh", "ScaledObject"),
        ("cert-manager.io", "Certificate"),
        ("cert-manager.io", "Issuer"),
        ("cert-manager.io", "ClusterIssuer"),
        ("serving.knative.dev", "Service"),
        ("serving.kserve.io", "InferenceGraph"),
        ("serving.kserve.io", "TrainedModel"),
        ("kueue.x-k8s.io", "ClusterQueue"),
        ("kueue.x-k8s.io", "LocalQueue"),
    }
)
"""Kinds whose controller always writes conditions: without a status they are not ready."""


def custom(obj: Object, world: World) -> State:
    """No status at all is fine for a kind that has none; another one gets a moment for its controller to
    speak up."""
    kind = group_kind(obj)
    if kind in world.silent_kinds:
        return done()
    if not status_of(obj):
        if kind not in REPORTING and settled(obj, world):
            return done()
        return pending("no status yet", reason="NoStatus")
    if not observed(obj):
        return pending("not seen by its controller yet")
    return _by_conditions(obj) or (
        pending("no condition yet", reason="NoStatus") if kind in REPORTING else done()
    )


def _by_conditions(obj: Object) -> State | None:
    """What the conditions say that many controllers write, if there is one of them."""
    stalled = condition(obj, "Stalled")
    if stalled.get("status") == "True":
        found = symptom(
            "InvalidSpec",
            obj,
            reason=stalled.get("reason", ""),
            message=stalled.get("message", ""),
            since=stalled.get("lastTransitionTime", ""),
        )
        return unmet(stalled, "Stalled", symptoms=[found])
    if condition(obj, "Reconciling").get("status") == "True":
        return pending("reconciling", reason="Reconciling")
    for name in ("Ready", "Available", "Active"):
        one = condition(obj, name)
        if one:
            return done() if one.get("status") == "True" else unmet(one, name)
    return None
