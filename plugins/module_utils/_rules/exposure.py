# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""V-22: the way in: what a type can do, that no password travels in the clear, and shares of a canary."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .._fleet import Fleet, Problem
from .._plan import ServicePlan
from .finding import Plans, at, error, runs, warning

CODE = "V-22"

ROUTED = ("route", "istio", "gateway-api", "traefik")
"""Types with something in front of the Service that reads requests."""
MEANT_FOR = {
    "host": ROUTED,
    "path": ROUTED,
    "tls": ROUTED,
    "gateway": ("istio", "gateway-api"),
    "access_log": ("istio", "traefik"),
}
"""Key → the types for which it has an effect."""
AUTHENTICATING = ("istio", "gateway-api", "traefik")
"""Types that can ask for a password."""
ALL = 100

_HOST = re.compile(r"(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+")
_PATH = re.compile(r"/|(/[A-Za-z0-9._~-]+)+/?")
_GATEWAY = re.compile(r"([a-z0-9]([-a-z0-9]*[a-z0-9])?/)?[a-z0-9]([-.a-z0-9]*[a-z0-9])?")


def check(fleet: Fleet, plans: Plans) -> Iterator[Problem]:
    taken: dict[tuple[str, str], str] = {}
    certificates: dict[str, str] = {}
    for plan in plans:
        yield from _effects(plan)
        yield from _forms(plan)
        yield from _gateway(plan)
        yield from _authentication(fleet, plan)
        yield from _canary(plan)
        yield from _twice(plan, taken)
        yield from _certificate(plan, certificates)


def _effects(plan: ServicePlan) -> Iterator[Problem]:
    expose = plan.service.expose
    if expose.type == "none" and expose.port is not None:
        message = "has no effect with type: none, which makes no Service."
        yield error(CODE, at(plan, "expose.port"), message, "Remove it or write type: cluster.")
    for key, types in MEANT_FOR.items():
        if getattr(expose, key) not in (None, False) and expose.type not in types:
            message = f"has no effect with type: {expose.type}."
            yield error(CODE, at(plan, f"expose.{key}"), message, f"Remove it or write type: {_any(types)}.")


def _forms(plan: ServicePlan) -> Iterator[Problem]:
    expose = plan.service.expose
    if expose.host is not None and not _HOST.fullmatch(expose.host):
        hint = "Write it in lower case, without scheme and port, for example llm.example.com."
        yield error(CODE, at(plan, "expose.host"), f"{expose.host} is no host name.", hint)
    if expose.path is not None and not _PATH.fullmatch(expose.path):
        hint = f"Write for example /{plan.namespace}/{plan.name}."
        yield error(CODE, at(plan, "expose.path"), f"{expose.path} is no path.", hint)
    if expose.type == "traefik" and expose.host is None:
        message = "is missing: Traefik would take the path on every host."
        yield error(CODE, at(plan, "expose.host"), message, "Write the host name of the requests.")


def _gateway(plan: ServicePlan) -> Iterator[Problem]:
    expose, tls = plan.service.expose, plan.service.expose.tls
    if expose.type not in MEANT_FOR["gateway"] or plan.platform.routes:
        return
    if expose.gateway is not None:
        if not _GATEWAY.fullmatch(expose.gateway):
            hint = "Write <namespace>/<name>."
            yield error(CODE, at(plan, "expose.gateway"), f"{expose.gateway} names no gateway.", hint)
        if tls is not None and tls.secret is not None:
            message = "the certificate is that of the gateway, which is there already."
            yield error(CODE, at(plan, "expose.tls.secret"), message, "Remove it; keep tls: {}.")
        return
    if tls is not None and tls.secret is None:
        message = "is missing: a gateway of this service has no certificate of its own."
        hint = "Name a Secret of type kubernetes.io/tls, or a gateway that is there already (expose.gateway)."
        yield error(CODE, at(plan, "expose.tls.secret"), message, hint)
    if expose.type == "gateway-api" and plan.cluster.components.gateway.class_name is None:
        message = "is missing, and no class is known for a gateway of this service."
        hint = "Write <namespace>/<name> of a Gateway, or llm_cluster.components.gateway.class_name."
        yield error(CODE, at(plan, "expose.gateway"), message, hint)


