# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists once, then follows by watches, each kind of a namespace in a thread of its own."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from .._cluster import ApiError, Client, NotServed, Unreachable, Watch
from .world import Object, World, group_of, key_of

RESYNC = 120.0
"""Seconds after which a stream starts afresh from a list: a connection that died without a word is noticed
by then."""
POLL = 2.0
"""Seconds between two lists of a kind that may be listed but not watched, or after a failed one."""
REFUSED = frozenset({401, 403, 404, 405})


class Scope(NamedTuple):
    """One kind in one namespace ('' for kinds without)."""

    api_version: str
    kind: str
    namespace: str


@dataclass(frozen=True)
class Listed:
    scope: Scope
    objects: list[Object]


@dataclass(frozen=True)
class Changed:
    type: str
    object: Object


@dataclass(frozen=True)
class Refused:
    """The kind cannot be read: not permitted, or not served."""

    scope: Scope
    error: Exception


News: TypeAlias = "Listed | Changed | Refused"


class Observer:
    """Keeps a World up to date. ``close()`` ends every stream."""

    def __init__(self, client: Client, world: World, *, deadline: float) -> None:
        self._client = client
        self._world = world
        self._deadline = deadline
        self._inbox: queue.SimpleQueue[News] = queue.SimpleQueue()
        self._streams: dict[Scope, _Stream] = {}
        self._versions: dict[Scope, str] = {}
        self.refused: dict[Scope, Exception] = {}

    def read(self, scopes: Iterable[Scope]) -> None:
        """Reads the scopes once. What may not be read is noted in ``refused``."""
        for news, version in self._client.in_parallel(self._list, scopes):
            self._take(news)
            if isinstance(news, Listed):
                self._versions[news.scope] = version

    def follow(self, scopes: Iterable[Scope]) -> None:
        """Starts a stream for each scope that has none."""
        for scope in scopes:
            if scope not in self._streams and scope not in self.refused:
                stream = _Stream(
                    self._client,
                    scope,
                    self._inbox,
                    deadline=self._deadline,
                    version=self._versions.get(scope, ""),
                )
                self._streams[scope] = stream
                stream.start()

    def news(self, *, until: float) -> list[Object]:
        """Takes in what has come, waiting for it until then; returns the objects that are gone."""
        gone: list[Object] = []
        timeout = max(0.0, until - time.monotonic())
        while True:
            try:
                gone += self._take(self._inbox.get(timeout=timeout))
            except queue.Empty:
                return gone
            timeout = 0.0

    def is_unserved(self, scope: Scope) -> bool:
        return isinstance(self.refused.get(scope), NotServed)

    def close(self) -> None:
        for stream in self._streams.values():
            stream.close()

    def _list(self, scope: Scope) -> tuple[News, str]:
        try:
            objects, version = self._client.list_with_version(
                scope.api_version, scope.kind, namespace=scope.namespace or None, deadline=self._deadline
            )
        except (ApiError, NotServed) as error:
            return Refused(scope, error), ""
        return Listed(scope, objects), version

    def _take(self, news: News) -> list[Object]:
        self._world.now, self._world.today = time.monotonic(), time.time()
        match news:
            case Listed(scope, objects):
                place = (group_of(scope.api_version), scope.kind, scope.namespace)
                return self._world.replace(place, objects)
            case Changed("DELETED", obj):
                self._world.drop(key_of(obj))
                return [obj]
            case Changed(_, obj):
                self._world.put(obj)
            case Refused(scope, error):
                self.refused[scope] = error
        return []


class _Stream(threading.Thread):
    """List, watch, and again from the start after ``RESYNC`` seconds or when the server has forgotten where
    we were."""

    def __init__(
        self, client: Client, scope: Scope, inbox: queue.SimpleQueue[News], *, deadline: float, version: str
    ) -> None:
        super().__init__(name=f"watch {scope.kind} {scope.namespace}".rstrip(), daemon=True)
        self._client = client
        self._scope = scope
        self._inbox = inbox
        self._deadline = deadline
        self._version = version
        self._closed = threading.Event()
        self._watch: Watch | None = None

    def run(self) -> None:
        while not self._closed.is_set() and time.monotonic() < self._deadline:
            try:
                if not self._version:
                    self._list()
                self._follow()
            except Unreachable:
                self._closed.wait(POLL)
            except (ApiError, NotServed) as error:
                if isinstance(error, NotServed) or (error.status in REFUSED and not self._version):
                    self._inbox.put(Refused(self._scope, error))
                    return
                self._closed.wait(POLL if error.status in REFUSED else 0.1)
            self._version = ""

    def close(self) -> None:
        self._closed.set()
        if self._watch is not None:
            self._watch.close()

    def _list(self) -> None:
        objects, self._version = self._client.list_with_version(
            self._scope.api_version,
            self._scope.kind,
            namespace=self._scope.namespace or None,
            deadline=self._deadline,
        )
        self._inbox.put(Listed(self._scope, objects))

    def _follow(self) -> None:
        self._watch = self._client.watch(
            self._scope.api_version,
            self._scope.kind,
            namespace=self._scope.namespace or None,
            resource_version=self._version,
            deadline=min(self._deadline, time.monotonic() + RESYNC),
        )
        if self._closed.is_set():
            return
        for event in self._watch:
            self._inbox.put(Changed(event.type, event.object))
