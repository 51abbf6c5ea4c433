# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One member written: applied, taken over, or recreated; or, in check mode, the server asked what would
become of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .._cluster import ApiError, Client, ClusterError, NotServed, Object
from .changes import changed_by_us
from .members import Member
from .model import CONFIGURED, CREATED, RECREATED, UNCHANGED
from .rejection import conflicts, is_conflict, is_immutable, is_namespace_terminating, is_webhook_down
from .takeover import Entry, client_side_entries, entries_of_others, foretell, hand_over, rewrite
from .wait import wait_until_gone
from .world import title

PATIENCE = 20.0
"""Seconds in which a webhook that does not answer, or a kind that is served only by some API servers yet, may
come."""
NUDGE = 0.3
RACES = 4
"""Times that handing over is tried again when somebody else wrote in between."""

Predecessors = Callable[[Object], Sequence[Entry]]
"""The entries of an object's ``managedFields`` that become ours."""


@dataclass(frozen=True, kw_only=True)
class Writer:
    """How members are written in this run."""

    client: Client
    check_mode: bool
    force: bool
    recreate: frozenset[str]
    deadline: float
    progress: Callable[[str], None]
    webhooks_come_along: bool = False
    """The run installs webhooks: until its deadline they may still be starting."""

    def write(self, member: Member) -> str:
        """Writes one member and returns the action taken. Raises ClusterError."""
        if member.unseen and self.check_mode:
            return CREATED
        live = member.live
        if live is not None and live["metadata"].get("deletionTimestamp"):
            self._let_go(live)
            live = None  # what was there gave way to a new object
        if live is None:
            member.after = self._apply(member.wanted)
            return CREATED
        try:
            if member.adopted_from:
                member.after = self._take_over(member.wanted, live, entries_of_others)
                return CONFIGURED
            if member.takes_over:
                self._refuse_objections(member.wanted, live)
                member.after = self._take_over(member.wanted, live, client_side_entries)
                return CONFIGURED
            member.after = self._apply(member.wanted)
        except ApiError as error:
            if not is_immutable(error) or live["kind"] not in self.recreate | member.owner.set.recreate:
                raise
            member.after = self._recreate(member.wanted, live)
            return RECREATED
        return CONFIGURED if changed_by_us(live, member.after) else UNCHANGED

    def _apply(self, wanted: Object) -> Object:
        """Server-side apply, again while the trouble is one that passes."""
        patience = min(self.deadline, time.monotonic() + PATIENCE)
        while True:
            try:
                return self.client.apply(
                    wanted, dry_run=self.check_mode, force=self.force, deadline=self.deadline
                )
            except ApiError as error:
                until = self.deadline if self._lasts_longer(error) else patience
                if not _passes(error) or time.monotonic() + NUDGE >= until:
                    raise
            except NotServed:
                if time.monotonic() + NUDGE >= patience:
                    raise
            time.sleep(NUDGE)

    def _lasts_longer(self, error: ApiError) -> bool:
        return is_namespace_terminating(error) or (self.webhooks_come_along and is_webhook_down(error))

    def _refuse_objections(self, wanted: Object, live: Object) -> None:
        """Raises ApiError where somebody besides client-side apply has fields of ours."""
        predecessors = {entry["manager"] for entry in client_side_entries(live)}
        if self.force:
            return
        try:
            self.client.apply(wanted, dry_run=True, deadline=self.deadline)
        except ApiError as error:
            if not is_conflict(error) or any(who not in predecessors for who, _field in conflicts(error)):
                raise

    def _take_over(self, wanted: Object, live: Object, given_up: Predecessors) -> Object:
        """Hands the fields of predecessors over to us, and with our apply those go that we do not want."""
        if self.check_mode:
            forced = self.client.apply(wanted, dry_run=True, force=True, deadline=self.deadline)
            after = foretell(forced, given_up(live))
            return self.client.patch(live, rewrite(live, after), dry_run=True, deadline=self.deadline)
        self._hand_over(live, given_up)
        return self._apply(wanted)

    def _hand_over(self, live: Object, given_up: Predecessors) -> None:
        """Its patch fails when a controller wrote in between: then it is made anew from what is there now."""
        for _race in range(RACES):
            try:
                self.client.patch(live, hand_over(live, given_up(live)), deadline=self.deadline)
                return
            except ApiError as error:
                if not error.lost_race:
                    raise
            metadata = live["metadata"]
            live = (
                self.client.get(
                    live["apiVersion"],
                    live["kind"],
                    metadata["name"],
                    metadata.get("namespace"),
                    deadline=self.deadline,
                )
                or live
            )
        self.client.patch(live, hand_over(live, given_up(live)), deadline=self.deadline)

    def _recreate(self, wanted: Object, live: Object) -> Object:
        if self.check_mode:
            return wanted
        self.progress(f"{title(live)}: deleting it, to create it again")
        self.client.delete(live, propagation="Foreground", deadline=self.deadline)
        self._await_gone(live)
        return self._apply(wanted)

    def _let_go(self, live: Object) -> None:
        """An object on its way out cannot be applied to; its successor can be created."""
        if not self.check_mode:
            self.progress(f"{title(live)}: waiting until the old one is gone")
            self._await_gone(live)

    def _await_gone(self, live: Object) -> None:
        trouble = wait_until_gone(self.client, [live], deadline=self.deadline, progress=self.progress)
        if trouble:
            raise StillThere(str(trouble[0]))


class StillThere(ClusterError):
    """An object that was deleted does not go away."""


def _passes(error: ApiError) -> bool:
    """Trouble that goes away by itself: a webhook that is starting, a kind not yet served everywhere, a lost
    race."""
    not_yet_served = error.not_found and not error.details.get("kind")
    return not_yet_served or is_webhook_down(error) or is_namespace_terminating(error)
