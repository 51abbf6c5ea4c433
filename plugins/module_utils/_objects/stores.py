# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The objects of a store."""

from __future__ import annotations

from typing import Any

from .._fleet import Fleet, Store
from .._stores import STORES


def store_objects(fleet: Fleet, store: Store) -> list[dict[str, Any]]:
    """Volumes and claims of a store in every namespace whose services use it."""
    return STORES[store.kind].objects(fleet, store)
