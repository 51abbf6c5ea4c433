# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rights that writing and looking at the Secrets of an inventory takes, no more."""

from __future__ import annotations

from .._cluster import Client
from .._fleet import Fleet
from .._objects.secrets import secret_namespaces
from .._rights import Rights, for_sets, on_kind
from .._sets import namespace_sets, secret_sets


def rights(client: Client, fleet: Fleet) -> Rights:
    needed = for_sets(client, [*namespace_sets(fleet), *secret_sets(fleet)])
    read = {place for secret in fleet.secrets.values() for place in secret_namespaces(fleet, secret)}
    for place in read:
        needed |= on_kind(client, "v1", "Secret", ("get",), place)
    return needed
