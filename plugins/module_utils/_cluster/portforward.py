# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A byte stream to a port of a pod, through the API server."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from .errors import ApiError, ConfigurationError
from .patience import within

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
            transport.endpoint.configuration(),
            "GET",
            transport.url(path),
            query_params=[("ports", str(port))],
            headers=headers,
        )

    try:
        tunnel = within(timeout, dial, what="port-forward")
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
