# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for a whole set under one deadline. Trouble that will not cure itself ends the wait at once, with
its cause."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

from .._cluster import ApiError, Client, ClusterError, NotServed, Unreachable
from .._cluster.autoscaler import is_autoscaled
from .departure import wait_until_gone
from .diagnosis import Diagnosis, causes, diagnosis, symptoms_of, unexplained, with_log
from .lineage import lineage
from .pods import activity, died_of, ready
from .progress import Say, Voice
from .readiness import EVIDENCE_KINDS, State, child_kinds, is_unknown, state_of, waits_for
from .streams import Observer, Scope
from .symptoms import Symptom, event_symptoms, symptom
from .world import Key, Object, World, group_kind, group_of, key_of, title

TICK = 0.5
"""Seconds after which graces and settling times are looked at even without news."""
GATHER = 0.2
"""Seconds in which news that come together are taken together."""
CHURN = 10
"""Pods of one object that may vanish during a wait before that itself is the trouble."""
LOG_LINES = 20
EVIDENCE_TIME = 5.0
"""Seconds for reading log lines after the verdict."""


def wait_until_ready(
    client: Client, objects: Sequence[Object], *, deadline: float, progress: Say
) -> list[Diagnosis]:
    """Waits until every object is ready; returns why not, or nothing.

    ``objects``: as the API server answered when they were applied (or as they were sent, which costs a few
    lists more). ``deadline`` counts on ``time.monotonic()``. ``progress`` gets a line whenever something
    moves. Raises ClusterError where an object's own kind cannot be read.
    """
    world = World.of(obj for obj in objects if obj["metadata"].get("uid"))
    waited = {key_of(obj): obj for obj in objects if waits_for(obj) and not _is_ready(obj, world)}
    if not waited:
        return []
    wait = _Wait(client, waited, deadline=deadline, progress=progress)
    try:
        return wait.run()
    except Unreachable as error:
        return wait.unreachable(error)
    finally:
        wait.close()


def _is_ready(obj: Object, world: World) -> bool:
    """As far as the object alone can tell; what depends on others is looked up."""
    known = bool(obj["metadata"].get("uid")) and not child_kinds(obj)
    return known and state_of(obj, world).ready


