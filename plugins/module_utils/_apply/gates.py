# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must be true between two stages before the next one can work."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence

from .._cluster import Client, ClusterError, NotServed, Object
from .diagnosis import Diagnosis
from .members import Member, OwnedSet
from .model import problem
from .rejection import explain
from .stages import Stage
from .wait import wait_until_ready
from .world import title

PAUSE = 0.1
LOOK_AGAIN = 1.0
"""Seconds between two looks at why a definition is not served yet."""


def definitions_served(
    client: Client, members: Iterable[Member], *, deadline: float, progress: Callable[[str], None]
) -> None:
    """Waits until every CustomResourceDefinition that was written is established and its kinds can be
    discovered."""
    pending = {member: _served_kinds(member.wanted) for member in members}
    said = False
    look_at = time.monotonic() + LOOK_AGAIN
    while True:
        pending = {member: kinds for member, kinds in pending.items() if not _all_served(client, kinds)}
        if not pending:
            return
        if not said:
            progress(f"waiting until {len(pending)} new kinds are served")
            said = True
        now = time.monotonic()
        if now >= look_at or now >= deadline:
            look_at = now + LOOK_AGAIN
            for member in list(pending):
                trouble = _trouble(client, member, late=now >= deadline)
                if trouble:
                    member.owner.fail(trouble)
                    del pending[member]
        time.sleep(PAUSE)


def workloads_ready(
    client: Client, sets: Sequence[OwnedSet], *, deadline: float, progress: Callable[[str], None]
) -> None:
    """Waits for the workloads of sets that bring new webhooks: a webhook that nobody answers locks others
    out."""
    new = [
        one
        for one in sets
        if any(m.stage is Stage.ADMISSION and m.live is None for m in one.members) and not one.failed
    ]
    members = [member for one in new for member in one.members if member.stage is Stage.WORKLOADS]
    _wait_for(client, members, deadline=deadline, progress=progress)


def jobs_done(
    client: Client, sets: Sequence[OwnedSet], *, deadline: float, progress: Callable[[str], None]
) -> None:
    """Waits for the Jobs that come before the servers: started beside them, they would compete for the same
    GPUs, and servers that got them first would wait for the Job for ever."""
    members = [
        member
        for one in sets
        if not one.failed
        for member in one.members
        if member.stage is Stage.PREPARATION
    ]
    _wait_for(client, members, deadline=deadline, progress=progress)


def servers_ready(
    client: Client, sets: Sequence[OwnedSet], *, deadline: float, progress: Callable[[str], None]
) -> None:
    """Waits for whatever serves in sets that share requests out: nobody is sent to a canary that is not
    there, and a share changes only when the new specification serves."""
    sharing = [
        one for one in sets if not one.failed and any(member.stage is Stage.SHARES for member in one.members)
    ]
    serving = (Stage.WORKLOADS, Stage.CUSTOM)
    members = [member for one in sharing for member in one.members if member.stage in serving]
    _wait_for(client, members, deadline=deadline, progress=progress)


def _wait_for(
    client: Client, members: Iterable[Member], *, deadline: float, progress: Callable[[str], None]
) -> None:
    """Waits until they are ready. The set of one in trouble fails, and the wait goes on for the others."""
    waited = {member.title: member for member in members if member.after is not None}
    while waited:
        objects = [member.after for member in waited.values() if member.after is not None]
        try:
            found = wait_until_ready(client, objects, deadline=deadline, progress=progress)
        except ClusterError as error:
            found = [explain(error, obj, None) for obj in objects]
        if not found:
            return
        for diagnosis in found:
            waited[diagnosis.object].owner.fail(diagnosis)
        waited = {name: member for name, member in waited.items() if not member.owner.failed}


def _served_kinds(definition: Object) -> list[tuple[str, str]]:
    spec = definition["spec"]
    return [
        (f"{spec['group']}/{version['name']}", spec["names"]["kind"])
        for version in spec.get("versions") or ()
        if version.get("served")
    ]


def _all_served(client: Client, kinds: list[tuple[str, str]]) -> bool:
    try:
        for api_version, kind in kinds:
            client.resource(api_version, kind)
    except NotServed:
        return False
    return True


def _trouble(client: Client, member: Member, *, late: bool) -> Diagnosis | None:
    try:
        live = client.get(
            member.wanted["apiVersion"], member.wanted["kind"], member.wanted["metadata"]["name"]
        )
    except ClusterError as error:
        return explain(error, member.wanted, None)
    conditions = {one["type"]: one for one in ((live or {}).get("status") or {}).get("conditions") or ()}
    refused = conditions.get("NamesAccepted", {})
    if refused.get("status") == "False":
        hint = "Another definition has these names: remove it, or use its kind."
        return problem(
            "NotEstablished",
            title(member.wanted),
            refused.get("message", ""),
            hint,
            reason=refused.get("reason", ""),
        )
    if not late:
        return None
    state = conditions.get("Established", {})
    message = state.get("message") or "is not served although its definition was accepted."
    hint = "Look at the conditions of the definition, then run again."
    return problem("NotEstablished", title(member.wanted), message, hint, reason=state.get("reason", ""))
