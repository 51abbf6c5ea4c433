# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests to one API server over one pool of kept-alive connections, tried again while that makes sense."""

from __future__ import annotations

import json
import logging
import random
import threading
import time
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import quote, urlencode

from .errors import ApiError, Unreachable

if TYPE_CHECKING:
    from urllib3.response import BaseHTTPResponse

    from .connection import Endpoint

DEFAULT_PATIENCE = 60.0
"""Seconds for one request with all its repetitions where the caller names no deadline."""
FIRST_CONTACT = 10.0
"""Seconds for reaching a server that never answered: a wrong address must not cost the whole deadline."""
ATTEMPT_TIMEOUT = 60.0
CONNECT_TIMEOUT = 5.0
LONGEST_PAUSE = 5.0
TRANSIENT = frozenset({429, 502, 503, 504})

Query: TypeAlias = "Mapping[str, str | int | bool | None]"


class Transport:
    """Sends requests and turns answers into dicts or typed errors. Safe to use from many threads."""

    def __init__(self, endpoint: Endpoint, *, headers: Sequence[tuple[str, str]] = ()) -> None:
        from urllib3 import disable_warnings, exceptions
        from urllib3._collections import HTTPHeaderDict  # in urllib3 itself only since its version 2

        self.endpoint = endpoint
        self._errors = exceptions
        self._headers_type = HTTPHeaderDict
        self._fixed_headers = list(headers)
        if not endpoint.verified:
            disable_warnings(exceptions.InsecureRequestWarning)  # it was asked for
        logging.getLogger("urllib3.connectionpool").setLevel(logging.ERROR)  # watches exceed the pool
        self._authentication = threading.Lock()
        self._answered = False
        self.warnings: dict[str, None] = {}
        """What the API server warned of, each once, in order."""

    def headers(self, extra: Mapping[str, str]) -> Any:
        """Request headers, with a token that the client has refreshed where its kind needs that."""
        with self._authentication:
            authorization = self.endpoint.authorization()
        headers = self._headers_type(extra)
        if authorization:
            headers["Authorization"] = authorization
        for name, value in self._fixed_headers:
            headers.add(name, value)
        return headers

    def url(self, path: str, query: Query | None = None) -> str:
        given = {
            name: str(value).lower() if isinstance(value, bool) else value
            for name, value in (query or {}).items()
            if value is not None
        }
        tail = f"?{urlencode(given, quote_via=quote)}" if given else ""
        return f"{self.endpoint.host}{quote(path)}{tail}"

    def send(
        self,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str],
        deadline: float | None = None,
    ) -> bytes:
        """One request; overload, dropped connections and gateway trouble are tried again until the deadline.

        Every request of this collection may be repeated safely: reads, server-side applies, deletes and
        reviews. ``deadline`` counts on ``time.monotonic()``. Raises ApiError or Unreachable.
        """
        started = time.monotonic()
        end = deadline if deadline is not None else started + DEFAULT_PATIENCE
        url = self.url(path, query)
        attempt = 0
        while True:
            attempt += 1
            try:
                response = self._attempt(method, url, body=body, headers=headers, end=end, stream=False)
            except self._errors.SSLError as error:
                raise self._untrusted(error) from error
            except self._errors.HTTPError as error:
                limit = end if self._answered else min(end, started + FIRST_CONTACT)
                pause = _back_off(attempt)
                if time.monotonic() + pause >= limit:
                    raise self._unreachable(method, path, error, attempt) from error
            else:
                if response.status < HTTPStatus.BAD_REQUEST:
                    return response.data
                failure = api_error(response, method=method, path=path)
                wanted = _retry_after(response, failure)
                if wanted is None and response.status not in TRANSIENT:
                    raise failure
                pause = _back_off(attempt) if wanted is None else wanted
                if time.monotonic() + pause >= end:
                    raise failure
            time.sleep(pause)

    def stream(self, path: str, *, query: Query, headers: Mapping[str, str], end: float) -> BaseHTTPResponse:
        """Opens an answer that comes in pieces. The caller closes it. Raises ApiError, or urllib3's
        HTTPError."""
        response = self._attempt(
            "GET", self.url(path, query), body=None, headers=headers, end=end, stream=True
        )
        if response.status >= HTTPStatus.BAD_REQUEST:
            response.read()
            raise api_error(response, method="GET", path=path)
        return response

    def _attempt(
        self,
        method: str,
        url: str,
        *,
        body: bytes | None,
        headers: Mapping[str, str],
        end: float,
        stream: bool,
    ) -> BaseHTTPResponse:
        from urllib3 import Timeout

        left = max(0.1, end - time.monotonic())
        read = left if stream else min(ATTEMPT_TIMEOUT, left)
        response = self.endpoint.pool.request(
            method,
            url,
            body=body,
            headers=self.headers(headers),
            timeout=Timeout(connect=min(CONNECT_TIMEOUT, left), read=read),
            retries=False,
            preload_content=not stream,
        )
        self._answered = True
        for warning in response.headers.getlist("Warning"):
            self.warnings[_warning_text(warning)] = None
        return response

    def _untrusted(self, error: Exception) -> Unreachable:
        return Unreachable(
            f"The certificate of {self.endpoint.host} is not accepted: {error}. Give its authority by "
            "ca_cert (K8S_AUTH_SSL_CA_CERT), or certificate-authority-data in the kubeconfig."
        )

    def _unreachable(self, method: str, path: str, error: Exception, attempts: int) -> Unreachable:
        tries = "one attempt" if attempts == 1 else f"{attempts} attempts"
        host = self.endpoint.host
        return Unreachable(f"{host} does not answer {method} {path} after {tries}: {error}")


def api_error(response: BaseHTTPResponse, *, method: str, path: str) -> ApiError:
    """The typed error of a failed answer; proxies in between answer with something else than a Status."""
    try:
        status = json.loads(response.data)
    except ValueError:
        status = None
    if not isinstance(status, dict):
        text = response.data[:400].decode(errors="replace").strip()
        status = {"message": text or response.reason or "no message"}
    return ApiError(
        status=response.status,
        reason=status.get("reason") or (response.reason or "").replace(" ", ""),
        message=status.get("message") or response.reason or "no message",
        details=status.get("details"),
        method=method,
        path=path,
    )


def _retry_after(response: BaseHTTPResponse, failure: ApiError) -> float | None:
    """Seconds after which the server itself asks us to come again."""
    header = response.headers.get("Retry-After", "")
    if header.isdigit():
        return float(header)
    seconds = failure.details.get("retryAfterSeconds")
    return float(seconds) if seconds and failure.status >= HTTPStatus.TOO_MANY_REQUESTS else None


def _back_off(attempt: int) -> float:
    """Doubling from 0.1 s, spread so that threads do not come back in step."""
    return min(LONGEST_PAUSE, 0.1 * 2.0 ** min(attempt - 1, 10)) * random.uniform(0.7, 1.3)  # noqa: S311


def _warning_text(header: str) -> str:
    """The quoted text of ``299 - "text"``."""
    first, last = header.find('"'), header.rfind('"')
    return header[first + 1 : last].replace('\\"', '"') if last > first >= 0 else header
