# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What shows that a product works, beyond pods that are ready: its webhooks and its API answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from .._apply import Diagnosis
from .._apply.rejection import is_webhook_down
from .._cluster import ApiError, Client, NotServed, Object
from .devices import without_devices
from .driver import without_driver
from .naming import Names
from .products import Product
from .sharing import without_shares

PAUSE = 0.5
FOR_EVER = ("NotServed", "Rejected")
"""Codes of what no waiting heals."""
Check: TypeAlias = "Callable[[], Sequence[Diagnosis]]"


def silence(
    client: Client,
    product: Product,
    *,
    names: Names | None = None,
    deadline: float,
    progress: Callable[[str], None],
) -> list[Diagnosis]:
    """What does not answer by the deadline; nothing where all is well."""
    return [
        found
        for what, check in _checks(client, product, names, deadline)
        for found in _waited(check, f"{product.name}: waiting until {what}", deadline, progress)
    ]


def _checks(
    client: Client, product: Product, names: Names | None, deadline: float
) -> Iterator[tuple[str, Check]]:
    name = product.name
    if probe := product.probe:
        yield "its webhooks answer", lambda: _alone(_webhooks(client, probe, name))
    if product.api:
        yield f"{product.api} answers", lambda: _alone(_api(client, product.api, name, deadline))
    if product.driver:
        yield f"{product.driver} is on every GPU node", lambda: _alone(without_driver(client, product))
    if product.webhook:
        yield f"{product.webhook} can be trusted", lambda: _alone(_trusted(client, product.webhook, name))
    if product.resource:
        yield f"a node has {product.resource}", lambda: without_devices(client, product)
    if product.shares:
        yield "every GPU node has shares to give", lambda: without_shares(client, product, names)


def _alone(found: Diagnosis | None) -> list[Diagnosis]:
    return [found] if found else []


def _waited(check: Check, line: str, deadline: float, progress: Callable[[str], None]) -> Sequence[Diagnosis]:
    said = False
    while (found := check()) and found[0].code not in FOR_EVER and time.monotonic() + PAUSE < deadline:
        if not said:
            progress(line)
            said = True
        time.sleep(PAUSE)
    return found


def _webhooks(client: Client, probe: Object, name: str) -> Diagnosis | None:
    """A dry run of an object goes through the product's webhooks, as every object of its kinds will."""
    try:
        client.apply(probe, dry_run=True)
    except NotServed as error:
        return _problem(name, "NotServed", str(error), "Its definitions are not there.")
    except ApiError as error:
        if is_webhook_down(error):
            hint = "Look at the pods behind the webhook's Service, and at its certificate."
            return _problem(name, "WebhookDown", error.message, hint)
    return None  # it answered, if only to refuse


def _api(client: Client, api: str, name: str, deadline: float) -> Diagnosis | None:
    try:
        client.request("GET", f"/apis/{api}", deadline=deadline)
    except ApiError as error:
        hint = "Look at its APIService, and at the pods behind it. A dead one keeps namespaces from going."
        return _problem(name, "NoEffect", f"{api} does not answer: {error.message}", hint)
    return None


def _trusted(client: Client, webhook: str, name: str) -> Diagnosis | None:
    found = [
        one
        for each in client.list("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration")
        for one in each.get("webhooks") or ()
        if one["name"] == webhook
    ]
    if found and all(one["clientConfig"].get("caBundle") for one in found):
        return None
    lacks = "has no certificate authority" if found else "is not there"
    hint = "Its certificate comes from hooks of Helm (hooks: apply) or from cert-manager; look at that Job."
    return _problem(name, "WebhookDown", f"webhook {webhook} {lacks}, so it is passed over in silence.", hint)


def _problem(name: str, code: str, message: str, hint: str) -> Diagnosis:
    return Diagnosis(code=code, object=name, message=message, hint=hint)
