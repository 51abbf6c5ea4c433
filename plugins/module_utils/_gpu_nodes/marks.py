# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a node carries, what it shall carry, and the difference, which never holds keys of others."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .._names import MANAGER, PREFIX
from .selection import Node, labels_of, name_of

TAINTS_ANNOTATION = PREFIX + "taints"
"""Lists the taints that we added: for the API server a node's taints are one field with one owner."""

EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")
_TAINT = re.compile(rf"(?P<key>[^=:\s]+)(=(?P<value>[^=:\s]*))?:(?P<effect>{'|'.join(EFFECTS)})")


@dataclass(frozen=True, kw_only=True)
class Taint:
    key: str
    effect: str
    value: str = ""

    @classmethod
    def parse(cls, text: str) -> Taint:
        """Reads C(key=value:Effect) or C(key:Effect), as kubectl writes it."""
        match = _TAINT.fullmatch(text)
        if not match:
            raise ValueError(
                f"{text!r} is not a taint; write key=value:Effect with an effect of {', '.join(EFFECTS)},"
                " e.g. nvidia.com/gpu=present:NoSchedule"
            )
        return cls(key=match["key"], value=match["value"] or "", effect=match["effect"])

    @classmethod
    def read(cls, entry: Mapping[str, Any]) -> Taint:
        return cls(key=entry["key"], value=entry.get("value") or "", effect=entry["effect"])

    def __str__(self) -> str:
        return f"{self.key}={self.value}:{self.effect}" if self.value else f"{self.key}:{self.effect}"

    @property
    def identity(self) -> tuple[str, str]:
        """Kubernetes allows one taint for each key and effect."""
        return (self.key, self.effect)

    def entry(self) -> dict[str, str]:
        value = {"value": self.value} if self.value else {}
        return {"key": self.key, **value, "effect": self.effect}


@dataclass(frozen=True, kw_only=True)
class Marks:
    """The labels and taints that a GPU node shall carry because of us. Empty means: none any more."""

    labels: Mapping[str, str] = field(default_factory=dict)
    taints: Sequence[Taint] = ()

    @classmethod
    def of(cls, *, label: str, taint: str, extra_labels: Mapping[str, Any]) -> Marks:
        """Reads the inventory's form: C(key=value), C(key=value:Effect) and a map."""
        key, separator, value = label.partition("=")
        if label and not (key and separator):
            raise ValueError(f"label: {label!r} is not a label; write key=value, e.g. nvidia.com/gpu=present")
        unquoted = ", ".join(extra for extra, text in extra_labels.items() if isinstance(text, bool))
        if unquoted:
            raise ValueError(f"extra_labels: quote the value of {unquoted}; YAML reads on and yes as true")
        labels = {key: value} if label else {}
        labels |= {extra: str(text) for extra, text in extra_labels.items()}
        return cls(labels=labels, taints=(Taint.parse(taint),) if taint else ())


@dataclass(frozen=True, kw_only=True)
class NodeChange:
    """The way from what a node carries to what it shall carry."""

    name: str
    resource_version: str
    missing: tuple[str, ...]
    surplus: tuple[str, ...]
    label_conflicts: tuple[str, ...]
    """Labels of others with another value; selectors do not find such a node."""
    taint_conflicts: tuple[str, ...]
    """Taints of others with another value; a toleration of the key still covers them."""
    own_labels: Mapping[str, str] | None
    """All labels that we own afterwards; None where the labels are as they shall be."""
    take_over: bool
    """Whether a label of another owner gets another value."""
    taints: tuple[Mapping[str, Any], ...] | None
    """The whole list afterwards; None where the taints are as they shall be."""
    own_taints: tuple[Taint, ...]
    new_taints: tuple[Taint, ...]
    had: Node

    @property
    def needed(self) -> bool:
        return self.own_labels is not None or self.taints is not None


def owned_labels(node: Node) -> set[str]:
    """Keys of the labels that our server-side apply holds."""
    return {
        key.removeprefix("f:")
        for entry in node["metadata"].get("managedFields") or ()
        if entry.get("manager") == MANAGER and entry.get("operation") == "Apply"
        for key in (entry.get("fieldsV1") or {}).get("f:metadata", {}).get("f:labels", {})
    }


