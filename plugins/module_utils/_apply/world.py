# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of the cluster during a wait: an index over plain objects, without any I/O."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

Object = dict[str, Any]
Key = tuple[str, str, str, str]
"""API group, kind, namespace, name. Versions do not count: a child may be listed by another one than it is
owned by."""


SCHEDULER_BACK_OFF = 12.0
"""Seconds within which the scheduler tries a pod again for which there was no room (10 by its default)."""


def group_of(api_version: str) -> str:
    return api_version.rpartition("/")[0]


def group_kind(obj: Mapping[str, Any]) -> tuple[str, str]:
    return group_of(obj["apiVersion"]), obj["kind"]


def key_of(obj: Mapping[str, Any]) -> Key:
    meta = obj["metadata"]
    return group_of(obj["apiVersion"]), obj["kind"], meta.get("namespace") or "", meta["name"]


def title(obj: Mapping[str, Any]) -> str:
    """``Deployment rag/lean``: the way an object is named in everything that people read."""
    meta = obj["metadata"]
    namespace = meta.get("namespace")
    return f"{obj['kind']} {namespace}/{meta['name']}" if namespace else f"{obj['kind']} {meta['name']}"


def instant(text: str | None) -> float:
    """Seconds since the epoch of an API time; 0 for none."""
    if not text:
        return 0.0
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def timestamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if seconds else ""


def written_at(obj: Mapping[str, Any], *, subresource: str = "") -> float:
    """When the object itself (or its ``status``) was last changed by anybody, by the server's clock."""
    meta = obj["metadata"]
    times = [
        instant(entry.get("time"))
        for entry in meta.get("managedFields") or ()
        if entry.get("subresource", "") == subresource
    ]
    return max(times, default=0.0 if subresource else instant(meta.get("creationTimestamp")))


@dataclass
class World:
    """The objects seen so far. Fed by lists and watches, asked by the predicates.

    ``now`` and ``today`` are the monotonic and the wall clock of this machine.
    """

    now: float = field(default_factory=time.monotonic)
    today: float = field(default_factory=time.time)
    autoscaled: bool = False
    """A node autoscaler is at work: lack of room may be cured by new nodes."""
    silent_kinds: set[tuple[str, str]] = field(default_factory=set)
    """Custom kinds (group, kind) that have no status at all."""
    late_binding: set[str] = field(default_factory=set)
    """Storage classes that bind a claim only when its first pod comes."""
    _objects: dict[Key, Object] = field(default_factory=dict)
    _owned: dict[str, set[Key]] = field(default_factory=dict)
    _events: dict[str, set[Key]] = field(default_factory=dict)
    _leaving: set[Key] = field(default_factory=set)
    _room_made: float = float("-inf")
    _seen: dict[Key, tuple[str, int, float]] = field(default_factory=dict)

    @classmethod
    def of(cls, objects: Iterable[Object], **clocks: float) -> World:
        world = cls(**clocks)  # type: ignore[arg-type]
        for obj in objects:
            world.put(obj)
        return world

    def put(self, obj: Object) -> None:
        key = key_of(obj)
        self._forget(key)
        self._objects[key] = obj
        for owner in obj["metadata"].get("ownerReferences") or ():
            self._owned.setdefault(owner["uid"], set()).add(key)
        if obj["kind"] == "Event":
            self._events.setdefault(_regarding(obj), set()).add(key)
            return
        meta = obj["metadata"]
        if obj["kind"] == "Pod" and meta.get("deletionTimestamp"):
            self._leaving.add(key)
        seen = self._seen.get(key)
        if seen is None or seen[:2] != (meta.get("uid", ""), meta.get("generation", 0)):
            self._seen[key] = (meta.get("uid", ""), meta.get("generation", 0), self.now)

    def drop(self, key: Key) -> None:
        if key[1] == "Pod" and key in self._objects:
            self._room_made = self.now
        self._forget(key)
        self._objects.pop(key, None)

    def replace(self, scope: tuple[str, str, str], objects: Iterable[Object]) -> list[Object]:
        """Takes a fresh list of one group, kind and namespace; returns what has gone since the last one."""
        fresh = {key_of(obj): obj for obj in objects}
        gone = [obj for key, obj in self._objects.items() if key[:3] == scope and key not in fresh]
        for obj in gone:
            self.drop(key_of(obj))
        for obj in fresh.values():
            self.put(obj)
        return gone

    def get(self, key: Key) -> Object | None:
        return self._objects.get(key)

    def owned_by(self, owner: Mapping[str, Any]) -> list[Object]:
        keys = self._owned.get(owner["metadata"].get("uid", ""), set())
        return [self._objects[key] for key in sorted(keys)]

    def events_of(self, obj: Mapping[str, Any]) -> list[Object]:
        """The object's events, oldest first."""
        keys = self._events.get(obj["metadata"].get("uid", ""), set())
        return sorted((self._objects[key] for key in keys), key=event_time)

    def pods_in(self, namespace: str) -> list[Object]:
        return [obj for key, obj in sorted(self._objects.items()) if key[:3] == ("", "Pod", namespace)]

    def makes_room(self) -> bool:
        """Whether pods are on their way out, or have gone so lately that the scheduler may not have come
        back to those that wait for their room."""
        return bool(self._leaving) or self.now - self._room_made < SCHEDULER_BACK_OFF

    def unchanged_for(self, obj: Mapping[str, Any]) -> float:
        """Seconds that we have been looking at this generation of the object."""
        seen = self._seen.get(key_of(obj))
        return self.now - seen[2] if seen else 0.0

    def _forget(self, key: Key) -> None:
        old = self._objects.get(key)
        if old is None:
            return
        self._leaving.discard(key)
        for owner in old["metadata"].get("ownerReferences") or ():
            self._owned.get(owner["uid"], set()).discard(key)
        if old["kind"] == "Event":
            self._events.get(_regarding(old), set()).discard(key)


def _regarding(event: Mapping[str, Any]) -> str:
    return str((event.get("involvedObject") or {}).get("uid", ""))


def event_time(event: Mapping[str, Any]) -> float:
    """When the event was last seen."""
    series = event.get("series") or {}
    return instant(
        series.get("lastObservedTime")
        or event.get("lastTimestamp")
        or event.get("eventTime")
        or event["metadata"].get("creationTimestamp")
    )
