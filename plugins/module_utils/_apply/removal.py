# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Removing whole sets: members in reverse order of stages, the parent last."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .._cluster import Client, ClusterError
from . import applyset
from .clock import Clock, deadline_in
from .deleting import Deleter, Doomed
from .engine import silent
from .members import OwnedSet, owned_set
from .model import DELETED, ObjectSet, Outcome, Refused
from .ownership import judge_parent
from .reading import Reader
from .rejection import explain

RELEASED = {"metadata": {"labels": {applyset.PART_OF_LABEL: None}}}


def remove(
    client: Client,
    sets: Sequence[ObjectSet],
    *,
    check_mode: bool = False,
    wait: bool = True,
    wait_timeout: float = 600,
    show_diff: bool = False,
    progress: Callable[[str], None] = silent,
) -> list[Outcome]:
    """Deletes everything that the sets own, whatever their ``objects`` say; a set that is not there is left
    unchanged.

    What holds data, what the set did not create (a Namespace) and what others need (a definition in use) is
    kept and leaves the set. Raises Refused when a set is kept by another tool; then nothing was deleted.
    """
    deadline = deadline_in(wait_timeout)
    clock = Clock()
    owned = [owned_set(one) for one in sets]
    with clock.phase("read"):
        reader = Reader(client, deadline=deadline)
        reader.parents(owned)
        present = [one for one in owned if one.parent is not None and _is_a_set(one)]
        problems = [found for one in present if (found := judge_parent(one))]
        if problems:
            raise Refused(problems)
        reader.members(present)
    deleter = Deleter(
        client=client,
        check_mode=check_mode,
        wait=wait,
        show_diff=show_diff,
        deadline=deadline,
        progress=progress,
    )
    with clock.phase("delete"):
        kept = deleter.delete([(one, obj) for one in present for obj in one.leftovers], action=DELETED)
        done = [one for one in present if not one.failed]
        for one in done:
            one.outcome.changed = True
        if not check_mode:
            _let_go(client, [(one, obj) for one, obj in kept if not one.failed], deadline=deadline)
            _delete_parents(client, done, deadline=deadline)
    for one in owned:
        one.outcome.duration = clock.durations()
    return [one.outcome for one in owned]


def _is_a_set(one: OwnedSet) -> bool:
    return one.parent is not None and applyset.ID_LABEL in (one.parent["metadata"].get("labels") or {})


def _let_go(client: Client, kept: Sequence[Doomed], *, deadline: float) -> None:
    """Takes our label off what stays: it belongs to no set any more, and a later set may have it."""

    def release(doomed: Doomed) -> ClusterError | None:
        _one, obj = doomed
        try:
            client.patch(obj, RELEASED, deadline=deadline)
        except ClusterError as error:
            return error
        return None

    for (one, obj), failure in zip(kept, client.in_parallel(release, kept), strict=True):
        if failure is not None:
            one.fail(explain(failure, obj, None))


def _delete_parents(client: Client, sets: Sequence[OwnedSet], *, deadline: float) -> None:
    def delete(doomed: Doomed) -> ClusterError | None:
        _one, parent = doomed
        try:
            client.delete(parent, deadline=deadline)
        except ClusterError as error:
            return error
        return None

    finished = [(one, one.parent) for one in sets if one.parent is not None and not one.failed]
    for (one, parent), failure in zip(finished, client.in_parallel(delete, finished), strict=True):
        if failure is not None:
            one.fail(explain(failure, parent, None))