def owned_taints(node: Node) -> tuple[Taint, ...]:
    text = (node["metadata"].get("annotations") or {}).get(TAINTS_ANNOTATION, "")
    return tuple(Taint.parse(word) for word in text.split(",") if word)


def carries_ours(node: Node) -> bool:
    return bool(owned_labels(node) or owned_taints(node))


def plan_node(node: Node, wanted: Marks, *, overwrite: bool = False) -> NodeChange:
    labels = _plan_labels(node, wanted.labels, overwrite=overwrite)
    taints = _plan_taints(node, wanted.taints, overwrite=overwrite)
    return NodeChange(
        name=name_of(node),
        resource_version=node["metadata"]["resourceVersion"],
        missing=(*labels.missing, *taints.missing),
        surplus=(*labels.surplus, *taints.surplus),
        label_conflicts=tuple(labels.conflicts),
        taint_conflicts=tuple(taints.conflicts),
        own_labels=labels.own if labels.missing or labels.surplus else None,
        take_over=labels.take_over,
        taints=taints.after if taints.missing or taints.surplus else None,
        own_taints=taints.own,
        new_taints=taints.new,
        had=node,
    )


@dataclass(frozen=True, kw_only=True)
class _LabelPlan:
    own: dict[str, str]
    take_over: bool
    missing: list[str]
    surplus: list[str]
    conflicts: list[str]


def _plan_labels(node: Node, wanted: Mapping[str, str], *, overwrite: bool) -> _LabelPlan:
    present, owned = labels_of(node), owned_labels(node)
    plan = _LabelPlan(
        own={},
        take_over=overwrite and any(present.get(key, value) != value for key, value in wanted.items()),
        missing=[],
        surplus=[f"label {key}={present[key]}" for key in sorted(owned - wanted.keys()) if key in present],
        conflicts=[],
    )
    for key, value in wanted.items():
        if present.get(key) == value:
            if key in owned:
                plan.own[key] = value
        elif key not in present or key in owned or overwrite:
            plan.missing.append(f"label {key}={value}")
            plan.own[key] = value
        else:
            plan.conflicts.append(f"label {key}={present[key]} (wanted {key}={value})")
    return plan


@dataclass(frozen=True, kw_only=True)
class _TaintPlan:
    after: tuple[Mapping[str, Any], ...]
    own: tuple[Taint, ...]
    new: tuple[Taint, ...]
    missing: list[str]
    surplus: list[str]
    conflicts: list[str]


def _plan_taints(node: Node, wanted: Sequence[Taint], *, overwrite: bool) -> _TaintPlan:
    entries = list(node.get("spec", {}).get("taints") or ())
    present = {taint.identity: taint for taint in map(Taint.read, entries)}
    ours = {taint.identity for taint in owned_taints(node) if present.get(taint.identity) == taint}
    target = {taint.identity: taint for taint in wanted}
    set_now: list[Taint] = []
    conflicts: list[str] = []
    for identity, taint in target.items():
        has = present.get(identity)
        if has is None or (has != taint and (identity in ours or overwrite)):
            set_now.append(taint)
        elif has != taint:
            conflicts.append(f"taint {has} (wanted {taint})")
    gone = [present[identity] for identity in present if identity in ours and identity not in target]

    replaced = {taint.identity: taint for taint in set_now}
    dropped = {taint.identity for taint in gone}
    after: list[Mapping[str, Any]] = []
    for entry in entries:
        identity = Taint.read(entry).identity
        if identity in dropped:
            continue
        after.append(replaced.pop(identity).entry() if identity in replaced else entry)
    after += [taint.entry() for taint in replaced.values()]

    fresh = {taint.identity for taint in set_now}
    return _TaintPlan(
        after=tuple(after),
        own=tuple(taint for identity, taint in target.items() if identity in fresh | ours),
        new=tuple(taint for taint in set_now if taint.identity not in present),
        missing=[f"taint {taint}" for taint in set_now],
        surplus=[f"taint {taint}" for taint in gone],
        conflicts=conflicts,
    )
