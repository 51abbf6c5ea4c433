# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From symptoms to a diagnosis: which of them is the cause, and the events and log lines that show it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

from .codes import CODES
from .lineage import lineage
from .pods import portrait, ready
from .readiness import State, state_of
from .symptoms import Symptom, event_symptoms, passing, symptom
from .world import Object, World, event_time, timestamp, title, written_at

EVENTS_SHOWN = 5
PODS_SHOWN = 8
CONSEQUENCES = frozenset({"RolloutStuck", "ModelLoadFailed", "Reconcile"})
"""Codes that only say that something underneath went wrong."""


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """Why one object of a set is not what it should be.

    ``object`` names the set's object and ``where`` the one at which the trouble is visible (often a pod),
    both as ``Kind namespace/name``. ``code`` is a key of ``CODES``, ``reason`` the cluster's own word,
    ``since`` an API time (UTC) or ''. ``pods`` has a line on each pod of the present spec. ``events`` and
    ``log`` hold the last lines, oldest first, tokens masked.
    """

    code: str
    object: str
    message: str
    hint: str
    where: str = ""
    reason: str = ""
    since: str = ""
    pods: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    log: tuple[str, ...] = ()

    def result(self) -> dict[str, Any]:
        """The diagnosis as a module returns it."""
        return {**asdict(self), "pods": list(self.pods), "events": list(self.events), "log": list(self.log)}

    def __str__(self) -> str:
        since = f" (since {self.since})" if self.since else ""
        place = f" at {self.where}" if self.where not in ("", self.object) else ""
        return f"{self.object}: {self.code}{place}: {self.message}{since} {self.hint}"


def symptoms_of(obj: Object, world: World) -> list[Symptom]:
    """Everything visible under the object, the deepest first."""
    found: list[tuple[int, Symptom]] = []
    for depth, part in lineage(obj, world):
        if part["kind"] == "Pod" and ready(part):
            continue
        found += [(depth, one) for one in (*state_of(part, world).symptoms, *event_symptoms(part, world))]
    found.sort(key=lambda pair: -pair[0])
    return [one for _depth, one in found]


def causes(symptoms: Iterable[Symptom]) -> list[Symptom]:
    """One symptom per code; of pods, if any pod is in trouble, else of their controllers; consequences only
    alone."""
    first: dict[str, Symptom] = {}
    for one in symptoms:
        first.setdefault(one.code, one)
    found = [one for one in first.values() if one.code not in CONSEQUENCES] or list(first.values())
    pods = [one for one in found if one.where["kind"] == "Pod"]
    return pods or found


def diagnosis(obj: Object, cause: Symptom, world: World, *, prefix: str = "") -> Diagnosis:
    message = f"{prefix}{cause.message or CODES[cause.code].meaning}"
    return Diagnosis(
        code=cause.code,
        object=title(obj),
        where=title(cause.where),
        reason=cause.reason,
        since=cause.since,
        message=clean(message),
        hint=CODES[cause.code].hint,
        pods=tuple(_pod_lines(obj, world)),
        events=tuple(_event_lines([cause.where, obj], world)),
    )


def unexplained(obj: Object, state: State) -> Symptom:
    """What can be said about an object that is not ready where nothing shows why."""
    code = "NoStatus" if state.reason == "NoStatus" else "Reconcile" if state.message else "DeadlineExceeded"
    return symptom(
        code,
        obj,
        reason=state.reason,
        message=state.message or f"{CODES[code].meaning}",
        since=state.since or timestamp(written_at(obj)),
    )


def with_log(found: Diagnosis, lines: Iterable[str]) -> Diagnosis:
    """Adds log lines; what they say may name the cause better than the exit code did."""
    log = tuple(clean(line) for line in lines)
    if found.code in EXPLAINED_BY_LOG:
        for code, words in LOG_SIGNS:
            if any(words.search(line) for line in log):
                return replace(found, code=code, hint=CODES[code].hint, log=log)
    return replace(found, log=log)


EXPLAINED_BY_LOG = frozenset({"CrashLoop", "InitFailed", "ModelLoadFailed", "ProbeKilled", "PodFailed"})
LOG_SIGNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "OutOfMemory",
        re.compile(
            r"CUDA out of memory|OutOfMemoryError|No available memory for the cache blocks|"
            r"larger than the available KV cache memory|maximum number of tokens that can be stored in KV "
            r"cache|"
            r"less than desired GPU memory utilization|MemoryError",
        ),
    ),
)

_SECRETS = re.compile(
    r"\b(hf_|sk-|ghp_|glpat-|nvapi-)[\w-]{8,}|\bAKIA[0-9A-Z]{12,}|\beyJ[\w-]+\.[\w-]+\.[\w-]*|"
    r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)|"
    r"(?i:(?<=bearer )|(?<=basic ))[\w.~+/=-]{8,}|"
    r"(?i:(?:password|passwd|secret|token|api[_-]?key|access[_-]?key(?:[_-]?id)?)[\"']?\s*[=:]\s*)[\"']?[^\s\"',;]+"
)
LONGEST_LINE = 400


def clean(text: str) -> str:
    """One line of bounded length in which nothing that looks like a credential is left."""
    line = " ".join(text.split())
    line = _SECRETS.sub("********", line)
    return line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]}…"


def _pod_lines(obj: Object, world: World) -> list[str]:
    """Those in trouble first, and not hundreds of them."""
    pods = [part for _depth, part in lineage(obj, world) if part["kind"] == "Pod"]
    pods.sort(key=lambda pod: (ready(pod), pod["metadata"]["name"]))
    more = [f"and {len(pods) - PODS_SHOWN} more"] if len(pods) > PODS_SHOWN else []
    return [portrait(pod, world) for pod in pods[:PODS_SHOWN]] + more


def _event_lines(objects: Iterable[Object], world: World) -> list[str]:
    seen: dict[str, Object] = {}
    for obj in objects:
        for event in world.events_of(obj):
            if passing(event):
                continue
            seen[event["metadata"].get("uid") or event["metadata"]["name"]] = event
    latest = sorted(seen.values(), key=event_time)[-EVENTS_SHOWN:]
    return [_event_line(event) for event in latest]


def _event_line(event: Object) -> str:
    count = event.get("count") or (event.get("series") or {}).get("count") or 1
    times = f" (x{count})" if count > 1 else ""
    when = timestamp(event_time(event))
    return clean(
        f"{when} {event.get('type', '')} {event.get('reason', '')}: {event.get('message', '')}{times}"
    )
