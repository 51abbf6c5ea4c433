# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose an existing object is, and so whether we may write it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._cluster import Object
from .._names import MANAGED_BY_LABEL, MANAGER, PREFIX
from . import applyset
from .diagnosis import Diagnosis
from .members import Member, OwnedSet
from .model import problem
from .takeover import made_by_client_side_apply, our_entry
from .world import title

CREATED_BY_ANNOTATION = PREFIX + "created-by-set"
"""On a Namespace: the id of the set that created it, which alone may delete it."""

TOOLS: Mapping[str, str] = {
    "meta.helm.sh/release-name": "Helm release",
    "argocd.argoproj.io/tracking-id": "Argo CD application",
    "kustomize.toolkit.fluxcd.io/name": "Flux Kustomization",
    "helm.toolkit.fluxcd.io/name": "Flux HelmRelease",
}
"""Labels and annotations by which other tools mark what they keep."""


def judge(member: Member) -> Diagnosis | None:
    """Decides about an object that exists already: ours, taken over, joined (a Namespace), or refused.

    - part of this set: ours, also when somebody put our label on it to hand it over;
    - part of another set, kept by another tool, or controlled by another object: refused;
    - made by client-side apply and kept by nobody else: taken over, nothing can get lost;
    - a Namespace kept by nobody: joined; we never delete what we did not create;
    - anything else: refused, until its owner hands it over by the label.
    """
    live, ours = member.live, member.owner.id
    if live is None:
        return None
    owner = applyset.part_of(live)
    if owner == ours and (our_entry(live) is not None or not _controller(live)):
        member.takes_over = made_by_client_side_apply(live)
        return None
    if owner not in ("", ours):
        return problem(
            "OtherSet",
            member.title,
            f"belongs to another set ({owner}).",
            f"Remove it from that set first, or hand it over: {_hand_over(live, ours)}",
        )
    keeper = _controller(live) or _tool(live, member.wanted)
    if keeper:
        return problem(
            "OtherOwner",
            member.title,
            f"exists and is kept by {keeper}.",
            "Give our object another name, or remove theirs there.",
        )
    if our_entry(live) is not None:
        return None  # our label was taken off, or it was kept when its set was removed
    if made_by_client_side_apply(live):
        member.takes_over = True
        return None
    if live["kind"] == "Namespace":
        return None
    return problem(
        "ForeignObject",
        member.title,
        f"exists and was not made by us (managers: {', '.join(_managers(live)) or 'unknown'}).",
        f"Rename or delete one of the two, or hand it over: {_hand_over(live, ours)}",
    )


def adopt_foreign(member: Member, found: Diagnosis) -> bool:
    """Takes an object that somebody else made for ours, because the user says so. What another object
    controls, or belongs to another set, stays refused: it would be written back."""
    live = member.live
    if live is None or found.code not in ("ForeignObject", "OtherOwner") or _controller(live):
        return False
    member.adopted_from = _tool(live, member.wanted) or ", ".join(_managers(live)) or "nobody known"
    return True


def judge_parent(one: OwnedSet) -> Diagnosis | None:
    """Whether the ConfigMap that is to be the set's parent is one of ours."""
    if one.parent is None:
        return None
    labels = one.parent["metadata"].get("labels") or {}
    if applyset.ID_LABEL not in labels:
        return problem(
            "ForeignObject",
            title(one.parent),
            "exists and is not the parent of a set.",
            "Give the set another name, or remove the ConfigMap.",
        )
    tooling = (one.parent["metadata"].get("annotations") or {}).get(applyset.TOOLING_ANNOTATION, "")
    if labels[applyset.ID_LABEL] != one.id or tooling.partition("/")[0] != applyset.TOOLING.partition("/")[0]:
        return problem(
            "OtherTool",
            title(one.parent),
            f"is the parent of a set that {tooling or 'an unknown tool'} keeps.",
            "Give the set another name, or remove that set with its own tool.",
        )
    return None


def note_creation(member: Member) -> None:
    """Records on a Namespace that this set created it, and keeps the record."""
    if member.wanted["kind"] != "Namespace" or member.wanted["apiVersion"] != "v1":
        return
    if member.live is None or created_by(member.live) == member.owner.id:
        annotations = member.wanted["metadata"].setdefault("annotations", {})
        annotations[CREATED_BY_ANNOTATION] = member.owner.id


def created_by(namespace: Object) -> str:
    return str((namespace["metadata"].get("annotations") or {}).get(CREATED_BY_ANNOTATION, ""))


def _controller(live: Object) -> str:
    for reference in live["metadata"].get("ownerReferences") or ():
        if reference.get("controller"):
            return f"{reference['kind']} {reference['name']}"
    return ""


def _tool(live: Object, wanted: Object) -> str:
    marks = {**(live["metadata"].get("labels") or {}), **(live["metadata"].get("annotations") or {})}
    for mark, tool in TOOLS.items():
        if mark in marks:
            return f"{tool} {marks[mark]}"
    managed_by = marks.get(MANAGED_BY_LABEL, "")
    intended = (wanted["metadata"].get("labels") or {}).get(MANAGED_BY_LABEL)
    return "" if managed_by in ("", MANAGER, intended) else str(managed_by)


def _managers(live: Object) -> list[str]:
    return sorted({str(entry.get("manager")) for entry in live["metadata"].get("managedFields") or ()})


def _hand_over(live: Mapping[str, Any], ours: str) -> str:
    metadata = live["metadata"]
    place = f" -n {metadata['namespace']}" if metadata.get("namespace") else ""
    group = live["apiVersion"].rpartition("/")[0]
    kind = f"{live['kind'].lower()}.{group}" if group else live["kind"].lower()
    return f"kubectl label{place} {kind} {metadata['name']} {applyset.PART_OF_LABEL}={ours} --overwrite"
