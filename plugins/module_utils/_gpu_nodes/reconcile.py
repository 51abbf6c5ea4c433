# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One walk for apply, check mode and verify: they differ in whether and how the changes are sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from .._cluster import ApiError, Client
from .._names import MANAGER
from .._rights import missing
from .daemonsets import ShutOut, shut_out
from .marks import TAINTS_ANNOTATION, Marks, NodeChange, Taint, carries_ours, owned_labels, plan_node
from .rights import rights
from .selection import Node, Selection, UnknownNodes, labels_of, name_of
from .users import choosing, some

ATTEMPTS = 5
RACES = (409, 422)
"""A node changed since we read it: conflict of owners, or a failed test inside a JSON patch."""


class Refused(Exception):
    """The wish cannot or must not be fulfilled; nothing, or nothing more, is written."""

    def __init__(self, message: str, **facts: Any) -> None:
        super().__init__(message)
        self.facts = facts


@dataclass(frozen=True, kw_only=True)
class Request:
    selection: Selection
    marks: Marks
    state: Literal["present", "absent"] = "present"
    mode: Literal["apply", "verify"] = "apply"
    overwrite: bool = False
    allow_none: bool = False
    daemonset_policy: Literal["warn", "fail", "ignore"] = "warn"
    force: bool = False
    """Labels go although running pods chose their nodes by them."""
    check: bool = False


@dataclass(frozen=True, kw_only=True)
class Outcome:
    changed: bool
    nodes: list[dict[str, Any]]
    shut_out: list[ShutOut]
    warnings: list[str]
    diff: dict[str, dict[str, Any]]


def reconcile(client: Client, request: Request) -> Outcome:
    lacking = missing(client, rights(client)) if request.mode == "apply" else ()
    if lacking:
        raise Refused("\n".join(f"the account may not {right}; nothing was written" for right in lacking))
    nodes = client.list("v1", "Node")
    wanted = request.marks if request.state == "present" else Marks()
    chosen = _choose(nodes, request)
    changes = [plan_node(node, wanted, overwrite=request.overwrite) for node in chosen]
    if request.mode == "verify":
        _verify(changes)
        return _outcome(changes, done=[], shut=[], warnings=_conflict_warnings(changes), check=False)

    if request.state == "absent" and not request.force:
        _refuse_while_chosen(client, changes)
    shut = _daemonsets(client, changes, request)
    warnings = [*_conflict_warnings(changes), *_left_behind(nodes, chosen, request)]
    if request.daemonset_policy == "warn":
        warnings += [str(lost) for lost in shut]
    done = _write_all(client, [change for change in changes if change.needed], wanted, request)
    return _outcome(changes, done=done, shut=shut, warnings=warnings, check=request.check)


def _choose(nodes: Sequence[Node], request: Request) -> list[Node]:
    selection = request.selection
    if request.state == "absent":
        meant = nodes if selection.automatic else [node for node in nodes if selection.includes(node)]
        return [node for node in meant if carries_ours(node)]
    try:
        chosen = selection.pick(nodes)
    except UnknownNodes as problem:
        raise Refused(str(problem)) from None
    if not chosen and not request.allow_none:
        raise Refused(
            f"no GPU node found by {selection} among {len(nodes)} nodes. Name the nodes (names), give a label"
            " that they carry (selector), or set allow_no_gpu_nodes: true where GPU nodes join later."
        )
    return chosen


def _verify(changes: Sequence[NodeChange]) -> None:
    lines = [
        f"{change.name}: {problem}"
        for change in changes
        for problem in (
            *(f"missing {mark}" for mark in change.missing),
            *(f"left over {mark}" for mark in change.surplus),
            *(f"has {conflict}" for conflict in change.label_conflicts),
        )
    ]
    if not lines:
        return
    raise Refused(
        "GPU nodes are not marked as the inventory says:\n  "
        + "\n  ".join(lines)
        + "\nSet them in the node pool of your provider, or let them be set here: mode apply"
        " (llm_cluster.gpu_nodes.manage: apply).",
        nodes=[_report(change, "unchanged") for change in changes],
    )


def _refuse_while_chosen(client: Client, changes: Sequence[NodeChange]) -> None:
    gone = {change.name: going for change in changes if (going := owned_labels(change.had))}
    users = choosing(client.list("v1", "Pod"), [change.had for change in changes], gone) if gone else []
    if users:
        raise Refused(
            f"pods run on these nodes because of labels that would go: {some(users)}. Remove them first, or"
            " set force: true; those of DaemonSets would leave at once, and others could not start again."
        )


def _daemonsets(client: Client, changes: Sequence[NodeChange], request: Request) -> list[ShutOut]:
    tainted = [(change.had, change.new_taints) for change in changes if change.new_taints]
    if not tainted or request.daemonset_policy == "ignore":
        return []
    shut = shut_out(client.list("apps/v1", "DaemonSet"), tainted)
    if shut and request.daemonset_policy == "fail":
        raise Refused(
            "the taint would keep running DaemonSets off GPU nodes; nothing was written:\n  "
            + "\n  ".join(map(str, shut))
            + "\nGive them a toleration for the key, or set daemonset_policy: warn.",
            shut_out=[vars(lost) for lost in shut],
        )
    return shut


