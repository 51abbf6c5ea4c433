# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A byte stream to a port of a pod, through the API server."""

from __future__ import annotations

import queue
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from .errors import ApiError, ConfigurationError, Unreachable

if TYPE_CHECKING:
    from .transport import Transport


@contextmanager
def open_port(transport: Transport, path: str, port: int, *, timeout: float) -> Iterator[socket.socket]:
    """Yields a connected socket and closes the tunnel afterwards. ``path`` is the pod's ``portforward``
    subresource, ``timeout`` the seconds for opening the tunnel."""
    try:
        from kubernetes.client.exceptions import ApiException
        from kubernetes.stream.ws_client import portforward_call
    except ImportError as error:
        raise ConfigurationError(
            f"A port-forward needs the Python package websocket-client: {error}"
        ) from error

    headers = {name.lower(): value for name, value in transport.headers({}).items()}
    headers["sec-websocket-protocol"] = "v4.channel.k8s.io"

    def dial() -> Any:
        return portforward_call(  # type: ignore[no-untyped-call]
            transport.configuration,
            "GET",
            transport.url(path),
            query_params=[("ports", str(port))],
            headers=headers,
        )

    try:
        tunnel = _within(timeout, dial)
    except ApiException as error:
        raise ApiError(
            status=error.status or 503,
            reason="PortForward",
            message=str(error.reason),
            method="GET",
            path=path,
        ) from error
    try:
        yield tunnel.socket(port)
    finally:
        tunnel.close()


def _within(seconds: float, dial: Callable[[], Any]) -> Any:
    """The result of a call that has no time-out of its own: a dead kubelet would hold it for ever."""
    answer: queue.SimpleQueue[tuple[Any, Exception | None]] = queue.SimpleQueue()

    def run() -> None:
        try:
            answer.put((dial(), None))
        except Exception as error:  # raised again where it is waited for
            answer.put((None, error))

    threading.Thread(target=run, daemon=True, name="port-forward").start()
    try:
        tunnel, error = answer.get(timeout=seconds)
    except queue.Empty:
        raise Unreachable(f"No port-forward within {seconds:.0f} s: does the pod's node answer?") from None
    if error is not None:
        raise error
    return tunnel
