# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a pod may run on a node, as the scheduler sees taints, selectors and node affinity."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .marks import Taint
from .selection import Node, labels_of, name_of


def bars(taint: Taint, pod: Mapping[str, Any]) -> bool:
    """Whether the taint keeps the pod away."""
    tolerations = pod.get("tolerations") or ()
    return taint.effect != "PreferNoSchedule" and not any(_covers(one, taint) for one in tolerations)


def _covers(toleration: Mapping[str, Any], taint: Taint) -> bool:
    if toleration.get("effect") not in (None, "", taint.effect):
        return False
    exists: bool = toleration.get("operator", "Equal") == "Exists"
    key = toleration.get("key") or ""
    if not key:
        return exists
    value: str = toleration.get("value") or ""
    return bool(key == taint.key and (exists or value == taint.value))


def selects(pod: Mapping[str, Any], node: Node) -> bool:
    """Whether the pod's selector and required node affinity choose the node."""
    selector: Mapping[str, str] = pod.get("nodeSelector") or {}
    if not selector.items() <= labels_of(node).items():
        return False
    terms = required_terms(pod)
    return not terms or any(_term_matches(term, node) for term in terms)


def required_terms(pod: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The terms of the required node affinity, of which one must match; none where nothing is required."""
    affinity = (pod.get("affinity") or {}).get("nodeAffinity") or {}
    required = affinity.get("requiredDuringSchedulingIgnoredDuringExecution") or {}
    terms: Sequence[Mapping[str, Any]] = required.get("nodeSelectorTerms") or ()
    return terms


def _term_matches(term: Mapping[str, Any], node: Node) -> bool:
    expressions, fields = term.get("matchExpressions") or (), term.get("matchFields") or ()
    if not expressions and not fields:
        return False
    by_field = {"metadata.name": name_of(node)}
    return all(matches(entry, labels_of(node)) for entry in expressions) and all(
        matches(entry, by_field) for entry in fields
    )


_OPERATORS: Mapping[str, Callable[[str | None, Sequence[str]], bool]] = {
    "In": lambda has, values: has in values,
    "NotIn": lambda has, values: has not in values,
    "Exists": lambda has, values: has is not None,
    "DoesNotExist": lambda has, values: has is None,
    "Gt": lambda has, values: has is not None and int(has) > int(values[0]),
    "Lt": lambda has, values: has is not None and int(has) < int(values[0]),
}


def matches(entry: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Whether labels fulfil one expression of a node selector."""
    return _OPERATORS[entry["operator"]](labels.get(entry["key"]), entry.get("values") or ())
