# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A door from a URL: TCP, TLS, Host header, and a connection to another address than the URL's own."""

from __future__ import annotations

import base64
import socket
import ssl
from urllib.parse import urlsplit

from .door import NOBODY, Credentials, Door

PORTS = {"http": 80, "https": 443}
# An address that swallows packets must leave time for another way in.
CONNECT_SECONDS = 5.0


def open_url(
    url: str,
    *,
    through: str | None = None,
    verify_tls: bool = True,
    ca: str | None = None,
    credentials: Credentials = NOBODY,
) -> Door:
    """The door at `url`.

    `through` is `host[:port]` of a gateway: the connection goes there, Host and TLS name stay the URL's.
    `ca` is PEM text trusted besides the system's authorities. Raises ValueError for what is no usable URL.
    """
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname:
        raise ValueError(f"{url!r} is no URL; write http://host[:port][/path] or https://…")
    if parts.username is not None:
        raise ValueError("a URL must not carry a password; give credentials on their own")
    host, port = parts.hostname, parts.port or PORTS[parts.scheme]
    place = _place(through, port) if through else (host, port)
    tls = _context(verify_tls, ca) if parts.scheme == "https" else None

    def dial(seconds: float) -> socket.socket:
        line = socket.create_connection(place, min(seconds, CONNECT_SECONDS))
        try:
            return tls.wrap_socket(line, server_hostname=host) if tls else line
        except BaseException:
            line.close()
            raise

    return Door(dial=dial, authority=parts.netloc, prefix=parts.path.rstrip("/"), credentials=credentials)


def bearer(api_key: str | None) -> Credentials:
    """An API key the way OpenAI clients send it; nobody's where there is none."""
    if not api_key:
        return NOBODY
    return Credentials(headers={"Authorization": f"Bearer {api_key}"}, secrets=(api_key,))


def basic(username: str, password: str) -> Credentials:
    """HTTP basic authentication."""
    pair = base64.b64encode(f"{username}:{password}".encode()).decode()
    return Credentials(headers={"Authorization": f"Basic {pair}"}, secrets=(password, pair))


def _place(text: str, port: int) -> tuple[str, int]:
    parts = urlsplit(f"//{text}")
    if not parts.hostname:
        raise ValueError(f"{text!r} is no address; write host or host:port")
    return parts.hostname, parts.port or port


def _context(verify: bool, ca: str | None) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if ca:
        context.load_verify_locations(cadata=ca)
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