def _authentication(fleet: Fleet, plan: ServicePlan) -> Iterator[Problem]:
    service, expose = plan.service, plan.service.expose
    basic, api_key = expose.auth.basic, expose.auth.api_key
    if basic is not None and expose.type not in AUTHENTICATING:
        message = f"nobody asks for the password with type: {expose.type}."
        yield error(CODE, at(plan, "expose.auth.basic"), message, f"Write type: {_any(AUTHENTICATING)}.")
    if basic is not None and api_key is not None:
        message = "basic and api_key would travel in the same header."
        yield error(CODE, at(plan, "expose.auth"), message, "Keep one of them.")
    if api_key is not None and plan.engine.api_key_variable is None:
        message = f"engine {plan.engine.name} asks its clients for no key."
        hint = f"Remove it, or use basic with type: {_any(AUTHENTICATING)}."
        yield error(CODE, at(plan, "expose.auth.api_key"), message, hint)
    if expose.type in ROUTED and expose.tls is None and not service.allow_plaintext_auth:
        for key, what in (("basic", "password"), ("api_key", "key")):
            if getattr(expose.auth, key) is not None:
                message = f"the {what} would travel without TLS."
                hint = "Add expose.tls or set allow_plaintext_auth: true."
                yield error(CODE, at(plan, f"expose.auth.{key}"), message, hint)
    if expose.type == "istio" and basic is not None and fleet.secrets[basic].existing is not None:
        message = "Istio reads no Secret here: the hash of the password is written into its filter."
        hint = f"Give username and password in llm_secrets[{basic}] instead of existing."
        yield error(CODE, at(plan, "expose.auth.basic"), message, hint)


def _canary(plan: ServicePlan) -> Iterator[Problem]:
    canary, expose = plan.service.rollout.canary, plan.service.expose
    if canary is None:
        return
    path = at(plan, "rollout.canary")
    if canary.weight > ALL:
        yield error(CODE, f"{path}.weight", f"{canary.weight} is not in 0 to 100.", "Write a percentage.")
    if plan.splits_requests:
        return
    if plan.platform.routes:
        message = "the route is KServe's, and leads to one pool of pods."
        yield error(CODE, path, message, "Remove it, or use llmd.provider: native.")
    elif plan.platform.backend is not None and expose.type != "gateway-api":
        message = f"type: {expose.type} does not lead to pools of pods, which alone have weights here."
        yield error(CODE, path, message, "Write expose.type: gateway-api.")
    elif expose.type not in ROUTED:
        message = f"type: {expose.type} cannot share requests by weight."
        yield error(CODE, path, message, f"Write expose.type: {_any(ROUTED)}.")


def _twice(plan: ServicePlan, taken: dict[tuple[str, str], str]) -> Iterator[Problem]:
    """Two services at one place: which of them answers is anybody's guess."""
    expose = plan.service.expose
    if expose.type not in ROUTED or not runs(plan) or (expose.host is None and not expose.prefix):
        return
    place = (expose.host or "*", expose.prefix)
    if place in taken:
        message = f"{place[0]}{place[1] or '/'} leads to service {taken[place]} already."
        hint = "Give each service a host or a path of its own."
        yield error(CODE, at(plan, "expose.path" if expose.prefix else "expose.host"), message, hint)
    taken.setdefault(place, plan.name)


def _certificate(plan: ServicePlan, certificates: dict[str, str]) -> Iterator[Problem]:
    """Clients reuse a connection for every host of its certificate, and meet the wrong gateway of Istio's."""
    expose = plan.service.expose
    own = expose.type == "istio" and expose.gateway is None and runs(plan)
    if not own or expose.tls is None or expose.tls.secret is None:
        return
    if expose.tls.secret in certificates:
        first = certificates[expose.tls.secret]
        message = f"{expose.tls.secret} is also the certificate of {first}: clients may get 404."
        hint = "Let both use one gateway that is there already (expose.gateway)."
        yield warning(CODE, at(plan, "expose.tls.secret"), message, hint)
    certificates.setdefault(expose.tls.secret, plan.name)


def _any(types: tuple[str, ...]) -> str:
    return f"{', '.join(types[:-1])} or {types[-1]}"
