# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a version of vLLM knows a name: of a variable, a method of quantisation, a connector, a series."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from functools import lru_cache
from typing import Literal

from . import vllm_names
from .vllm import release
from .vllm_arguments import DUMPED

Table = Literal["variables", "quantization", "connectors", "series"]

_TABLES: dict[Table, Mapping[tuple[str, str], str]] = {
    "variables": vllm_names.VARIABLES,
    "quantization": vllm_names.QUANTIZATION,
    "connectors": vllm_names.CONNECTORS,
    "series": vllm_names.SERIES,
}


@lru_cache(maxsize=64)
def known_names(table: Table, version: str) -> frozenset[str]:
    """All names that a version knows; empty where the version was not looked into.

    Between two versions that were looked into, what either of them has counts as known.
    """
    at, (first, *_others, last) = release(version), map(release, DUMPED.split())
    if not first <= at <= last:
        return frozenset()
    before = max(dumped for dumped in map(release, DUMPED.split()) if dumped <= at)
    after = min(dumped for dumped in map(release, DUMPED.split()) if dumped >= at)
    return frozenset(
        name
        for (since, until), names in _TABLES[table].items()
        if release(since) <= after and release(until) >= before
        for name in names.split()
    )


def last_seen(table: Table, name: str) -> str:
    """The last version that was seen to know a name; empty where none did."""
    seen = (until for (_since, until), names in _TABLES[table].items() if name in names.split())
    return next(seen, "")


def nearest_name(table: Table, name: str, version: str) -> str | None:
    """The name that was probably meant."""
    near = get_close_matches(name, sorted(known_names(table, version)), n=1, cutoff=0.8)
    return near[0] if near else None
