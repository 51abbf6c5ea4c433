# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rights that a bundle's task needs, no more: for looking, for its objects, and for what proves it."""

from __future__ import annotations

from collections.abc import Sequence

from .._apply import ObjectSet
from .._cluster import Client
from .._components import COMPONENTS
from .._components.rights import for_listings
from .._rights import Rights, for_sets, is_missing, on_kind
from .backwards import ADMISSION, DEFINITIONS, VERSION
from .driver import LOOKED_AT, STORAGE
from .leaving import AUTOSCALERS
from .products import Product


def needed(client: Client, product: Product, sets: Sequence[ObjectSet]) -> Rights:
    objects = [obj for one in sets for obj in one.objects]
    rights = for_listings(client, COMPONENTS[product.name].listings) | for_sets(client, sets)
    rights |= on_kind(client, "v1", "Namespace", ("get",))
    if probe := product.probe:  # a dry run takes the rights of the real thing
        place = probe["metadata"].get("namespace", "")
        rights |= on_kind(
            client, probe["apiVersion"], probe["kind"], ("create", "patch"), place, defined_by=objects
        )
    if product.webhook:
        rights |= on_kind(client, ADMISSION, "MutatingWebhookConfiguration", ("list",))
    if product.driver:
        rights |= on_kind(client, STORAGE, "CSIDriver", ("get",))
        for version, kind in LOOKED_AT:
            rights |= on_kind(client, version, kind, ("list",))
    if any(VERSION in (obj["metadata"].get("annotations") or {}) for obj in objects):
        rights |= on_kind(client, *DEFINITIONS, ("list",))
        rights |= on_kind(client, ADMISSION, "ValidatingAdmissionPolicy", ("get",))
    if product.resource:
        rights |= on_kind(client, "apps/v1", "DaemonSet", ("list",))
    return rights | _to_leave(client, product, sets)


def _to_leave(client: Client, product: Product, sets: Sequence[ObjectSet]) -> Rights:
    """To see who still needs it, and to take away what its programs made."""
    rights = Rights()
    if product.resource or product.scheduler:
        rights |= on_kind(client, "v1", "Pod", ("list",))
    if product.api:
        rights |= on_kind(client, *AUTOSCALERS, ("list",))
    for group, kind in product.used_by:
        if served := client.served(group, kind):
            rights |= on_kind(client, served.api_version, kind, ("list",))
    if product.makes and sets:
        home = "" if is_missing(client, sets[0].namespace) else sets[0].namespace
        for version, kind, _name in product.makes:
            rights |= on_kind(client, version, kind, ("get", "delete"), home)
    if product.notes:
        rights |= on_kind(client, "v1", "Node", ("list", "patch"))
    return rights
