# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A symptom: one visible sign of trouble at one object, and how texts of the cluster are told apart."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from .codes import BRIEFLY, CODES, NEVER, NODES_BACK, PULL_AGAIN, SCALE_UP
from .lineage import children
from .world import Object, World, event_time, instant, timestamp, written_at

JUDGED = frozenset({"InferenceService", "LLMInferenceService"})
"""Kinds that report their errors by events alone, and cure them by writing their children."""
RECENT = 1.0
"""Seconds by which an event may seem older than the write that caused it: the clocks of two programs."""


@dataclass(frozen=True, kw_only=True)
class Symptom:
    """``grace``: seconds after which it ends the wait, ``None`` never. ``container`` tells whose log
    explains it, ``previous`` that it is the log of the run before."""

    code: str
    where: Object
    reason: str
    message: str
    since: str = ""
    grace: float | None
    container: str = ""
    previous: bool = False


def symptom(code: str, where: Object, **facts: Any) -> Symptom:
    """A symptom with the grace of its code, unless the finder knows better."""
    facts.setdefault("grace", CODES[code].grace)
    return Symptom(code=code, where=where, **facts)


PASSING_PULL = re.compile(
    r"timeout|timed out|deadline exceeded|connection re(set|fused)|\bEOF\b|TLS handshake|toomanyrequests|"
    r"\b(429|500|502|503|504)\b|temporary failure|server misbehaving",
    re.IGNORECASE,
)
"""Image pulls that fail for such reasons may succeed when the kubelet tries again."""


def pull_grace(message: str) -> float | None:
    return PULL_AGAIN if PASSING_PULL.search(message) else CODES["ImagePull"].grace


CREATION_FAILED = frozenset({"FailedCreate", "FailedCreatePod"})
_CREATION = (
    (
        "PodCreation",
        NEVER,
        re.compile(r'serviceaccount "default" not found'),
    ),  # every new namespace, for a moment
    ("PodCreation", BRIEFLY, re.compile(r'serviceaccount "[^"]+" not found|is invalid:')),
    ("QuotaDenied", BRIEFLY, re.compile(r"exceeded quota|failed quota")),
    (
        "WebhookDown",
        BRIEFLY,
        re.compile(r"failed (to call|calling) webhook|no endpoints available for service .*webhook"),
    ),
    (
        "AdmissionDenied",
        BRIEFLY,
        re.compile(r"denied the request|violates PodSecurity|ValidatingAdmissionPolicy|is forbidden"),
    ),
)
"""Code, grace, words. Whatever else goes wrong may be the control plane's own trouble, and pass."""


def creation(where: Object, *, message: str, **facts: Any) -> Symptom:
    """What keeps a controller from creating a pod, by the API server's words."""
    for code, grace, words in _CREATION:
        if words.search(message):
            return symptom(code, where, message=message, grace=grace, **facts)
    return symptom("PodCreation", where, message=message, **facts)


_NO_CLAIM = re.compile(r'persistentvolumeclaim "[^"]+" not found')
_NODES_DOWN = re.compile(
    r"no nodes available|node\.kubernetes\.io/(not-ready|unreachable|network-unavailable)"
)
_UNBOUND = re.compile(r"unbound immediate PersistentVolumeClaims|waiting for .* volumes? to be bound")


def unschedulable(pod: Object, condition: Object, world: World) -> Symptom:
    """The scheduler's own words. Room that is being made (pods on their way out, preemption, new nodes) is
    waited for."""
    message = condition.get("message", "")
    facts: dict[str, Any] = {
        "reason": condition.get("reason", "Unschedulable"),
        "message": message,
        "since": condition.get("lastTransitionTime", ""),
    }
    if condition.get("reason") == "SchedulingGated":
        gates = ", ".join(gate["name"] for gate in pod["spec"].get("schedulingGates") or ())
        return symptom("QueueWaiting", pod, **{**facts, "message": message or f"held by {gates}"})
    if _NO_CLAIM.search(message):
        return symptom("ClaimMissing", pod, **facts)
    if _UNBOUND.search(message):
        return symptom("VolumePending", pod, grace=NEVER, **facts)
    return symptom("Unschedulable", pod, grace=_room_grace(pod, message, world), **facts)


