# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""V-23: kinds that the cluster does not serve, by the product that brings them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..._fleet import Problem
from ..._names import MONITORING_GROUP
from ..._objects import OPTIONAL_GROUPS
from ..._rules.finding import at, error, warning
from ..facts import Facts, Object
from ..pods import Wanted, is_knative

CODE = "V-23"

PRODUCTS = {
    "serving.kserve.io": "KServe",
    "serving.knative.dev": "Knative Serving",
    "leaderworkerset.x-k8s.io": "LeaderWorkerSet",
    "gateway.networking.k8s.io": "Gateway API",
    "inference.networking.k8s.io": "the Gateway API inference extension",
    "llm-d.ai": "the CRDs of the llm-d router",
    "keda.sh": "KEDA",
    MONITORING_GROUP: "the Prometheus operator",
    "route.openshift.io": "OpenShift",
    "networking.istio.io": "Istio",
    "security.istio.io": "Istio",
    "traefik.io": "Traefik",
    "gateway.envoyproxy.io": "Envoy Gateway",
    "scheduling.volcano.sh": "Volcano",
    "scheduling.x-k8s.io": "the scheduler plugins",
    "kueue.x-k8s.io": "Kueue",
}
"""API group → who brings it."""

KNATIVE = ("serving.knative.dev/v1", "Service")
KEDA = ("keda.sh/v1alpha1", "ScaledObject")
LEADER_WORKER_SET = ("leaderworkerset.x-k8s.io/v1", "LeaderWorkerSet")
INFERENCE_POOL = ("inference.networking.k8s.io/v1", "InferencePool")
HTTP_ROUTE = ("gateway.networking.k8s.io/v1", "HTTPRoute")


def check(services: Sequence[Wanted], facts: Facts) -> Iterator[Problem]:
    for one in services:
        asked = {(obj["apiVersion"], obj["kind"]): "" for obj in one.objects}
        for obj in one.objects:
            asked.update(_through(obj))
        for (api_version, kind), why in asked.items():
            if not facts.serves(api_version, kind):
                yield _missing(one, api_version, kind, why, facts)


def _through(obj: Object) -> dict[tuple[str, str], str]:
    """Kinds that a controller makes of ours, and what for."""
    found = {}
    annotations = obj["metadata"].get("annotations") or {}
    if is_knative(obj):
        found[KNATIVE] = "KServe makes it in mode Knative"
    if annotations.get("serving.kserve.io/autoscalerClass") == "keda":
        found[KEDA] = "KServe makes it for this scaling.metric"
    if obj["kind"] == "LLMInferenceService":
        parts = (obj["spec"], obj["spec"].get("prefill") or {})
        if any(part.get("worker") for part in parts):
            found[LEADER_WORKER_SET] = "KServe makes it for several pods a copy"
        router = obj["spec"].get("router") or {}
        if "scheduler" in router:
            found[INFERENCE_POOL] = "KServe makes it for the scheduler"
        if "route" in router:
            found[HTTP_ROUTE] = "KServe makes it for the route"
    return found


def _missing(one: Wanted, api_version: str, kind: str, why: str, facts: Facts) -> Problem:
    group = api_version.rpartition("/")[0]
    reason = f" ({why})" if why else ""
    message = f"the cluster does not serve {kind} of {api_version}{reason}."
    others = facts.versions_of(group, kind)
    product = PRODUCTS.get(group)
    if group in OPTIONAL_GROUPS:
        return warning(CODE, at(one.plan), f"{message[:-1]}, and is left out.", f"Install {product}.")
    if others:
        hint = f"It serves {', '.join(others)}; install a version of {product or group} that fits."
    else:
        hint = f"Install {product or 'its CustomResourceDefinition'}, or choose another platform or way in."
    return error(CODE, at(one.plan), message, hint)
