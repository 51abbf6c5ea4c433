# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ApplySet specification (KEP-3659): how a set is named, marked and found again, also by other tools.

A parent object, here a ConfigMap, carries the set's id as a label and says in annotations which tool keeps
the set, which kinds it contains, and in which namespaces besides its own. Every member carries the id as a
label.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .._cluster import Object
from .._names import MANAGED_BY_LABEL, MANAGER, VERSION

PREFIX = "applyset.kubernetes.io/"
ID_LABEL = PREFIX + "id"
PART_OF_LABEL = PREFIX + "part-of"
TOOLING_ANNOTATION = PREFIX + "tooling"
KINDS_ANNOTATION = PREFIX + "contains-group-kinds"
NAMESPACES_ANNOTATION = PREFIX + "additional-namespaces"
TOOLING = f"{MANAGER}/v{VERSION}"

PARENT_API_VERSION = "v1"
PARENT_KIND = "ConfigMap"


def set_id(name: str, namespace: str, *, kind: str = PARENT_KIND, group: str = "") -> str:
    """The id that the specification gives to the set of this parent."""
    digest = hashlib.sha256(f"{name}.{namespace}.{kind}.{group}".encode()).digest()
    return f"applyset-{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}-v1"


@dataclass(frozen=True, kw_only=True)
class Extent:
    """Where members may be: group-kinds (``Deployment.apps``, ``ConfigMap``) and namespaces."""

    kinds: frozenset[str] = frozenset()
    namespaces: frozenset[str] = frozenset()

    def __or__(self, other: Extent) -> Extent:
        return Extent(kinds=self.kinds | other.kinds, namespaces=self.namespaces | other.namespaces)

    @classmethod
    def of(cls, objects: Iterable[Mapping[str, Any]]) -> Extent:
        members = list(objects)
        namespaces = {obj["metadata"].get("namespace") for obj in members} - {None, ""}
        return cls(
            kinds=frozenset(_group_kind(obj) for obj in members),
            namespaces=frozenset(str(namespace) for namespace in namespaces),
        )

    @classmethod
    def recorded(cls, parent: Mapping[str, Any]) -> Extent:
        """What the annotations of a parent say."""
        annotations = parent["metadata"].get("annotations") or {}
        return cls(
            kinds=_split(annotations.get(KINDS_ANNOTATION)),
            namespaces=_split(annotations.get(NAMESPACES_ANNOTATION)) | {parent["metadata"]["namespace"]},
        )


def parent(name: str, namespace: str, extent: Extent) -> Object:
    """The parent object of a set that reaches as far as ``extent``."""
    annotations = {
        TOOLING_ANNOTATION: TOOLING,
        KINDS_ANNOTATION: ",".join(sorted(extent.kinds)),
        NAMESPACES_ANNOTATION: ",".join(sorted(extent.namespaces - {namespace})),
    }
    return {
        "apiVersion": PARENT_API_VERSION,
        "kind": PARENT_KIND,
        "metadata": {
            "name": name,
            "namespace": namespace,
            "labels": {ID_LABEL: set_id(name, namespace), MANAGED_BY_LABEL: MANAGER},
            "annotations": annotations,
        },
    }


def says_the_same(wanted: Mapping[str, Any], live: Mapping[str, Any] | None) -> bool:
    """Whether the live parent needs no writing."""
    if live is None:
        return False
    return all(
        (live["metadata"].get(part) or {}).get(key) == value
        for part in ("labels", "annotations")
        for key, value in wanted["metadata"][part].items()
    )


def part_of(obj: Mapping[str, Any]) -> str:
    """The id of the set that an object belongs to, or ''."""
    return str((obj["metadata"].get("labels") or {}).get(PART_OF_LABEL, ""))


def split_group_kind(text: str) -> tuple[str, str]:
    """Group and kind of ``Deployment.apps``."""
    kind, _dot, group = text.partition(".")
    return group, kind


def _group_kind(obj: Mapping[str, Any]) -> str:
    group, _slash, _version = obj["apiVersion"].rpartition("/")
    return f"{obj['kind']}.{group}" if group else obj["kind"]


def _split(text: str | None) -> frozenset[str]:
    return frozenset(part for part in (text or "").split(",") if part)
