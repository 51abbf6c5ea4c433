# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client of the lab's own API server, on the standard library alone: the keeper must not depend on
anything installed.
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import ssl
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

FIELD_MANAGER = "inferops-lab"
JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"
APPLY_PATCH = "application/apply-patch+yaml"
HTTP_REDIRECTS, NOT_FOUND, TOO_MANY_REQUESTS = 300, 404, 429
PAUSE = 0.1

# apiVersion/kind → (plural, is it namespaced), for everything the lab itself writes
KINDS = {
    "v1/Namespace": ("namespaces", False),
    "v1/ConfigMap": ("configmaps", True),
    "v1/Secret": ("secrets", True),
    "v1/Service": ("services", True),
    "apps/v1/Deployment": ("deployments", True),
    "apiextensions.k8s.io/v1/CustomResourceDefinition": ("customresourcedefinitions", False),
    "admissionregistration.k8s.io/v1/MutatingWebhookConfiguration": ("mutatingwebhookconfigurations", False),
    "admissionregistration.k8s.io/v1/ValidatingWebhookConfiguration": (
        "validatingwebhookconfigurations",
        False,
    ),
    "gateway.networking.k8s.io/v1/GatewayClass": ("gatewayclasses", False),
    "gateway.networking.k8s.io/v1/Gateway": ("gateways", True),
    "serving.kserve.io/v1alpha1/ClusterStorageContainer": ("clusterstoragecontainers", False),
    "serving.kserve.io/v1alpha2/LLMInferenceServiceConfig": ("llminferenceserviceconfigs", True),
    "kwok.x-k8s.io/v1alpha1/ClusterPortForward": ("clusterportforwards", False),
    "kwok.x-k8s.io/v1alpha1/ClusterLogs": ("clusterlogs", False),
}

Object = dict[str, Any]


class ApiError(Exception):
    """An answer of the API server that is not a success."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(f"{status}: {text[:600]}")
        self.status = status


def path_of(obj: Object) -> str:
    """The request path of an object that the lab writes."""
    plural, namespaced = KINDS[f"{obj['apiVersion']}/{obj['kind']}"]
    prefix = "/api/v1" if obj["apiVersion"] == "v1" else f"/apis/{obj['apiVersion']}"
    inside = f"/namespaces/{obj['metadata']['namespace']}" if namespaced else ""
    return f"{prefix}{inside}/{plural}/{obj['metadata']['name']}"


class Api:
    """One connection per thread, opened again when the server dropped it."""

    def __init__(self, kubeconfig: Path) -> None:
        config = json.loads(kubeconfig.read_text())
        cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
        address = urlsplit(cluster["server"])
        self._host, self._port = str(address.hostname), int(address.port or 443)
        authority = base64.b64decode(cluster["certificate-authority-data"]).decode()
        self._tls = ssl.create_default_context(cadata=authority)
        # ssl reads a client's key from files only
        with tempfile.TemporaryDirectory() as directory:
            names = []
            for entry in ("client-certificate-data", "client-key-data"):
                name = os.path.join(directory, entry)
                with open(os.open(name, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
                    file.write(base64.b64decode(user[entry]))
                names.append(name)
            self._tls.load_cert_chain(*names)
        self._local = threading.local()

    def request(
        self,
        method: str,
        path: str,
        body: Object | None = None,
        *,
        content_type: str = JSON,
        timeout: float = 30,
    ) -> Object:
        content = self.raw(method, path, body, content_type=content_type, timeout=timeout)
        return dict(json.loads(content)) if content else {}

    def raw(
        self,
        method: str,
        path: str,
        body: Object | None = None,
        *,
        content_type: str = JSON,
        timeout: float = 30,
    ) -> bytes:
        data = json.dumps(body).encode() if body is not None else None
        end = time.monotonic() + timeout
        while True:
            status, content = self._exchange(method, path, data, content_type, timeout)
            if status < HTTP_REDIRECTS:
                return content
            # 429: caches are being filled, which every start begins with
            if status != TOO_MANY_REQUESTS or time.monotonic() > end:
                raise ApiError(status, content.decode(errors="replace"))
            time.sleep(PAUSE)

    def _exchange(
        self, method: str, path: str, data: bytes | None, content_type: str, timeout: float
    ) -> tuple[int, bytes]:
        kept = getattr(self._local, "connection", None)
        for candidate in [kept, None] if kept else [None]:
            connection = candidate or self._connect(timeout)
            try:
                connection.request(method, path, data, {"Content-Type": content_type, "Accept": JSON})
                response = connection.getresponse()
                content = response.read()
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                self._local.connection = None
                if candidate:
                    continue  # the server closed it meanwhile
                raise OSError(f"{method} {path}: {error!r}") from error
            self._local.connection = connection
            return response.status, content
        raise AssertionError

    def get(self, path: str) -> Object | None:
        try:
            return self.request("GET", path)
        except ApiError as error:
            if error.status == NOT_FOUND:
                return None
            raise

    def apply(self, obj: Object, *, deadline: float = 60) -> Object:
        """Server-side apply, repeated while the server is not yet ready for this object."""
        query = urlencode({"fieldManager": FIELD_MANAGER, "force": "true", "fieldValidation": "Strict"})
        end = time.monotonic() + deadline
        while True:
            try:
                return self.request(
                    "PATCH", f"{path_of(obj)}?{query}", obj, content_type=APPLY_PATCH, timeout=60
                )
            except ApiError as error:
                # its definition is not served yet, or a webhook that was just registered does not answer yet
                if error.status not in (NOT_FOUND, 500, 503) or time.monotonic() > end:
                    raise
                time.sleep(PAUSE)

    def delete(self, path: str) -> bool:
        try:
            self.request("DELETE", path)
        except ApiError as error:
            if error.status == NOT_FOUND:
                return False
            raise
        return True

    def watch(self, path: str, resource_version: str, *, seconds: int = 300) -> Iterator[Object]:
        """Events after a resource version, until the server ends the watch."""
        query = urlencode(
            {
                "watch": "1",
                "resourceVersion": resource_version,
                "timeoutSeconds": str(seconds),
                "allowWatchBookmarks": "true",
            }
        )
        connection = self._connect(seconds + 30)
        try:
            connection.request("GET", f"{path}?{query}", headers={"Accept": JSON})
            response = connection.getresponse()
            if response.status >= HTTP_REDIRECTS:
                raise ApiError(response.status, response.read().decode(errors="replace"))
            for line in response:
                yield json.loads(line)
        finally:
            connection.close()

    def _connect(self, timeout: float) -> http.client.HTTPSConnection:
        return http.client.HTTPSConnection(self._host, self._port, context=self._tls, timeout=timeout)
