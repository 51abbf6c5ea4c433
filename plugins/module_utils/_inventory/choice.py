# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which services of an inventory a run is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from difflib import get_close_matches

from .._fleet import Fleet


class UnknownService(Exception):
    """A name that is no service of the inventory."""


def choose(fleet: Fleet, names: Sequence[str], *, state: str | None = None) -> Fleet:
    """The fleet with only the named services, or all of them where no name is given.

    *state* replaces what the entries say. Raises UnknownService with every name that is none.
    """
    known = {service.name: service for service in fleet.services}
    unknown = [_unknown(name, list(known)) for name in names if name not in known]
    if unknown:
        raise UnknownService("\n".join(unknown))
    chosen = [service for service in fleet.services if not names or service.name in names]
    return replace(
        fleet,
        services=tuple(service if state is None else replace(service, state=state) for service in chosen),
    )


def _unknown(name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, n=1)
    hint = f"Did you mean {near[0]}?" if near else f"Known are: {', '.join(known) or 'none'}."
    return f"names: {name} is no service of llm_serving. {hint}"