class _Wait:
    def __init__(self, client: Client, waited: dict[Key, Object], *, deadline: float, progress: Say) -> None:
        self._client = client
        self._waited = waited
        self._deadline = deadline
        self._voice = Voice(progress)
        self._world = World()
        self._observer = Observer(client, self._world, deadline=deadline)
        self._first_seen: dict[tuple[Key, str, str], float] = {}
        self._own_pods: dict[str, Key] = {}
        self._vanished: dict[Key, int] = {}
        self._died_of: dict[Key, Symptom] = {}
        self._done: set[Key] = set()
        self._autoscaler_asked = False

    def run(self) -> list[Diagnosis]:
        scopes = list(dict.fromkeys(self._scopes()))
        self._learn()
        self._observer.read(scopes)
        self._check_refused()
        if not self._pending():
            return []
        self._observer.read(evidence := [one for one in self._evidence() if one not in scopes])
        self._observer.follow([*scopes, *evidence])
        while True:
            pending = self._pending()
            if not pending:
                return []
            if self._is_hopeless(pending):
                self._take_news(GATHER)  # events often come a moment after the status
                found = self._report(self._pending())
                if found:
                    return found
            now = time.monotonic()
            if now >= self._deadline:
                return self._time_is_up(pending)
            self._voice.still_waiting(len(pending), self._deadline)
            self._take_news(TICK)
            time.sleep(max(0.0, min(GATHER, self._deadline - time.monotonic())))
            self._take_news(0.0)
            self._check_refused()

    def close(self) -> None:
        self._observer.close()

    def _scopes(self) -> Iterator[Scope]:
        for obj in self._waited.values():
            namespace = obj["metadata"].get("namespace") or ""
            yield Scope(obj["apiVersion"], obj["kind"], namespace)
            for api_version, kind in child_kinds(obj):
                yield Scope(api_version, kind, namespace)

    def _evidence(self) -> list[Scope]:
        namespaces = {key[2] for key in self._waited if key[2]}
        return [
            Scope(api_version, kind, namespace)
            for namespace in sorted(namespaces)
            for api_version, kind in EVIDENCE_KINDS
        ]

    def _learn(self) -> None:
        """Facts of the cluster that some predicates need."""
        kinds = {group_kind(obj) for obj in self._waited.values()}
        if ("", "PersistentVolumeClaim") in kinds:
            try:
                classes = self._client.list("storage.k8s.io/v1", "StorageClass", deadline=self._deadline)
            except ApiError:
                classes = []  # the claim's events tell it too
            self._world.late_binding = {
                one["metadata"]["name"]
                for one in classes
                if one.get("volumeBindingMode") == "WaitForFirstConsumer"
            }
        unknown = {(obj["apiVersion"], obj["kind"]) for obj in self._waited.values() if is_unknown(obj)}
        self._world.silent_kinds = {
            (group_of(api_version), kind)
            for api_version, kind in unknown
            if self._is_silent(api_version, kind)
        }

    def _is_silent(self, api_version: str, kind: str) -> bool:
        try:
            resource = self._client.resource(api_version, kind)
            served = self._client.request("GET", f"/apis/{resource.api_version}", deadline=self._deadline)
        except (ApiError, NotServed):
            return False
        return not any(one["name"] == f"{resource.plural}/status" for one in served.get("resources") or ())

    def _pending(self) -> dict[Key, State]:
        """The objects that are not ready yet; says what has moved."""
        pending: dict[Key, State] = {}
        for key, given in self._waited.items():
            obj = self._world.get(key)
            if key in self._done:
                continue
            if obj is None:
                pending[key] = State(ready=False, summary="does not exist")
                self._voice.say(key, f"{title(given)}: does not exist")
                continue
            state = state_of(obj, self._world)
            if state.ready and any(one.grace is not None for one in event_symptoms(obj, self._world)):
                state = State(ready=False, summary="its controller reports an error")
            if state.ready:
                self._voice.ready(key, f"{title(obj)}: {state.summary}")
                continue
            pending[key] = state
            self._voice.say(key, f"{title(obj)}: {state.summary}{self._doing(obj)}")
        return pending

    def _doing(self, obj: Object) -> str:
        """What the first pod that is not ready is doing, in brackets."""
        own = [part for _depth, part in lineage(obj, self._world) if part["kind"] == "Pod"]
        for pod in own:
            self._own_pods[pod["metadata"].get("uid", "")] = key_of(obj)
        words = dict.fromkeys(activity(pod, self._world) for pod in own if not ready(pod))
        return f" ({', '.join(words)})" if words else ""

    def _is_hopeless(self, pending: dict[Key, State]) -> bool:
        """Whether some trouble has lasted longer than its grace."""
        now = self._world.now
        seen: dict[tuple[Key, str, str], float] = {}
        hopeless = False
        for key in pending:
            for one in self._symptoms(key):
                sign = (key, one.where["metadata"].get("uid", ""), one.code)
                if one.grace is not None:
                    seen[sign] = self._first_seen.get(sign, now)
                    hopeless = hopeless or now - seen[sign] >= one.grace
        self._first_seen = seen
        return hopeless

    def _symptoms(self, key: Key) -> list[Symptom]:
        obj = self._world.get(key)
        if obj is None:
            given = self._waited[key]
            return [
                symptom(
                    "Deleted", given, reason="NotFound", message=f"{title(given)} does not exist any more."
                )
            ]
        found = symptoms_of(obj, self._world)
        if self._vanished.get(key, 0) >= CHURN:
            said = f"{self._vanished[key]} of its pods were deleted during the wait."
            died = self._died_of.get(key)
            if died is None:
                found.append(symptom("Deleted", obj, reason="PodsDeleted", message=said, grace=0.0))
            else:
                found.append(replace(died, message=f"{said} One of them: {died.message}", grace=0.0))
        if any(one.code == "Unschedulable" for one in found) and not self._autoscaler_asked:
            self._autoscaler_asked = True
            self._world.autoscaled = is_autoscaled(self._client, deadline=time.monotonic() + EVIDENCE_TIME)
            found = symptoms_of(obj, self._world)
        return found

    def _take_news(self, seconds: float) -> None:
        """Takes in what comes within these seconds, ending with the first news."""
        gone = self._observer.news(until=min(time.monotonic() + seconds, self._deadline))
        self._world.now, self._world.today = time.monotonic(), time.time()
        for obj in gone:
            if obj["kind"] == "Job" and state_of(obj, self._world).ready:
                self._done.add(key_of(obj))  # cleared away after it had succeeded
            key = self._own_pods.pop(obj["metadata"].get("uid", ""), None) if obj["kind"] == "Pod" else None
            if key is not None:
                self._vanished[key] = self._vanished.get(key, 0) + 1
                if died := died_of(obj, self._world):
                    self._died_of[key] = died
                self._voice.note(f"{title(self._waited[key])}: pod {obj['metadata']['name']} was deleted")

    def _check_refused(self) -> None:
        """An object's own kind must be readable; anything else is evidence that we can do without."""
        own = {(key[0], key[1], key[2]) for key in self._waited}
        for scope, error in self._observer.refused.items():
            if (group_of(scope.api_version), scope.kind, scope.namespace) in own:
                raise error

    def _report(self, pending: dict[Key, State]) -> list[Diagnosis]:
        """All objects in trouble, also those whose trouble is younger than its grace."""
        found = []
        for key in pending:
            ending = [one for one in self._symptoms(key) if one.grace is not None]
            found += [self._explain(key, cause, "") for cause in causes(ending)]
        return found

    def _time_is_up(self, pending: dict[Key, State]) -> list[Diagnosis]:
        with suppress(ApiError):  # any answer will do
            self._client.request("GET", "/version", deadline=time.monotonic() + EVIDENCE_TIME)
        found = []
        for key, state in pending.items():
            obj = self._world.get(key) or self._waited[key]
            symptoms = causes(self._symptoms(key)) or [unexplained(obj, state)]
            prefix = f"The time was up with {state.summary}.{self._unreadable()} "
            found += [self._explain(key, cause, prefix) for cause in symptoms]
        return found

    def unreachable(self, error: Unreachable) -> list[Diagnosis]:
        """The last known state of everything that was waited for, where nothing more can be learnt."""
        found = []
        for key, given in self._waited.items():
            obj = self._world.get(key)
            state = state_of(obj, self._world) if obj else State(ready=False, summary="nothing")
            if not state.ready:
                cause = symptom("ApiUnavailable", given, reason="Unreachable", message=str(error))
                prefix = f"The time was up with {state.summary} as the last known state. "
                found.append(diagnosis(obj or given, cause, self._world, prefix=prefix))
        return found

    def _unreadable(self) -> str:
        """Which evidence is missing because it may not be read."""
        kinds = sorted(
            {scope.kind for scope, error in self._observer.refused.items() if isinstance(error, ApiError)}
        )
        return f" (Not permitted to read: {', '.join(kinds)}.)" if kinds else ""

    def _explain(self, key: Key, cause: Symptom, prefix: str) -> Diagnosis:
        obj = self._world.get(key) or self._waited[key]
        speaker = cause
        if not cause.container and cause.where["kind"] != "Pod":
            speaker = next((one for one in symptoms_of(obj, self._world) if one.container), cause)
        if speaker is not cause:
            cause = replace(cause, message=f"{cause.message}; {title(speaker.where)}: {speaker.message}")
        return with_log(diagnosis(obj, cause, self._world, prefix=prefix), self._log(speaker))

    def _log(self, speaker: Symptom) -> list[str]:
        if not speaker.container:
            return []
        meta = speaker.where["metadata"]
        for previous in (True, False) if speaker.previous else (False,):
            try:
                text = self._client.logs(
                    meta["namespace"],
                    meta["name"],
                    container=speaker.container,
                    previous=previous,
                    tail=LOG_LINES,
                    deadline=time.monotonic() + EVIDENCE_TIME,
                )
            except ClusterError:
                continue  # the container never ran, or its log may not be read
            if text.strip():
                return text.splitlines()[-LOG_LINES:]
        return []


__all__ = ["wait_until_gone", "wait_until_ready"]
