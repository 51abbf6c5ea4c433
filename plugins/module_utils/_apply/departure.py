# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting until objects, and the pods under them, are gone."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from .._cluster import Client
from .diagnosis import Diagnosis, diagnosis
from .progress import Say, Voice
from .readiness import EVIDENCE_KINDS, child_kinds
from .streams import Observer, Scope
from .symptoms import symptom
from .world import Key, Object, World, key_of, title

TICK = 0.5


def wait_until_gone(
    client: Client, objects: Sequence[Object], *, deadline: float, progress: Say
) -> list[Diagnosis]:
    """Waits until none of the objects exists, nor any pod that stood under one of them; returns what is
    still there.

    With ``metadata.uid`` an object counts as gone also when another one has taken its name.
    ``deadline`` counts on ``time.monotonic()``.
    """
    if not objects:
        return []
    world = World()
    observer = Observer(client, world, deadline=deadline)
    voice = Voice(progress)
    scopes = _scopes(objects)
    try:
        observer.read(scopes)
        _check_refused(observer, objects)
        pods = {key_of(obj): _pods_below(obj, world) for obj in objects}
        waited = [obj for obj in objects if pods[key_of(obj)] or _exists(obj, world)]
        if not waited:
            return []
        observer.follow(scopes)
        while True:
            left = [obj for obj in waited if _left(obj, pods[key_of(obj)], world, voice)]
            if not left:
                return []
            if time.monotonic() >= deadline:
                return [_explain(obj, pods[key_of(obj)], world) for obj in left]
            voice.still_waiting(len(left), deadline)
            observer.news(until=min(time.monotonic() + TICK, deadline))
            for obj in left:  # pods that were still made while their owner was on its way out
                pods[key_of(obj)] |= _pods_below(obj, world)
    finally:
        observer.close()


def _scopes(objects: Sequence[Object]) -> list[Scope]:
    found: dict[Scope, None] = {}
    for obj in objects:
        namespace = obj["metadata"].get("namespace") or ""
        found[Scope(obj["apiVersion"], obj["kind"], namespace)] = None
        if namespace:
            kinds = (*child_kinds(obj), *EVIDENCE_KINDS)
            found.update(dict.fromkeys(Scope(api_version, kind, namespace) for api_version, kind in kinds))
    return list(found)


def _check_refused(observer: Observer, objects: Sequence[Object]) -> None:
    """A kind that is not served has no objects; one that may not be read cannot be waited for."""
    own = {(obj["apiVersion"], obj["kind"]) for obj in objects}
    for scope, error in observer.refused.items():
        if (scope.api_version, scope.kind) in own and not observer.is_unserved(scope):
            raise error


def _exists(obj: Object, world: World) -> bool:
    found = world.get(key_of(obj))
    uid = obj["metadata"].get("uid")
    return found is not None and uid in (None, found["metadata"].get("uid"))


def _pods_below(obj: Object, world: World) -> set[Key]:
    """Keys of all pods under the object, of whatever revision, also when the object itself has gone before
    them."""
    found: set[Key] = set()
    current = world.get(key_of(obj)) if _exists(obj, world) else None
    todo = [current or obj]
    while todo:
        part = todo.pop()
        if part["kind"] == "Pod":
            found.add(key_of(part))
        todo += world.owned_by(part)
    return found - {key_of(obj)}


def _left(obj: Object, pods: set[Key], world: World, voice: Voice) -> bool:
    exists, running = _exists(obj, world), [key for key in pods if world.get(key) is not None]
    if not exists and not running:
        voice.ready(key_of(obj), f"{title(obj)}: gone")
        return False
    many = "1 pod" if len(running) == 1 else f"{len(running)} pods"
    voice.say(key_of(obj), f"{title(obj)}: {f'{many} leaving' if running else 'leaving'}")
    return True


def _explain(obj: Object, pods: set[Key], world: World) -> Diagnosis:
    current = (world.get(key_of(obj)) if _exists(obj, world) else None) or obj
    meta = current["metadata"]
    reasons = []
    asked = meta.get("deletionTimestamp", "")
    if _exists(obj, world):
        reasons.append("it is being deleted" if asked else "nobody has asked it to go")
    if meta.get("finalizers"):
        reasons.append(f"held by {', '.join(meta['finalizers'])}")
    left = [pod for key in sorted(pods) if (pod := world.get(key)) is not None]
    if left:
        names = ", ".join(
            f"{pod['metadata']['name']} on {pod['spec'].get('nodeName', 'no node')}" for pod in left[:3]
        )
        reasons.append(f"{len(left)} of its pods are still there ({names})")
    reasons += [f"in use by pod {name}" for name in _users(current, world)]
    reasons += [
        f"{one['type']}: {one.get('message', '')}"
        for one in (current.get("status") or {}).get("conditions") or ()
        if current["kind"] == "Namespace" and one.get("status") == "True"
    ]
    cause = symptom(
        "StuckTerminating",
        left[0] if left else current,
        reason="StillThere",
        message="; ".join(reasons),
        since=asked,
    )
    return replace(diagnosis(current, cause, world, prefix="The time was up. "), object=title(obj))


def _users(claim: Object, world: World) -> list[str]:
    """Pods that mount the claim and so keep it."""
    if claim["kind"] != "PersistentVolumeClaim":
        return []
    name, namespace = claim["metadata"]["name"], claim["metadata"].get("namespace", "")
    return [
        pod["metadata"]["name"]
        for pod in world.pods_in(namespace)
        if any(
            (volume.get("persistentVolumeClaim") or {}).get("claimName") == name
            for volume in pod["spec"].get("volumes") or ()
        )
    ]
