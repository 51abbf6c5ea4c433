# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was applied before: each spec is kept as an apps/v1 ControllerRevision, as the built-in controllers
keep theirs."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .._cluster import Client, Object
from .._names import MANAGED_BY_LABEL, MANAGER, PREFIX, SPEC_HASH_ANNOTATION
from . import applyset
from .changes import content

API_VERSION = "apps/v1"
KIND = "ControllerRevision"
REVISION_OF_LABEL = PREFIX + "revision-of"
VERIFIED_ANNOTATION = PREFIX + "verified-at"
WITHDRAWN_ANNOTATION = PREFIX + "withdrawn"
"""Why the spec was taken out of service."""
ENTRY_ANNOTATION = PREFIX + "entry-hash"
"""Of what the person wrote, where the spec hash is of what became of it."""
HISTORY_ANNOTATION = PREFIX + "revision-history"
"""Numbers that the revision had before it was applied again, as a Deployment's ReplicaSets keep theirs."""


@dataclass(frozen=True, kw_only=True)
class Revision:
    """One applied spec. ``number`` grows; ``objects`` are as rendered, Secrets without their values; times
    are UTC. ``withdrawn`` says why it was taken out of service, where it was."""

    name: str
    number: int
    spec_hash: str
    applied_at: str
    applied_by: str
    verified_at: str
    objects: tuple[Object, ...]
    entry_hash: str = ""
    withdrawn: str = ""
    former_numbers: tuple[int, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What the objects do not tell and who applied them wants to know later."""

    @property
    def verified(self) -> bool:
        return bool(self.verified_at)

    def has_been(self, number: int) -> bool:
        """Whether it has the number, or had it before it was applied again."""
        return number == self.number or number in self.former_numbers

    def summary(self) -> dict[str, Any]:
        """What modules tell of it."""
        return {
            "number": self.number,
            "former_numbers": list(self.former_numbers),
            "spec_hash": self.spec_hash,
            "applied_at": self.applied_at,
            "applied_by": self.applied_by,
            "verified": self.verified,
            "verified_at": self.verified_at,
            "withdrawn": self.withdrawn,
        }


def record_revision(
    client: Client,
    *,
    name: str,
    namespace: str,
    objects: Sequence[Object],
    spec_hash: str,
    limit: int,
    applied_by: str = "",
    entry_hash: str = "",
    facts: Mapping[str, Any] | None = None,
    deadline: float | None = None,
) -> tuple[Revision, bool]:
    """Keeps what was applied to the set ``namespace/name`` as the newest revision, and says if it is new.

    A spec that was applied before gets a new number instead of a second copy, as with a Deployment that is
    rolled back; it is then not withdrawn any more, nor is another of the same entry. Of older revisions
    ``limit`` stay, the newest that was verified and not withdrawn in any case. They go with the set's parent.
    """
    history = list_revisions(client, name=name, namespace=namespace, deadline=deadline)
    if history and history[0].spec_hash == spec_hash:
        if history[0].entry_hash != entry_hash:
            _annotate(client, history[0], namespace, {ENTRY_ANNOTATION: entry_hash}, deadline=deadline)
        return history[0], False
    number = history[0].number + 1 if history else 1
    same = next((old for old in history if old.spec_hash == spec_hash), None)
    if same is not None:
        answer = client.patch(
            _reference(same.name, namespace), _again(same, number, entry_hash), deadline=deadline
        )
    else:
        answer = client.apply(
            _object(
                client,
                name=name,
                namespace=namespace,
                objects=objects,
                spec_hash=spec_hash,
                applied_by=applied_by,
                entry_hash=entry_hash,
                number=number,
                facts=facts or {},
            ),
            deadline=deadline,
        )
    newest = _revision(answer)
    older = [old for old in history if old.name != newest.name]
    for old in older:
        if old.withdrawn and old.entry_hash == entry_hash:
            _annotate(client, old, namespace, {WITHDRAWN_ANNOTATION: None}, deadline=deadline)
    known_good = last_verified(older)
    proven = known_good.name if known_good is not None else ""
    for old in older[max(0, limit - 1) :]:
        if old.name != proven:
            client.delete(_reference(old.name, namespace), deadline=deadline)
    return newest, True


def specification_hash(objects: Sequence[Object]) -> str:
    """Changes exactly when the objects do, but for values of Secrets, which a hash would give away."""
    written = json.dumps([_without_secrets(obj) for obj in objects], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()[:16]


def list_revisions(
    client: Client, *, name: str, namespace: str, deadline: float | None = None
) -> list[Revision]:
    """The revisions of a set, the newest first."""
    found = client.list(
        API_VERSION,
        KIND,
        namespace=namespace,
        label_selector=f"{REVISION_OF_LABEL}={name}",
        deadline=deadline,
    )
    return sorted((_revision(obj) for obj in found), key=lambda revision: -revision.number)


def last_verified(history: Sequence[Revision]) -> Revision | None:
    """The newest that was seen to serve and was not taken out of service."""
    return next((one for one in history if one.verified and not one.withdrawn), None)


def mark_verified(
    client: Client, revision: Revision, *, namespace: str, deadline: float | None = None
) -> Revision:
    """Notes that the revision was seen to serve."""
    return _annotate(client, revision, namespace, {VERIFIED_ANNOTATION: _now()}, deadline=deadline)


def withdraw(
    client: Client, revision: Revision, *, namespace: str, reason: str, deadline: float | None = None
) -> Revision:
    """Notes that the revision was taken out of service on purpose. Applying it again takes that back."""
    said = f"{reason} ({_now()})"
    return _annotate(client, revision, namespace, {WITHDRAWN_ANNOTATION: said}, deadline=deadline)


def _annotate(
    client: Client,
    revision: Revision,
    namespace: str,
    annotations: dict[str, str | None],
    *,
    deadline: float | None,
) -> Revision:
    change = {"metadata": {"annotations": annotations}}
    return _revision(client.patch(_reference(revision.name, namespace), change, deadline=deadline))


def _again(same: Revision, number: int, entry_hash: str) -> Object:
    """What changes in a revision when its spec is applied again."""
    former = ",".join(str(each) for each in (*same.former_numbers, same.number))
    annotations: dict[str, str | None] = {HISTORY_ANNOTATION: former, WITHDRAWN_ANNOTATION: None}
    if entry_hash:
        annotations[ENTRY_ANNOTATION] = entry_hash
    return {"revision": number, "metadata": {"annotations": annotations}}


def _object(
    client: Client,
    *,
    name: str,
    namespace: str,
    objects: Sequence[Object],
    spec_hash: str,
    applied_by: str,
    entry_hash: str,
    number: int,
    facts: Mapping[str, Any],
) -> Object:
    parent = client.get(applyset.PARENT_API_VERSION, applyset.PARENT_KIND, name, namespace)
    suffix = hashlib.sha256(spec_hash.encode()).hexdigest()[:10]
    metadata: Object = {
        "name": f"{name}-{suffix}",
        "namespace": namespace,
        "labels": {REVISION_OF_LABEL: name, MANAGED_BY_LABEL: MANAGER},
        "annotations": {SPEC_HASH_ANNOTATION: spec_hash, ENTRY_ANNOTATION: entry_hash},
    }
    if parent is not None:
        metadata["ownerReferences"] = [
            {
                "apiVersion": applyset.PARENT_API_VERSION,
                "kind": applyset.PARENT_KIND,
                "name": name,
                "uid": parent["metadata"]["uid"],
            }
        ]
    return {
        "apiVersion": API_VERSION,
        "kind": KIND,
        "metadata": metadata,
        "revision": number,
        "data": {
            "objects": [_without_secrets(obj) for obj in objects],
            "appliedAt": _now(),
            "appliedBy": applied_by,
            "facts": dict(facts),
        },
    }


def _without_secrets(obj: Object) -> Object:
    """The object as it can be kept in the open: of a Secret only the names of its keys."""
    kept = content(obj)
    if (obj["apiVersion"], obj["kind"]) == ("v1", "Secret"):
        keys = sorted({*(kept.pop("data", None) or {}), *(kept.pop("stringData", None) or {})})
        kept["data"] = dict.fromkeys(keys, "")
    return kept


def _revision(obj: Object) -> Revision:
    data: dict[str, Any] = obj.get("data") or {}
    annotations = obj["metadata"].get("annotations") or {}
    return Revision(
        name=obj["metadata"]["name"],
        number=int(obj["revision"]),
        spec_hash=annotations.get(SPEC_HASH_ANNOTATION, ""),
        applied_at=data.get("appliedAt", ""),
        applied_by=data.get("appliedBy", ""),
        verified_at=annotations.get(VERIFIED_ANNOTATION, ""),
        objects=tuple(data.get("objects") or ()),
        entry_hash=annotations.get(ENTRY_ANNOTATION, ""),
        withdrawn=annotations.get(WITHDRAWN_ANNOTATION, ""),
        former_numbers=tuple(map(int, filter(None, annotations.get(HISTORY_ANNOTATION, "").split(",")))),
        facts=data.get("facts") or {},
    )


def _reference(name: str, namespace: str) -> Object:
    return {"apiVersion": API_VERSION, "kind": KIND, "metadata": {"name": name, "namespace": namespace}}


def _now() -> str:
    return datetime.datetime.now(tz=datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
