# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Route of OpenShift: its router ends TLS, and shares requests by weight."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .shares import Share, route_metadata, services, shares

if TYPE_CHECKING:
    from .._plan.facts import ServicePlan

_ROUTER = "haproxy.router.openshift.io/"
_LONGEST_SILENCE = "10m"
"""The router's own 30 seconds end before a long answer that is not streamed begins."""


def route(plan: ServicePlan) -> list[dict[str, Any]]:
    return [*services(plan), _route(plan)]


def _route(plan: ServicePlan) -> dict[str, Any]:
    expose = plan.service.expose
    annotations = {f"{_ROUTER}timeout": _LONGEST_SILENCE}
    main, *others = [_backend(share) for share in shares(plan)]
    spec: dict[str, Any] = {"to": main, "port": {"targetPort": plan.request_port.number}}
    if others:
        spec["alternateBackends"] = others
    if expose.host is not None:
        spec["host"] = expose.host
    if expose.prefix:
        spec["path"] = expose.prefix
        annotations[f"{_ROUTER}rewrite-target"] = "/"
    if expose.tls is not None:
        spec["tls"] = {"termination": "edge", "insecureEdgeTerminationPolicy": "Redirect"}
        if expose.tls.secret is not None:
            spec["tls"]["externalCertificate"] = {"name": expose.tls.secret}
    return {
        "apiVersion": "route.openshift.io/v1",
        "kind": "Route",
        "metadata": route_metadata(plan, annotations),
        "spec": spec,
    }


def _backend(share: Share) -> dict[str, Any]:
    return {"kind": "Service", "name": share.service, "weight": share.weight}