def _room_grace(pod: Object, message: str, world: World) -> float | None:
    said = [event["reason"] for event in world.events_of(pod)]
    if (
        "TriggeredScaleUp" in said
        or "Nominated" in said
        or (pod.get("status") or {}).get("nominatedNodeName")
    ):
        return NEVER
    if world.makes_room():
        return NEVER
    if world.autoscaled and "NotTriggerScaleUp" not in said:
        return SCALE_UP
    if _NODES_DOWN.search(message):
        return NODES_BACK
    return CODES["Unschedulable"].grace


def event_symptoms(obj: Object, world: World) -> list[Symptom]:
    """What the events of an object tell that its status does not."""
    told: dict[str, Symptom] = {}
    events = world.events_of(obj)
    answered = (
        max((written_at(child) for child in children(obj, world)), default=0.0)
        if obj["kind"] in JUDGED
        else 0.0
    )
    created = max((event_time(one) for one in events if one.get("reason") == "SuccessfulCreate"), default=0.0)
    for event in events:
        seen = event_time(event)
        if event.get("type") != "Warning" or seen + RECENT < written_at(obj):
            continue  # it speaks of an earlier spec
        if passing(event):
            continue
        if seen <= answered:
            continue  # the controller has got on since
        if event.get("reason") in CREATION_FAILED and seen <= created:
            continue  # it went well since
        found = _event_symptom(obj, event)
        if found is not None:
            told[found.code] = found
    return list(told.values())


def passing(event: Object) -> bool:
    """Two writers met; the controller has tried again by itself."""
    return "the object has been modified" in event.get("message", "")


def _event_symptom(obj: Object, event: Object) -> Symptom | None:
    reason, message = event.get("reason", ""), event.get("message", "")
    facts = {"reason": reason, "message": message, "since": first_seen(event)}
    if reason in CREATION_FAILED:
        return creation(obj, **facts)
    rule = next(
        (rule for rule in _EVENTS if rule[0] == obj["kind"] and rule[2].search(f"{reason}: {message}")), None
    )
    if rule is None:
        return None
    _kind, code, _words, grace = rule
    return symptom(code, obj, grace=grace, **facts)


_EVENTS: tuple[tuple[str, str, re.Pattern[str], float | None], ...] = (
    ("InferenceService", "StorageUriUnsupported", re.compile(r"StorageURI not supported"), BRIEFLY),
    (
        "InferenceService",
        "InvalidSpec",
        re.compile(
            r"unsupported deployment mode|ServerlessModeRejected|no matches for kind|must be specified"
        ),
        BRIEFLY,
    ),
    ("InferenceService", "Reconcile", re.compile(r"^(InternalError|UpdateFailed)"), NEVER),
    ("LLMInferenceService", "Reconcile", re.compile(r"^(Error|InternalError)"), NEVER),
    (
        "PersistentVolumeClaim",
        "VolumePending",
        re.compile(r"^ProvisioningFailed: .*not found|^FailedBinding"),
        BRIEFLY,
    ),
    ("PersistentVolumeClaim", "VolumePending", re.compile(r"^ProvisioningFailed"), NEVER),
    (
        "Pod",
        "ConfigError",
        re.compile(r'^FailedMount: .*(secret|configmap) "[^"]+" not found|^FailedMount: .*non-existent'),
        BRIEFLY,
    ),
    ("Pod", "VolumeMount", re.compile(r"^(FailedMount|FailedAttachVolume|FailedMapVolume)"), NEVER),
)
"""Kind, code, words of ``reason: message``, grace."""


def first_seen(event: Object) -> str:
    return timestamp(
        instant(
            event.get("firstTimestamp")
            or event.get("eventTime")
            or event["metadata"].get("creationTimestamp")
        )
    )
