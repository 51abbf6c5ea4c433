# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a service says that it is served: read from its objects, best address first."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from .._cluster import Client, Object
from .place import Place
from .pods import find_pods, is_ready

HTTPS_PORT = 443
# KServe's own placeholder where no domain is configured; reserved, so nothing of anybody's answers there.
NO_DOMAIN = "example.com"


@dataclass(frozen=True, kw_only=True)
class Address:
    """A URL, or a URL whose host is found at another address; `internal` ones need the cluster's network."""

    url: str
    through: str | None = None
    internal: bool = False

    def __str__(self) -> str:
        return f"{self.url} through {self.through}" if self.through else self.url


def addresses(place: Place, client: Client | None) -> list[Address]:
    """Every address of the place: its own URL, else what its publishers say."""
    if place.url:
        return [Address(url=place.url, through=place.through)]
    if client is None:
        return []
    found: list[Address] = [Address(url=place.published)] if place.published else []
    for publisher in place.publishers:
        obj = client.get(publisher.api_version, publisher.kind, publisher.name, place.namespace)
        if obj is not None:
            found.extend(PUBLISHERS[publisher.kind](client, obj, place))
    return list(dict.fromkeys(found))


def public_address(place: Place, client: Client | None) -> str | None:
    """Where users find the place: outside the cluster if it is published there."""
    found = sorted(addresses(place, client), key=lambda address: address.internal)
    return found[0].url if found else None


def _from_status(client: Client, obj: Object, place: Place) -> Iterator[Address]:
    """`status.url` as it is, then through a gateway in front of it, then the address inside the cluster."""
    status = obj.get("status") or {}
    url = status.get("url")
    if url:
        host = urlsplit(url).hostname or ""
        if _is_internal(host):
            yield _inside(url)
        else:
            if host != NO_DOMAIN and not host.endswith("." + NO_DOMAIN):
                yield Address(url=url)
            yield from (Address(url=url, through=at) for at in _gateways(client, obj, place, url))
    inside = (status.get("address") or {}).get("url")
    if inside:
        yield _inside(inside)


def _from_service(client: Client, obj: Object, place: Place) -> Iterator[Address]:
    """A load balancer's address, a node's port, or the name inside the cluster."""
    spec, meta = obj["spec"], obj["metadata"]
    port = (spec.get("ports") or [{}])[0]
    if not port.get("port"):
        return
    if spec.get("type") == "LoadBalancer":
        for entry in _ingress(obj):
            yield Address(url=_url(entry, port["port"]))
    if spec.get("type") in ("NodePort", "LoadBalancer") and port.get("nodePort"):
        for node in _node_addresses(client, place):
            yield Address(url=_url(node, port["nodePort"]))
    yield _inside(_url(f"{meta['name']}.{meta['namespace']}.svc", port["port"]))


def _from_openshift(_client: Client, obj: Object, _at: Place) -> Iterator[Address]:
    """The host of a Route, which the router chooses where none is given."""
    spec = obj["spec"]
    scheme = "https" if spec.get("tls") else "http"
    for entry in (obj.get("status") or {}).get("ingress") or ():
        if entry.get("host"):
            yield Address(url=f"{scheme}://{entry['host']}{spec.get('path', '')}")


def _node_addresses(client: Client, place: Place) -> list[str]:
    """One address of each Ready node, nodes that run the service's pods first: they answer under
    `externalTrafficPolicy: Local` too. ExternalIP before InternalIP."""
    hosts = {pod["spec"].get("nodeName") for pod in find_pods(client, place) if is_ready(pod)}
    nodes = [node for node in client.list("v1", "Node") if is_ready(node)]
    nodes.sort(key=lambda node: (node["metadata"]["name"] not in hosts, node["metadata"]["name"]))
    reachable = (_node_address(node) for node in nodes[:1])
    return [address for address in reachable if address]


def _node_address(node: Object) -> str | None:
    known = {entry["type"]: entry["address"] for entry in node["status"].get("addresses") or ()}
    return known.get("ExternalIP") or known.get("InternalIP")


def _gateways(client: Client, obj: Object, place: Place, url: str) -> Iterator[str]:
    """Addresses of what routes to the service: the gateways of its HTTPRoutes, its Ingresses."""
    scheme = urlsplit(url).scheme
    owner = obj["metadata"]["uid"]
    for group, kind, read in (
        ("gateway.networking.k8s.io", "HTTPRoute", _of_route),
        ("networking.k8s.io", "Ingress", _of_ingress),
    ):
        served = client.served(group, kind)
        for entry in client.list(served.api_version, kind, namespace=place.namespace) if served else ():
            if any(ref.get("uid") == owner for ref in entry["metadata"].get("ownerReferences") or ()):
                yield from read(client, entry, scheme)


def _of_route(client: Client, route: Object, scheme: str) -> Iterator[str]:
    for ref in route["spec"].get("parentRefs") or ():
        namespace = ref.get("namespace") or route["metadata"]["namespace"]
        gateway = client.get(route["apiVersion"], "Gateway", ref["name"], namespace)
        if gateway is None:
            continue
        ports = [
            listener["port"]
            for listener in gateway["spec"].get("listeners") or ()
            if listener.get("protocol", "").lower() == scheme
        ]
        for entry in (gateway.get("status") or {}).get("addresses") or ():
            yield _host(entry["value"], ports[0]) if ports else entry["value"]


def _of_ingress(_client: Client, ingress: Object, _scheme: str) -> Iterator[str]:
    yield from _ingress(ingress)


def _ingress(obj: Object) -> list[str]:
    entries = ((obj.get("status") or {}).get("loadBalancer") or {}).get("ingress") or ()
    return [entry.get("ip") or entry["hostname"] for entry in entries]


def _inside(url: str) -> Address:
    """An address of the cluster's own network, which a controller in a pod can ask as well."""
    return Address(url=url, internal="KUBERNETES_SERVICE_HOST" not in os.environ)


def _is_internal(host: str) -> bool:
    return host.endswith((".svc", ".svc.cluster.local"))


def _url(host: str, port: int) -> str:
    return f"https://{_host(host)}" if port == HTTPS_PORT else f"http://{_host(host, port)}"


def _host(host: str, port: int | None = None) -> str:
    bracketed = f"[{host}]" if ":" in host else host
    return f"{bracketed}:{port}" if port else bracketed


PUBLISHERS: dict[str, Callable[[Client, Object, Place], Iterator[Address]]] = {
    "InferenceService": _from_status,
    "LLMInferenceService": _from_status,
    "Route": _from_openshift,
    "Service": _from_service,
}
