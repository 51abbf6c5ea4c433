# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects that a service can do without where nothing in the cluster knows them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from .._apply import ObjectSet
from .._cluster import Client, NotServed
from .._objects import OPTIONAL_GROUPS


def known_to(client: Client, sets: Iterable[ObjectSet]) -> tuple[list[ObjectSet], list[str]]:
    """The sets without such objects, and a notice for each."""
    made = [(one, [obj for obj in one.objects if not _is_known(client, obj)]) for one in sets]
    kept = [
        replace(one, objects=[obj for obj in one.objects if obj not in left_out]) if left_out else one
        for one, left_out in made
    ]
    return kept, [_notice(obj) for _one, left_out in made for obj in left_out]


def _is_known(client: Client, obj: dict[str, Any]) -> bool:
    if obj["apiVersion"].partition("/")[0] not in OPTIONAL_GROUPS:
        return True
    try:
        client.resource(obj["apiVersion"], obj["kind"])
    except NotServed:
        return False
    return True


def _notice(obj: dict[str, Any]) -> str:
    named = f"{obj['kind']} {obj['metadata']['namespace']}/{obj['metadata']['name']}"
    missing = f"the cluster does not serve {obj['apiVersion']}"
    return f"{named} is left out: {missing}. Install the Prometheus operator."
