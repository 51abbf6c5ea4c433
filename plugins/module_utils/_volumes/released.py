# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Volumes that outlived their claim, and bind a new one of that name only when they forget the old one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .._apply import Action, Outcome
from .._apply.changes import diff
from .._apply.model import CONFIGURED
from .._cluster import Client, Object

OLD_CLAIM = {"uid": None, "resourceVersion": None}
RELEASED = "Released"

Place = tuple[str, str]
"""Namespace and name of a claim."""


def holder(volume: Mapping[str, Any]) -> Place:
    """The claim that the volume is kept for; empty names where there is none."""
    reference = volume["spec"].get("claimRef") or {}
    return reference.get("namespace", ""), reference.get("name", "")


def place(claim: Mapping[str, Any]) -> Place:
    return claim["metadata"]["namespace"], claim["metadata"]["name"]


def released(client: Client, objects: Sequence[Object], *, gone: Sequence[Object] = ()) -> list[Object]:
    """Volumes that the claims among the *objects* name, and that remember a former claim of that name. What
    is *gone* was deleted just now, which the volumes may not know yet."""
    claims = {obj["spec"].get("volumeName"): obj for obj in objects if obj["kind"] == "PersistentVolumeClaim"}
    left = {place(one) for one in gone if one["kind"] == "PersistentVolumeClaim"}
    volumes = [
        volume
        for volume in client.list("v1", "PersistentVolume")
        if (claim := claims.get(volume["metadata"]["name"]))
        and holder(volume) == place(claim)
        and (volume.get("status", {}).get("phase") == RELEASED or place(claim) in left)
    ]
    live = client.in_parallel(lambda volume: _live_claim(client, volume), volumes)
    return [
        volume
        for volume, claim in zip(volumes, live, strict=True)
        if claim is None or claim["metadata"]["uid"] != volume["spec"]["claimRef"].get("uid")
    ]


def _live_claim(client: Client, volume: Object) -> Object | None:
    namespace, name = holder(volume)
    return client.get("v1", "PersistentVolumeClaim", name, namespace)


def free(client: Client, volumes: Sequence[Object], *, check_mode: bool, show_diff: bool) -> list[Outcome]:
    """Has volumes forget their former claims. Each stays kept for a claim of that name, with its data."""
    outcomes = []
    for volume in volumes:
        version = volume["metadata"]["resourceVersion"]  # nobody has bound it since
        change = {"metadata": {"resourceVersion": version}, "spec": {"claimRef": OLD_CLAIM}}
        after = client.patch(volume, change, dry_run=check_mode)
        outcome = Outcome(name=volume["metadata"]["name"], namespace="")
        note = f"freed of its former claim {'/'.join(holder(volume))}"
        outcome.record(Action.on(volume, CONFIGURED, check_mode=check_mode, note=note))
        if show_diff:
            outcome.diff.append(diff(volume, after))
        outcomes.append(outcome)
    return outcomes
