# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An HTTPRoute of the Gateway API, at a gateway of the service's own or one that is there.

Passwords are checked by Envoy Gateway, which the API itself knows nothing of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._platforms.pod import metadata
from .shares import Share, route_metadata, services, shares

if TYPE_CHECKING:
    from .._plan.facts import ServicePlan

_GROUP = "gateway.networking.k8s.io"
_HTTPS, _HTTP = 443, 80


def gateway_api(plan: ServicePlan) -> list[dict[str, Any]]:
    """Nothing for a platform that makes gateways and routes itself."""
    if plan.platform.routes:
        return []
    expose = plan.service.expose
    own = [] if expose.gateway is not None else [_gateway(plan)]
    policies = [] if expose.auth.basic is None else [_security_policy(plan, expose.auth.basic)]
    return [*services(plan), *own, _route(plan), *policies]


def _gateway(plan: ServicePlan) -> dict[str, Any]:
    expose = plan.service.expose
    listener: dict[str, Any] = {"name": "http", "port": _HTTP, "protocol": "HTTP"}
    if expose.tls is not None:
        tls = {"mode": "Terminate", "certificateRefs": [{"name": expose.tls.secret}]}
        listener = {"name": "https", "port": _HTTPS, "protocol": "HTTPS", "tls": tls}
    if expose.host is not None:
        listener["hostname"] = expose.host
    return {
        "apiVersion": f"{_GROUP}/v1",
        "kind": "Gateway",
        "metadata": metadata(plan, plan.service_name),
        "spec": {"gatewayClassName": plan.cluster.components.gateway.class_name, "listeners": [listener]},
    }


def _route(plan: ServicePlan) -> dict[str, Any]:
    """Without a limit of time: gateways would cut off long answers after some seconds."""
    expose = plan.service.expose
    rule: dict[str, Any] = {
        "backendRefs": [_backend(share) for share in shares(plan)],
        "timeouts": {"request": "0s"},
    }
    if expose.prefix:
        rule["matches"] = [{"path": {"type": "PathPrefix", "value": expose.prefix}}]
        replaced = {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/"}
        rule["filters"] = [{"type": "URLRewrite", "urlRewrite": {"path": replaced}}]
    spec: dict[str, Any] = {"parentRefs": [_parent(plan)], "rules": [rule]}
    if expose.host is not None:
        spec["hostnames"] = [expose.host]
    return {
        "apiVersion": f"{_GROUP}/v1",
        "kind": "HTTPRoute",
        "metadata": route_metadata(plan),
        "spec": spec,
    }


def _parent(plan: ServicePlan) -> dict[str, Any]:
    """With TLS only the encrypted port, so that no password is taken in plain text beside it."""
    expose = plan.service.expose
    port = {"port": _HTTPS} if expose.tls is not None else {}
    if expose.gateway is None:
        return {"name": plan.service_name, **port}
    namespace, _slash, name = expose.gateway.rpartition("/")
    return {"name": name, "namespace": namespace or plan.namespace, **port}


def _backend(share: Share) -> dict[str, Any]:
    if share.plan.platform.backend is not None:
        return {**share.plan.platform.backend(share.plan), "weight": share.weight}
    return {"name": share.service, "port": share.port, "weight": share.weight}


def _security_policy(plan: ServicePlan, entry: str) -> dict[str, Any]:
    return {
        "apiVersion": "gateway.envoyproxy.io/v1alpha1",
        "kind": "SecurityPolicy",
        "metadata": metadata(plan, plan.service_name),
        "spec": {
            "targetRefs": [{"group": _GROUP, "kind": "HTTPRoute", "name": plan.service_name}],
            "basicAuth": {"users": {"name": plan.secret_name(entry)}},
        },
    }
