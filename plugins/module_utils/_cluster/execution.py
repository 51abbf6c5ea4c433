# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A command inside a running container, through the API server."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .errors import ApiError, ConfigurationError
from .patience import within

if TYPE_CHECKING:
    from .transport import Transport


@dataclass(frozen=True, kw_only=True)
class Finished:
    """What a command wrote and with which status it ended."""

    code: int
    stdout: str
    stderr: str


def execute(
    transport: Transport, path: str, command: Sequence[str], *, container: str, timeout: float
) -> Finished:
    """Runs a command that reads nothing. ``path`` is the pod's ``exec`` subresource, ``timeout`` the seconds
    for all of it."""
    try:
        from kubernetes.client.exceptions import ApiException
        from kubernetes.stream.ws_client import ERROR_CHANNEL, websocket_call
    except ImportError as error:
        raise ConfigurationError(f"Exec needs the Python package websocket-client: {error}") from error

    query = [("container", container), ("stdout", "true"), ("stderr", "true")]
    headers = {name.lower(): value for name, value in transport.headers({}).items()}

    def run() -> Finished:
        stream: Any = websocket_call(  # type: ignore[no-untyped-call]
            transport.endpoint.configuration(),
            "GET",
            transport.url(path),
            query_params=[*query, *(("command", word) for word in command)],
            headers={**headers, "sec-websocket-protocol": "v4.channel.k8s.io"},
            _preload_content=False,
        )
        stream.run_forever(timeout=timeout)
        code = _code(stream.read_channel(ERROR_CHANNEL), path)
        return Finished(code=code, stdout=stream.read_stdout(), stderr=stream.read_stderr())

    try:
        return within(timeout, run, what="answer to exec")
    except ApiException as error:
        raise ApiError(
            status=error.status or 503, reason="Exec", message=str(error.reason), method="GET", path=path
        ) from error


def _code(written: str, path: str) -> int:
    """The exit code in the Status at the end of the stream. Raises ApiError for a command that never ran."""
    status = json.loads(written or "{}")
    if status.get("status") == "Success":
        return 0
    for cause in (status.get("details") or {}).get("causes") or ():
        if cause.get("reason") == "ExitCode":
            return int(cause["message"])
    message = str(status.get("message") or "the stream ended without a verdict")
    raise ApiError(
        status=int(status.get("code") or 500), reason="Exec", message=message, method="GET", path=path
    )
