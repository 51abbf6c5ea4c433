# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rights that an agent's task needs, no more: for looking, for its objects, and for what it leaves."""

from __future__ import annotations

from .._cluster import Client
from .._components import COMPONENTS
from .._components.rights import for_listings
from .._components.snapshot import NODES
from .._rights import Right, Rights, for_sets, is_missing, on_kind
from .request import Request


def rights(client: Client, request: Request) -> Rights:
    sets = [request.definition_set(), request.own_set()]
    if request.manage_namespace:
        sets.insert(0, request.namespace_set())
    needed = for_listings(client, COMPONENTS[request.name].listings | {NODES}) | for_sets(
        client, [one for one in sets if one.objects]
    )
    needed |= on_kind(client, "v1", "Namespace", ("get",))
    if request.name == "nfd":
        needed |= on_kind(client, "v1", "Node", ("patch",))  # labels go with it
    if request.name in ("nfd", "device_plugin", "gfd"):
        needed |= on_kind(client, "v1", "Pod", ("list",))  # they stay while pods use what they bring
    if request.name == "dcgm":
        needed |= on_kind(client, "v1", "Pod", ("list",)) | _forwards(client, request.settings.namespace)
    return needed


def _forwards(client: Client, namespace: str) -> Rights:
    """Its metrics are read through the API server. Newer ones want ``create`` for every way in."""
    place = "" if is_missing(client, namespace) else namespace
    return Rights(used=frozenset(Right(verb, "", "pods/portforward", place) for verb in ("create", "get")))
