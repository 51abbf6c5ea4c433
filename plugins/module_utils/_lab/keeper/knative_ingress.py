# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The status half of an ingress of Knative: nothing is routed, but every Ingress is told to be ready."""

from __future__ import annotations

import datetime
import threading

from ..api import MERGE_PATCH, Api, Object
from .watching import Store

INGRESSES = "/apis/networking.internal.knative.dev/v1alpha1"
CONDITIONS = ("LoadBalancerReady", "NetworkConfigured", "Ready")
BALANCER = {"ingress": [{"domainInternal": "ingress.knative-serving.svc.cluster.local"}]}


class KnativeIngress:
    """Writes the statuses that a gateway would."""

    def __init__(self, api: Api, changed: threading.Event) -> None:
        self._api = api
        self._ingresses = Store(api, f"{INGRESSES}/ingresses", changed)
        self._ingresses.listed.wait()

    def tick(self) -> None:
        for (namespace, name), obj in self._ingresses.all().items():
            if (obj.get("status") or {}).get("observedGeneration") != obj["metadata"]["generation"]:
                path = f"{INGRESSES}/namespaces/{namespace}/ingresses/{name}/status"
                self._api.request("PATCH", path, {"status": _status(obj)}, content_type=MERGE_PATCH)


def _status(obj: Object) -> Object:
    now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "observedGeneration": obj["metadata"]["generation"],
        "conditions": [{"type": kind, "status": "True", "lastTransitionTime": now} for kind in CONDITIONS],
        "publicLoadBalancer": BALANCER,
        "privateLoadBalancer": BALANCER,
    }
