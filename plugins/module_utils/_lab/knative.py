# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Knative Serving: its webhook, its controller and its autoscaler.

Nothing carries requests: the activator is an empty pod, and the keeper says of Ingresses what a gateway
would.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from pathlib import Path

from .api import Object
from .config import Config
from .manifests import Manifests

NAMESPACE = "knative-serving"
PROCESSES = ("knative-webhook", "knative-controller", "knative-autoscaler")
CERTIFICATE = "webhook-certs"
NOWHERE = "192.0.2.1"
"""An address for endpoints that nobody asks; one of the loopback would be refused."""
PATHS = {
    "webhook.serving.knative.dev": "/defaulting",
    "validation.webhook.serving.knative.dev": "/resource-validation",
    "config.webhook.serving.knative.dev": "/config-validation",
}
REGISTRIES = ("docker.io", "index.docker.io", "nvcr.io", "ghcr.io", "gcr.io", "registry.example")
SETTINGS: Mapping[str, Mapping[str, str]] = {
    "config-network": {"ingress-class": "lab.ingress.networking.knative.dev"},
    "config-domain": {"lab.example": ""},
    # no registry is asked for digests
    "config-deployment": {
        "queue-sidecar-image": "gcr.io/knative-releases/queue",
        "registries-skipping-tag-resolving": ",".join(REGISTRIES),
    },
    "config-autoscaler": {"target-burst-capacity": "0"},
    # a lab that is started again does not wait for its former leaders
    "config-leader-election": {"lease-duration": "6s", "renew-deadline": "4s", "retry-period": "1s"},
    "config-observability": {"metrics-protocol": "none", "request-metrics-protocol": "none"},
}
"""What differs from the product's own configuration, by ConfigMap."""


def command(programs: Mapping[str, Path], name: str) -> tuple[str, ...]:
    return (str(programs[name]), "-disable-ha") if name == "knative-webhook" else (str(programs[name]),)


def environment(config: Config, name: str) -> dict[str, str]:
    return {
        "SYSTEM_NAMESPACE": NAMESPACE,
        "CONFIG_LOGGING_NAME": "config-logging",
        "CONFIG_OBSERVABILITY_NAME": "config-observability",
        "KUBERNETES_MIN_VERSION": "v1.30.0",
        "POD_NAME": f"{name}-0",
        "POD_IP": NOWHERE,
        "PROFILING_PORT": "0",
        "WEBHOOK_NAME": "webhook",
        "WEBHOOK_PORT": str(config.port_of("knative-webhook")),
    }


def objects(manifests: Manifests) -> Iterator[Object]:
    for obj in (*manifests.read("config-knative"), *manifests.read("config-knative-network")):
        name = obj["metadata"]["name"]
        data = {key: value for key, value in (obj.get("data") or {}).items() if key != "_example"}
        yield {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {
                "name": name,
                "namespace": NAMESPACE,
                "labels": obj["metadata"].get("labels") or {},
            },
            "data": {**data, **SETTINGS.get(name, {})},
        }
    yield from _activator()


def certificate(pki: Path) -> Object:
    """The webhook serves with the certificate that it finds here, and makes one only where there is none."""
    files = {"server-key.pem": "webhooks.key", "server-cert.pem": "webhooks.crt", "ca-cert.pem": "ca.crt"}
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": CERTIFICATE, "namespace": NAMESPACE},
        "data": {key: base64.b64encode((pki / file).read_bytes()).decode() for key, file in files.items()},
    }


def registration(obj: Object, *, address: str, authority: str) -> Object:
    """Under a name of ours, since the webhook would put its Service into its own. It fills in rules where
    the product leaves them out: for the ConfigMaps."""
    obj["metadata"]["name"] = f"lab-{obj['metadata']['name']}"
    for webhook in obj["webhooks"]:
        webhook["clientConfig"] = {"url": f"{address}{PATHS[webhook['name']]}", "caBundle": authority}
        webhook.setdefault(
            "rules",
            [
                {
                    "apiGroups": [""],
                    "apiVersions": ["v1"],
                    "operations": ["CREATE", "UPDATE"],
                    "resources": ["configmaps"],
                }
            ],
        )
    return obj


def _activator() -> Iterator[Object]:
    """Revisions become ready only where its Service has endpoints."""
    labels = {"app": "activator"}
    yield {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "activator-service", "namespace": NAMESPACE, "labels": labels},
        "spec": {
            "selector": labels,
            "ports": [
                {"name": "http", "port": 80, "targetPort": 8012},
                {"name": "http2", "port": 81, "targetPort": 8013},
            ],
        },
    }
    container = {
        "name": "activator",
        "image": "gcr.io/knative-releases/activator",
        "ports": [{"name": "http1", "containerPort": 8012}, {"name": "h2c", "containerPort": 8013}],
    }
    yield {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "activator", "namespace": NAMESPACE, "labels": labels},
        "spec": {
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
        },
    }
