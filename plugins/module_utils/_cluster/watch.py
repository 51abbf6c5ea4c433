# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Following changes of one kind as they happen."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from .errors import ApiError, Unreachable

if TYPE_CHECKING:
    from .transport import Transport

LONGEST_STREAM = 240
"""Seconds after which the server is asked to end a stream; the watch goes on with the next one."""


class Event(NamedTuple):
    """``type`` is ADDED, MODIFIED or DELETED."""

    type: str
    object: dict[str, Any]


class Watch(Iterator[Event]):
    """Yields events from a resource version on. Dropped streams are taken up where they ended.

    Ends when the deadline has come or ``close()`` was called (from any thread). Raises ApiError with status
    410 when the server has forgotten the resource version: list again, then start a new watch.
    """

    def __init__(self, transport: Transport, path: str, *, query: dict[str, Any], deadline: float) -> None:
        self._transport = transport
        self._path = path
        self._query = {"watch": True, "allowWatchBookmarks": True, **query}
        self._deadline = deadline
        self._closed = threading.Event()
        self._response: Any = None
        self._lines: Iterator[bytes] = iter(())

    def __iter__(self) -> Watch:
        return self

    def __next__(self) -> Event:
        from urllib3.exceptions import HTTPError

        pause = 0.1
        while not self._closed.is_set() and time.monotonic() < self._deadline:
            try:
                line = next(self._lines, None)
                if line is None:
                    self._open()
                    continue
                event = self._event(line)
                if event is not None:
                    return event
            except (HTTPError, OSError, ValueError, AttributeError, Unreachable):
                # a stream that was cut, or closed under our hands by close()
                self._drop()
                self._closed.wait(min(pause, max(0.0, self._deadline - time.monotonic())))
                pause = min(2.0, pause * 2)
        self._drop()
        raise StopIteration

    def close(self) -> None:
        """Ends the watch; a thread blocked in it returns at once."""
        self._closed.set()
        connection: Any = getattr(self._response, "connection", None)
        if getattr(connection, "sock", None) is not None:
            with suppress(OSError):  # closing the response instead would wait for the thread that reads it
                connection.sock.shutdown(socket.SHUT_RDWR)

    def _open(self) -> None:
        left = max(1, int(self._deadline - time.monotonic()))
        query = {**self._query, "timeoutSeconds": min(LONGEST_STREAM, left)}
        try:
            self._response = self._transport.stream(
                self._path,
                query=query,
                headers={"Accept": "application/json"},
                end=min(self._deadline, time.monotonic() + LONGEST_STREAM) + 1,
            )
        except ApiError as error:
            if error.status not in (429, 500, 502, 503, 504):
                raise
            raise Unreachable(str(error)) from error
        self._lines = _lines(self._response)

    def _event(self, line: bytes) -> Event | None:
        data = json.loads(line)
        if data["type"] == "ERROR":
            status = data["object"]
            raise ApiError(
                status=status.get("code", 500),
                reason=status.get("reason", ""),
                message=status.get("message", ""),
                method="WATCH",
                path=self._path,
            )
        self._query["resourceVersion"] = data["object"]["metadata"]["resourceVersion"]
        return None if data["type"] == "BOOKMARK" else Event(data["type"], data["object"])

    def _drop(self) -> None:
        if self._response is not None:
            self._response.close()
            self._response = None
        self._lines = iter(())


def _lines(response: Any) -> Iterator[bytes]:
    """The lines of a stream as soon as each is complete."""
    rest = b""
    for piece in response.stream(amt=None, decode_content=True):
        *complete, rest = (rest + piece).split(b"\n")
        yield from complete
