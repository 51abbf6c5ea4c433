# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rights that looking for components takes."""

from __future__ import annotations

from collections.abc import Iterable

from .._cluster import Client
from .._rights import Right, Rights
from .snapshot import Listing


def for_listings(client: Client, listings: Iterable[Listing]) -> Rights:
    """For reading what detection looks at, as far as it is served."""
    served = (client.served(one.group, one.kind) for one in listings)
    return Rights(used=frozenset(Right("list", found.group, found.plural) for found in served if found))
