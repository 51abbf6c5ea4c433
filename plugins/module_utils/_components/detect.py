# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From what was read to what is there: pure, so that it can be tried on any recorded cluster."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .._cluster import Object
from .component import FOREIGN, NOBODY, OTHER, US, Component, Finding, Sign, Trace
from .snapshot import Listing, Snapshot


def detect(component: Component, snapshot: Snapshot) -> Finding:
    """Whose the component is follows from what runs. What only shows that something works (GPUs that nodes
    advertise, their labels) is attributed to what runs, and to somebody else where nothing is seen to run."""
    traces = [trace for sign in component.signs for trace in sign.traces(snapshot)]
    decisive = [trace for trace in traces if trace.conclusive]
    keeper = _keeper(decisive)
    owner = keeper.owner or OTHER if keeper else NOBODY
    return Finding(
        component=component.name,
        present=bool(decisive),
        owner=owner,
        by=keeper.by if keeper else "",
        version=_first(keeper, decisive, traces, "version"),
        namespace=_first(keeper, decisive, (), "namespace"),
        evidence=tuple(dict.fromkeys(trace.text for trace in traces)),
        conflicts=tuple(
            dict.fromkeys(
                trace.text for sign in component.rivals for trace in sign.traces(snapshot) if trace.conclusive
            )
        ),
        unread=tuple(sorted(str(each) for each in component.listings & snapshot.unread)),
    )


def recognised(signs: Iterable[Sign], listing: Listing, objects: Iterable[Object]) -> list[Object]:
    """Those of a listing by which a component is recognised."""
    ours = [sign for sign in signs if listing in sign.listings]
    return [obj for obj in objects if any(sign.traces(Snapshot(objects={listing: [obj]})) for sign in ours)]


def _keeper(traces: Sequence[Trace]) -> Trace | None:
    """Somebody else's instance comes first: it must not be overlooked because ours is there too."""
    for owners in (FOREIGN, (US,), ("",)):
        for trace in traces:
            if trace.owner in owners:
                return trace
    return None


def _first(keeper: Trace | None, decisive: Sequence[Trace], rest: Sequence[Trace], field: str) -> str:
    candidates = [*([keeper] if keeper else []), *decisive, *rest]
    return next((value for trace in candidates if (value := str(getattr(trace, field)))), "")