def _conflict_warnings(changes: Iterable[NodeChange]) -> list[str]:
    return [
        f"node {change.name} has {conflict}; it is left as it is, overwrite: true changes it"
        for change in changes
        for conflict in (*change.label_conflicts, *change.taint_conflicts)
    ]


def _left_behind(nodes: Sequence[Node], chosen: Sequence[Node], request: Request) -> list[str]:
    if request.state == "absent":
        return []
    names = {name_of(node) for node in chosen}
    return [
        f"node {name_of(node)} carries labels or taints of an earlier run but is no longer selected;"
        f" state: absent with names: [{name_of(node)}] removes them"
        for node in nodes
        if name_of(node) not in names and carries_ours(node)
    ]


def _write_all(
    client: Client, changes: Sequence[NodeChange], wanted: Marks, request: Request
) -> list[tuple[NodeChange, Node]]:
    def settle(change: NodeChange) -> tuple[NodeChange, Node] | str:
        try:
            return _settle(client, change, wanted, request)
        except ApiError as error:
            return f"{change.name}: {error}"

    results = client.in_parallel(settle, changes)
    failures = [result for result in results if isinstance(result, str)]
    if failures:
        raise Refused("could not mark all GPU nodes:\n  " + "\n  ".join(failures))
    return [result for result in results if not isinstance(result, str)]


def _settle(client: Client, change: NodeChange, wanted: Marks, request: Request) -> tuple[NodeChange, Node]:
    """Writes one node; where it moved since it was read, reads it again and decides again."""
    first = change.had
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return change, _write(client, change, dry_run=request.check)
        except ApiError as error:
            if error.status not in RACES or attempt == ATTEMPTS:
                raise
        node = client.get("v1", "Node", change.name)
        if node is None:
            return change, first
        change = plan_node(node, wanted, overwrite=request.overwrite)
    raise AssertionError("unreachable")


def _write(client: Client, change: NodeChange, *, dry_run: bool) -> Node:
    """Returns the node as it is (or, in a dry run, would be) after both writes."""
    node: dict[str, Any] = dict(change.had)
    if change.taints is not None:
        query = {"fieldManager": MANAGER} | ({"dryRun": "All"} if dry_run else {})
        node = client.request(
            "PATCH",
            f"/api/v1/nodes/{change.name}",
            query=query,
            body=_taint_patch(change),
            content_type="application/json-patch+json",
        )
    if change.own_labels is not None:
        body = {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {"name": change.name, "labels": dict(change.own_labels)},
        }
        labelled = client.apply(body, dry_run=dry_run, force=change.take_over)
        node = {**labelled, "spec": node["spec"]}
    return node


def _taint_patch(change: NodeChange) -> list[dict[str, Any]]:
    """Taints and the record of ours change in one write, or not at all."""
    operations: list[dict[str, Any]] = [
        {"op": "test", "path": "/metadata/resourceVersion", "value": change.resource_version}
    ]
    if change.taints:
        operations.append({"op": "add", "path": "/spec/taints", "value": list(change.taints)})
    else:
        operations.append({"op": "remove", "path": "/spec/taints"})

    annotations = change.had["metadata"].get("annotations")
    record = "/metadata/annotations/" + TAINTS_ANNOTATION.replace("~", "~0").replace("/", "~1")
    if change.own_taints:
        if annotations is None:
            operations.append({"op": "add", "path": "/metadata/annotations", "value": {}})
        operations.append({"op": "add", "path": record, "value": ",".join(map(str, change.own_taints))})
    elif TAINTS_ANNOTATION in (annotations or {}):
        operations.append({"op": "remove", "path": record})
    return operations


def _outcome(
    changes: Sequence[NodeChange],
    *,
    done: Sequence[tuple[NodeChange, Node]],
    shut: list[ShutOut],
    warnings: list[str],
    check: bool,
) -> Outcome:
    written = {change.name: after for change, after in done}
    action = "would-configure" if check else "configured"
    nodes = [_report(change, action if change.name in written else "unchanged") for change in changes]
    before, after = {}, {}
    for change in changes:
        if change.name in written:
            keys = owned_labels(change.had) | set(change.own_labels or ())
            before[change.name] = _view(change.had, keys)
            after[change.name] = _view(written[change.name], keys)
    return Outcome(
        changed=bool(written),
        nodes=nodes,
        shut_out=shut,
        warnings=warnings,
        diff={"before": before, "after": after},
    )


def _report(change: NodeChange, action: str) -> dict[str, Any]:
    return {
        "name": change.name,
        "action": action,
        "missing": list(change.missing),
        "surplus": list(change.surplus),
        "conflicts": [*change.label_conflicts, *change.taint_conflicts],
    }


def _view(node: Node, label_keys: Iterable[str]) -> Mapping[str, Any]:
    return {
        "labels": {key: labels_of(node)[key] for key in sorted(label_keys) if key in labels_of(node)},
        "taints": [str(Taint.read(entry)) for entry in node.get("spec", {}).get("taints") or ()],
    }
