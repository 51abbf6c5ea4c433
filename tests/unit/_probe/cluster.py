# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster that holds the objects it is given and answers reads; enough to look up addresses and pods."""

from __future__ import annotations

import base64
from types import SimpleNamespace
from typing import Any

Object = dict[str, Any]


class Cluster:
    def __init__(self, *objects: Object) -> None:
        self.objects = list(objects)

    def until(self, _deadline: float) -> Cluster:
        return self

    def get(
        self, _version: str, kind: str, name: str, namespace: str | None = None, **_more: Any
    ) -> Object | None:
        found = (obj for obj in self.list("", kind, namespace=namespace) if obj["metadata"]["name"] == name)
        return next(found, None)

    def list(
        self,
        _version: str,
        kind: str,
        *,
        namespace: str | None = None,
        label_selector: str = "",
        **_more: Any,
    ) -> list[Object]:
        wanted = dict(pair.split("=", 1) for pair in label_selector.split(",") if pair)
        return [
            obj
            for obj in self.objects
            if obj["kind"] == kind
            and namespace in (None, obj["metadata"].get("namespace"))
            and wanted.items() <= obj["metadata"].get("labels", {}).items()
        ]

    def served(self, _group: str, kind: str) -> Any:
        found = next((obj for obj in self.objects if obj["kind"] == kind), None)
        return found and SimpleNamespace(api_version=found["apiVersion"])


def node(name: str, *, internal: str, external: str | None = None, ready: bool = True) -> Object:
    addresses = [{"type": "InternalIP", "address": internal}]
    if external:
        addresses.append({"type": "ExternalIP", "address": external})
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name},
        "status": {"addresses": addresses, "conditions": [_ready(ready)]},
    }


def pod(
    name: str, *, on: str = "a", ready: bool = True, born: str = "2026-01-01T00:00:00Z", **status: Any
) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "rag", "labels": {"app": "chat"}, "creationTimestamp": born},
        "spec": {
            "nodeName": on,
            "containers": [{"name": "engine", "ports": [{"name": "http", "containerPort": 8000}]}],
        },
        "status": {"phase": "Running", "conditions": [_ready(ready)], **status},
    }


def service(kind: str = "ClusterIP", *, ingress: Object | None = None, **port: Any) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "chat", "namespace": "rag"},
        "spec": {
            "type": kind,
            "selector": {"app": "chat"},
            "ports": [{"port": 8000, "targetPort": "http", **port}],
        },
        "status": {"loadBalancer": {"ingress": [ingress]} if ingress else {}},
    }


def inference_service(url: str | None, *, internal: str | None = None) -> Object:
    status: Object = {"url": url} if url else {}
    if internal:
        status["address"] = {"url": internal}
    return {
        "apiVersion": "serving.kserve.io/v1beta1",
        "kind": "InferenceService",
        "metadata": {"name": "chat", "namespace": "rag", "uid": "u1"},
        "status": status,
    }


def route(gateway: str = "kserve-ingress-gateway") -> Object:
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {"name": "chat", "namespace": "rag", "ownerReferences": [{"uid": "u1"}]},
        "spec": {"parentRefs": [{"name": gateway, "namespace": "kserve"}]},
    }


def gateway(address: str) -> Object:
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "Gateway",
        "metadata": {"name": "kserve-ingress-gateway", "namespace": "kserve"},
        "spec": {"listeners": [{"protocol": "HTTPS", "port": 8443}, {"protocol": "HTTP", "port": 8080}]},
        "status": {"addresses": [{"type": "IPAddress", "value": address}]},
    }


def secret(**values: str) -> Object:
    data = {key: base64.b64encode(value.encode()).decode() for key, value in values.items()}
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "chat-key", "namespace": "rag"},
        "data": data,
    }


def _ready(ready: bool) -> Object:
    return {"type": "Ready", "status": "True" if ready else "False"}
