# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was applied before: each spec is kept as an apps/v1 ControllerRevision, as the built-in controllers
keep theirs."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .._cluster import Client, Object
from .._names import MANAGED_BY_LABEL, MANAGER, PREFIX, SPEC_HASH_ANNOTATION
from . import applyset
from .changes import content

API_VERSION = "apps/v1"
KIND = "ControllerRevision"
REVISION_OF_LABEL = PREFIX + "revision-of"
VERIFIED_ANNOTATION = PREFIX + "verified-at"


@dataclass(frozen=True, kw_only=True)
class Revision:
    """One applied spec. ``number`` grows; ``objects`` are as rendered, Secrets without their values; times
    are UTC."""

    name: str
    number: int
    spec_hash: str
    applied_at: str
    applied_by: str
    verified_at: str
    objects: tuple[Object, ...]

    @property
    def verified(self) -> bool:
        return bool(self.verified_at)


def record_revision(
    client: Client,
    *,
    name: str,
    namespace: str,
    objects: Sequence[Object],
    spec_hash: str,
    limit: int,
    applied_by: str = "",
    deadline: float | None = None,
) -> tuple[Revision, bool]:
    """Keeps what was applied to the set ``namespace/name`` as the newest revision, and says if it is new.

    A spec that was applied before gets a new number instead of a second copy, as with a Deployment that is
    rolled back. Of older revisions ``limit`` stay, the newest verified one in any case. They go with the
    set's parent.
    """
    history = list_revisions(client, name=name, namespace=namespace, deadline=deadline)
    if history and history[0].spec_hash == spec_hash:
        return history[0], False
    number = history[0].number + 1 if history else 1
    same = next((old for old in history if old.spec_hash == spec_hash), None)
    if same is not None:
        answer = client.patch(_reference(same.name, namespace), {"revision": number}, deadline=deadline)
    else:
        answer = client.apply(
            _object(
                client,
                name=name,
                namespace=namespace,
                objects=objects,
                spec_hash=spec_hash,
                applied_by=applied_by,
                number=number,
            ),
            deadline=deadline,
        )
    newest = _revision(answer)
    older = [old for old in history if old.name != newest.name]
    proven = next((old.name for old in older if old.verified), "")
    for old in older[max(0, limit - 1) :]:
        if old.name != proven:
            client.delete(_reference(old.name, namespace), deadline=deadline)
    return newest, True


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


def get_revision(
    client: Client, *, name: str, namespace: str, number: int, deadline: float | None = None
) -> Revision | None:
    """One revision by its number, or None."""
    for revision in list_revisions(client, name=name, namespace=namespace, deadline=deadline):
        if revision.number == number:
            return revision
    return None


def mark_verified(
    client: Client, revision: Revision, *, namespace: str, deadline: float | None = None
) -> Revision:
    """Notes that the revision was seen to serve."""
    change = {"metadata": {"annotations": {VERIFIED_ANNOTATION: _now()}}}
    return _revision(client.patch(_reference(revision.name, namespace), change, deadline=deadline))


def _object(
    client: Client,
    *,
    name: str,
    namespace: str,
    objects: Sequence[Object],
    spec_hash: str,
    applied_by: str,
    number: int,
) -> Object:
    parent = client.get(applyset.PARENT_API_VERSION, applyset.PARENT_KIND, name, namespace)
    suffix = hashlib.sha256(spec_hash.encode()).hexdigest()[:10]
    metadata: Object = {
        "name": f"{name}-{suffix}",
        "namespace": namespace,
        "labels": {REVISION_OF_LABEL: name, MANAGED_BY_LABEL: MANAGER},
        "annotations": {SPEC_HASH_ANNOTATION: spec_hash},
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
    )


def _reference(name: str, namespace: str) -> Object:
    return {"apiVersion": API_VERSION, "kind": KIND, "metadata": {"name": name, "namespace": namespace}}


def _now() -> str:
    return datetime.datetime.now(tz=datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
