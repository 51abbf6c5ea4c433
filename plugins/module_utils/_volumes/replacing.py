# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Volumes and claims that are made anew because a field cannot be changed: the claim goes before its volume,
which waits for it, and neither from under a pod."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from .._apply import Action, Outcome, Refused
from .._apply.changes import diff
from .._apply.departure import wait_until_gone
from .._apply.model import DELETED
from .._apply.rejection import is_immutable
from .._cluster import ApiError, Client, Object
from .._fleet import Problem
from .finding import found
from .mounted import mounted
from .released import holder, place

CLAIM, VOLUME = "PersistentVolumeClaim", "PersistentVolume"


def outdated(client: Client, objects: Sequence[Object], kinds: Collection[str]) -> list[Object]:
    """The live ones among the *objects* that the server refuses to change into what is wanted, claims first.
    A claim goes with its volume, where both *kinds* may."""
    wanted = [obj for obj in objects if obj["kind"] in kinds]
    refused = client.in_parallel(lambda obj: _refused(client, obj), wanted)
    old = [live for live in refused if live is not None]
    claims = {place(one): one for one in old if one["kind"] == CLAIM}
    volumes = [one for one in old if one["kind"] == VOLUME]
    if CLAIM in kinds:
        for volume in volumes:
            if holder(volume) not in claims and (bound := _claim_of(client, volume)):
                claims[holder(volume)] = bound
    return [*claims.values(), *volumes]


def _refused(client: Client, obj: Object) -> Object | None:
    try:
        client.apply(obj, dry_run=True, force=True)
    except ApiError as error:
        if is_immutable(error):
            metadata = obj["metadata"]
            return client.get(obj["apiVersion"], obj["kind"], metadata["name"], metadata.get("namespace"))
    return None


def _claim_of(client: Client, volume: Object) -> Object | None:
    namespace, name = holder(volume)
    return client.get("v1", CLAIM, name, namespace) if name else None


def obstacles(client: Client, old: Sequence[Object], *, purge: bool) -> list[Problem]:
    """Why these cannot be deleted to be made anew: all reasons. With *purge* data may go with them."""
    claims = [one for one in old if one["kind"] == CLAIM]
    problems = mounted(client, claims)
    leaving = {place(claim) for claim in claims}
    problems += [
        _bound(one)
        for one in old
        if one["kind"] == VOLUME and holder(one) not in leaving and _claim_of(client, one)
    ]
    if claims and not purge:
        volumes = {one["metadata"]["name"]: one for one in client.list("v1", VOLUME)}
        problems += [
            _losing(claim, volume)
            for claim in claims
            if (volume := volumes.get(claim["spec"].get("volumeName")))
            and volume["spec"]["persistentVolumeReclaimPolicy"] == "Delete"
        ]
    return problems


def _bound(volume: Object) -> Problem:
    name, claim = volume["metadata"]["name"], "/".join(holder(volume))
    message = f"volume {name} cannot be made anew: claim {claim} is bound to it, and would have to go first."
    return found(volume, "pv", message, f"Name {CLAIM} in recreate too.")


def _losing(claim: Object, volume: Object) -> Problem:
    name = volume["metadata"]["name"]
    message = f"volume {name} and its data are deleted with claim {'/'.join(place(claim))}, not made anew."
    hint = f"Set persistentVolumeReclaimPolicy: Retain on {VOLUME} {name}, or purge_models: true."
    return found(claim, "reclaim", message, hint)


def make_way(
    client: Client,
    old: Sequence[Object],
    *,
    check_mode: bool,
    show_diff: bool,
    deadline: float,
    progress: Callable[[str], None],
) -> list[Outcome]:
    """Deletes them, claims before volumes, and waits until they are gone."""
    outcomes = []
    for kind in (CLAIM, VOLUME):
        leaving = [one for one in old if one["kind"] == kind]
        for one in leaving:
            if not check_mode:
                client.delete(one, deadline=deadline)
            outcome = Outcome(name=one["metadata"]["name"], namespace=one["metadata"].get("namespace", ""))
            outcome.record(Action.on(one, DELETED, check_mode=check_mode, note="to be made anew"))
            if show_diff:
                outcome.diff.append(diff(one, None))
            outcomes.append(outcome)
        if not check_mode and (
            left := wait_until_gone(client, leaving, deadline=deadline, progress=progress)
        ):
            raise Refused(left)
    return outcomes
