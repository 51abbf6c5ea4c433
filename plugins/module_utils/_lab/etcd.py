# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes a custom resource definition where it is stored.

A change through the API server costs it seconds of validation for definitions of KServe's size, and a new lab
would pay them at each start. Only the address of a webhook is changed this way.
"""

from __future__ import annotations

import base64
import http.client
import json
import ssl

from .api import Object
from .config import Config

PREFIX = "/registry/apiextensions.k8s.io/customresourcedefinitions/"
SECONDS = 10.0


def set_conversion(config: Config, definition: str, conversion: Object) -> None:
    """Sets how versions are converted, as `spec.conversion` of v1beta1: in that form they are stored."""
    key = _encode(f"{PREFIX}{definition}".encode())
    found = _call(config, "range", {"key": key}).get("kvs")
    if not found:
        return
    stored = json.loads(base64.b64decode(found[0]["value"]))
    if stored["spec"].get("conversion") != conversion:
        stored["spec"]["conversion"] = conversion
        _call(config, "put", {"key": key, "value": _encode(json.dumps(stored).encode())})


def answers(config: Config) -> bool:
    """Whether etcd serves requests."""
    return "kvs" not in _call(config, "range", {"key": _encode(b"nothing")})


def _encode(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _call(config: Config, operation: str, body: Object) -> Object:
    tls = ssl.create_default_context(cafile=str(config.pki / "ca.crt"))
    tls.load_cert_chain(config.pki / "etcd.crt", config.pki / "etcd.key")
    connection = http.client.HTTPSConnection(
        "127.0.0.1", config.port_of("etcd"), context=tls, timeout=SECONDS
    )
    try:
        connection.request("POST", f"/v3/kv/{operation}", json.dumps(body))
        response = connection.getresponse()
        content = response.read()
    finally:
        connection.close()
    if response.status != http.HTTPStatus.OK:
        raise OSError(f"etcd: {response.status} {content[:500]!r}")
    return dict(json.loads(content))
