# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP through any socket: a door knows how to open one and what every request must carry."""

from __future__ import annotations

import json
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Any


class NoAnswer(Exception):
    """Nothing that can be read as HTTP came back; `code` says why, `passing` whether time may heal it."""

    def __init__(self, code: str, detail: str, *, passing: bool = True) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.passing = passing


class NotReached(NoAnswer):
    """Not even a connection: another way in may still work."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A complete HTTP answer."""

    status: int
    body: bytes

    @property
    def ok(self) -> bool:
        return self.status == HTTPStatus.OK

    def json(self) -> Any:
        """The body as JSON, None where it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    def words(self) -> str:
        """What the server said about a failure, on one short line."""
        said = self.json()
        if isinstance(said, dict):
            error = said.get("error", said.get("detail", said.get("message")))
            said = error.get("message", error) if isinstance(error, dict) else error
        text = said if isinstance(said, str) else self.body.decode("utf-8", "replace")
        return shortened(text)


@dataclass(frozen=True, kw_only=True)
class Event:
    """One server-sent event and the seconds since the request was sent."""

    after: float
    data: str

    def json(self) -> Any:
        try:
            return json.loads(self.data)
        except ValueError:
            return None


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """Headers that prove who asks, and the secrets in them, which nothing may repeat."""

    headers: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.headers)


NOBODY = Credentials()


@dataclass(frozen=True, kw_only=True)
class Door:
    """The way to one server.

    `dial` opens a connected socket, trying no longer than the seconds given; `authority` is the Host header.
    """

    dial: Callable[[float], AbstractContextManager[socket.socket]]
    authority: str
    prefix: str = ""
    credentials: Credentials = NOBODY

    def anonymous(self) -> Door:
        """The same door for someone without credentials."""
        return replace(self, credentials=NOBODY)

    def ask(self, method: str, path: str, *, deadline: float, body: Any = None) -> Answer:
        """One request and its whole answer."""
        with self._exchange(method, path, body, deadline) as (_sent, response):
            return Answer(status=response.status, body=response.read())

    @contextmanager
    def listen(self, path: str, *, deadline: float, body: Any) -> Iterator[Answer | Iterator[Event]]:
        """POST and read the answer as it comes: its events, or the whole of it where it is not 200."""
        with self._exchange("POST", path, body, deadline) as (sent, response):
            if response.status != HTTPStatus.OK:
                yield Answer(status=response.status, body=response.read())
            else:
                yield _events(response, sent, deadline)

    @contextmanager
    def _exchange(
        self, method: str, path: str, body: Any, deadline: float
    ) -> Iterator[tuple[float, HTTPResponse]]:
        headers = {"Host": self.authority, "Connection": "close", **self.credentials.headers}
        if body is not None:
            headers["Content-Type"] = "application/json"
        with ExitStack() as stack:
            with _told_as(NotReached):
                line = stack.enter_context(self.dial(_left(deadline)))
            stack.enter_context(_told_as(NoAnswer))
            line.settimeout(_left(deadline))
            connection = HTTPConnection(self.authority)
            connection.sock = line
            sent = time.monotonic()
            text = None if body is None else json.dumps(body)
            connection.request(method, self.prefix + path, text, headers)
            with connection.getresponse() as response:
                yield sent, response


def _events(response: HTTPResponse, sent: float, deadline: float) -> Iterator[Event]:
    data: list[str] = []
    for raw in response:
        if time.monotonic() > deadline:
            raise TimeoutError
        line = raw.decode("utf-8", "replace").rstrip("\r\n")
        if line.startswith("data:"):
            data.append(line[5:].removeprefix(" "))
        elif not line and data:
            yield Event(after=time.monotonic() - sent, data="\n".join(data))
            data = []
    if data:
        yield Event(after=time.monotonic() - sent, data="\n".join(data))


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


@contextmanager
def _told_as(kind: type[NoAnswer]) -> Iterator[None]:
    try:
        yield
    except TimeoutError as error:
        raise kind("Timeout", "no answer in the time given") from error
    except socket.gaierror as error:
        raise kind("NotResolved", f"the name does not resolve: {error.strerror}") from error
    except ssl.SSLCertVerificationError as error:
        detail = f"the certificate is not trusted: {error.verify_message}"
        raise kind("TlsNotTrusted", detail, passing=False) from error
    except ssl.SSLError as error:
        detail = f"no TLS conversation: {error.reason or error}"
        raise kind("TlsFailed", detail, passing=False) from error
    except ConnectionRefusedError as error:
        raise kind("Refused", "the connection is refused") from error
    except (OSError, HTTPException) as error:
        raise kind("Broken", f"the connection broke: {error or type(error).__name__}") from error


def shortened(text: str, limit: int = 300) -> str:
    """One line of at most `limit` characters."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
