# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Applying many sets in one walk: read what is there, refuse what must not be, write stage by stage, prune,
wait."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from .._cluster import Client, ClusterError, Object
from . import applyset
from .changes import diff
from .clock import Clock, deadline_in
from .deleting import Deleter
from .diagnosis import Diagnosis
from .gates import definitions_served, jobs_done, servers_ready, workloads_ready
from .members import Member, OwnedSet, enlist
from .model import KEPT, PRUNED, Action, ObjectSet, Outcome, Refused, problem
from .ownership import adopt_foreign, judge, judge_parent, note_creation
from .reading import Reader
from .rejection import explain
from .stages import Stage
from .wait import wait_until_gone, wait_until_ready
from .world import title
from .writing import Writer

Say = Callable[[str], None]


def silent(_line: str) -> None:
    """A progress function for callers that have nobody to tell."""


def apply(
    client: Client,
    sets: Sequence[ObjectSet],
    *,
    check_mode: bool = False,
    prune: bool = True,
    force_conflicts: bool = False,
    adopt: bool = False,
    recreate: Iterable[str] = (),
    wait: bool = True,
    wait_timeout: float = 600,
    show_diff: bool = False,
    progress: Say = silent,
) -> list[Outcome]:
    """Makes the cluster hold exactly these objects of these sets, all under one deadline.

    Raises Refused, with every reason, when something must not be done; then nothing was written. After that
    each set has its own outcome: a set in which an object fails stops after that stage and is not pruned, the
    others go on. ``adopt`` makes objects of these names ours that somebody else made. ``recreate`` names
    kinds that are deleted and created again where a field cannot be changed. In check mode the same walk asks
    the server to dry-run. Raises ClusterError when the cluster cannot be read.
    """
    deadline = deadline_in(wait_timeout)
    run = _Run(
        client,
        sets,
        check_mode=check_mode,
        adopt=adopt,
        deadline=deadline,
        show_diff=show_diff,
        progress=progress,
    )
    with run.clock.phase("read"):
        run.read()
    writer = Writer(
        client=client,
        check_mode=check_mode,
        force=force_conflicts or adopt,
        recreate=frozenset(recreate),
        deadline=deadline,
        progress=progress,
        webhooks_come_along=run.brings_webhooks,
    )
    with run.clock.phase("apply"):
        run.write(writer)
    with run.clock.phase("prune"):
        if prune:
            run.prune(wait=wait)
        else:
            run.keep_leftovers()
    if wait and not check_mode:
        with run.clock.phase("wait"):
            run.wait()
    return run.outcomes()


class _Run:
    """One walk over all sets."""

    def __init__(
        self,
        client: Client,
        sets: Sequence[ObjectSet],
        *,
        check_mode: bool,
        adopt: bool,
        deadline: float,
        show_diff: bool,
        progress: Say,
    ) -> None:
        self._client = client
        self._wanted = sets
        self._check_mode = check_mode
        self._adopt = adopt
        self._deadline = deadline
        self._show_diff = show_diff
        self._progress = progress
        self._sets: list[OwnedSet] = []
        self._homeless: frozenset[str] = frozenset()
        """Namespaces that do not exist before this run."""
        self.clock = Clock()

    @property
    def brings_webhooks(self) -> bool:
        return any(member.stage is Stage.ADMISSION for one in self._sets for member in one.members)

    def read(self) -> None:
        """Learns the state before and refuses what must not be done."""
        self._sets, problems = enlist(self._client, self._wanted)
        reader = Reader(self._client, deadline=self._deadline)
        problems += self._look_at_namespaces(reader)
        reader.parents([one for one in self._sets if one.set.namespace not in self._homeless])
        problems += [found for one in self._sets if (found := judge_parent(one))]
        if problems:
            raise Refused(problems)
        reader.members(self._sets, absent_namespaces=self._homeless)
        problems = [
            found
            for one in self._sets
            for member in one.members
            if (found := judge(member)) and not (self._adopt and adopt_foreign(member, found))
        ]
        if problems:
            raise Refused(problems)
        for one in self._sets:
            for member in one.members:
                note_creation(member)
                if member.wanted["metadata"].get("namespace") in self._homeless:
                    member.unseen = "its namespace comes with this run"

    def _look_at_namespaces(self, reader: Reader) -> list[Diagnosis]:
        used: dict[str, OwnedSet] = {}
        for one in self._sets:
            for namespace in sorted({one.set.namespace, *one.wanted_extent.namespaces}):
                used.setdefault(namespace, one)
        known = reader.namespaces(used)
        leaving = [live for live in known.values() if live and live["metadata"].get("deletionTimestamp")]
        problems = [] if self._check_mode else self._see_off(leaving)
        self._homeless = frozenset(name for name, live in known.items() if live is None or live in leaving)
        coming = {
            member.key[3]
            for one in self._sets
            for member in one.members
            if member.key[:2] == ("", "Namespace")
        }
        return problems + [
            problem(
                "NamespaceMissing",
                f"Namespace {name}",
                f"does not exist, and the set {used[name].set.namespace}/{used[name].set.name} needs it.",
                "Create it first, or put a Namespace object into the set.",
            )
            for name in sorted(self._homeless - coming)
        ]

    def _see_off(self, leaving: Sequence[Object]) -> list[Diagnosis]:
        """Waits for namespaces on their way out: nothing can be made in them, and all that is there goes."""
        if not leaving:
            return []
        self._progress(f"waiting until {len(leaving)} deleted namespaces are gone")
        return wait_until_gone(self._client, leaving, deadline=self._deadline, progress=self._progress)

    def write(self, writer: Writer) -> None:
        at_home = [one for one in self._sets if one.set.namespace not in self._homeless]
        self._widen(at_home)
        for stage in Stage:
            if stage is Stage.ADMISSION and not self._check_mode:
                workloads_ready(self._client, self._sets, deadline=self._deadline, progress=self._progress)
            if stage is Stage.SHARES and not self._check_mode:
                servers_ready(self._client, self._sets, deadline=self._deadline, progress=self._progress)
            self._write_stage(writer, stage)
            if stage is Stage.PREPARATION and not self._check_mode:
                jobs_done(self._client, self._sets, deadline=self._deadline, progress=self._progress)
            if stage is Stage.NAMESPACES:
                self._widen([one for one in self._sets if one not in at_home])
            if stage is Stage.DEFINITIONS and not self._check_mode:
                changed = [m for m in self._members(stage) if m.after is not None and m.live != m.after]
                definitions_served(self._client, changed, deadline=self._deadline, progress=self._progress)

    def _members(self, stage: Stage) -> list[Member]:
        return [
            member for one in self._sets if not one.failed for member in one.members if member.stage is stage
        ]

    def _write_stage(self, writer: Writer, stage: Stage) -> None:
        members = self._members(stage)
        if not members:
            return

        def write(member: Member) -> str | ClusterError:
            try:
                return writer.write(member)
            except ClusterError as error:
                return error

        results = self._client.in_parallel(write, members)
        changed = 0
        for member, result in zip(members, results, strict=True):
            outcome = member.owner.outcome
            if isinstance(result, ClusterError):
                member.owner.fail(explain(result, member.wanted, member.live))
                continue
            note = f"adopted from {member.adopted_from}" if member.adopted_from else ""
            if note:
                outcome.warnings.append(f"{member.title} is {note}; whoever still keeps it writes it back.")
            if member.unseen and self._check_mode:
                note = f"not checked by the server: {member.unseen}"
            action = Action.on(member.wanted, result, check_mode=self._check_mode, note=note)
            outcome.record(action)
            if action.changes:
                changed += 1
                if self._show_diff:
                    outcome.diff.append(diff(member.live, member.after or member.wanted))
        if changed and not self._check_mode:
            self._progress(f"{stage.name.lower()}: {changed} of {len(members)} objects changed")

    def _widen(self, sets: Sequence[OwnedSet]) -> None:
        """Records where members will be before any of them is there."""
        self._write_parents([(one, one.recorded | one.wanted_extent) for one in sets if not one.failed])

    def _write_parents(self, extents: Sequence[tuple[OwnedSet, applyset.Extent]]) -> None:
        due = [
            (one, wanted)
            for one, extent in extents
            if not applyset.says_the_same(
                wanted := applyset.parent(one.set.name, one.set.namespace, extent), one.parent
            )
        ]
        for one, _wanted in due:
            one.outcome.changed = True
        if self._check_mode:
            return

        def write(job: tuple[OwnedSet, Object]) -> ClusterError | None:
            one, wanted = job
            try:
                one.parent = self._client.apply(wanted, force=True, deadline=self._deadline)
            except ClusterError as error:
                return error
            return None

        for (one, wanted), failure in zip(due, self._client.in_parallel(write, due), strict=True):
            if failure is not None:
                one.fail(explain(failure, wanted, one.parent))

    def prune(self, *, wait: bool) -> None:
        """Deletes what is not wanted any more, then records how far the sets reach now."""
        deleter = Deleter(
            client=self._client,
            check_mode=self._check_mode,
            wait=wait,
            show_diff=self._show_diff,
            deadline=self._deadline,
            progress=self._progress,
        )
        doomed = [(one, obj) for one in self._sets if not one.failed for obj in one.leftovers]
        kept = deleter.delete(doomed, action=PRUNED)
        remaining = {one: one.wanted_extent for one in self._sets if not one.failed}
        for one, obj in kept:
            if one in remaining:
                remaining[one] |= applyset.Extent.of([obj])
        self._write_parents(list(remaining.items()))

    def keep_leftovers(self) -> None:
        """Says what is not wanted any more and stays because nobody asked to prune."""
        for one in self._sets:
            for obj in one.leftovers:
                one.outcome.record(Action.on(obj, KEPT, check_mode=self._check_mode, note="prune is off"))

    def wait(self) -> None:
        """Waits for all objects of all sets that were written without trouble. A set in trouble is done with;
        for the others the wait goes on, so that each set gets a verdict of its own."""
        while True:
            waited = [
                (member.after, member.owner)
                for one in self._sets
                if not one.failed
                for member in one.members
                if member.after is not None
            ]
            owners = {title(after): owner for after, owner in waited}
            try:
                found = wait_until_ready(
                    self._client,
                    [after for after, _owner in waited],
                    deadline=self._deadline,
                    progress=self._progress,
                )
            except ClusterError as error:
                found = [
                    explain(error, after, None)
                    for after in {owner: after for after, owner in waited}.values()
                ]
            if not found:
                return
            for diagnosis in found:
                self._progress(str(diagnosis))
                owners[diagnosis.object].fail(diagnosis)

    def outcomes(self) -> list[Outcome]:
        durations = self.clock.durations()
        for one in self._sets:
            one.outcome.duration = durations
        return [one.outcome for one in self._sets]
