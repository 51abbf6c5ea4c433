# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One walk: look, decide, refuse what cannot work, apply, and judge by the effect."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from .._apply import Diagnosis, ObjectSet, Refused, apply
from .._apply.applyset import part_of, set_id
from .._apply.clock import deadline_in
from .._apply.takeover import our_entry
from .._cluster import Client, Object
from .._components import COMPONENTS, Decision, Finding, decide, detect, read, recognised
from .._components.component import US
from .._components.decide import ADOPT, REFUSE, SKIP, VERIFY
from .._components.owner import owner_of
from .._components.snapshot import DAEMON_SETS, NODES
from .._gpu_nodes.inventory import gpu_inventory, gpu_nodes
from .._gpu_nodes.selection import name_of
from .._rights import demand
from .effects import wait_for_effect
from .nodes import pod_spec, why_unreached
from .request import PRIVILEGED, Request, Result
from .rights import rights

LOOKING = ("existing", "verify")
"""Modes in which to judge is all that is asked for."""


def provide(
    client: Client,
    request: Request,
    *,
    check_mode: bool = False,
    wait: bool = True,
    wait_timeout: float = 300,
    show_diff: bool = False,
    progress: Callable[[str], None] = lambda _line: None,
) -> Result:
    """Raises Refused where it must not or cannot be done; then nothing was written."""
    deadline = deadline_in(wait_timeout)
    component = COMPONENTS[request.name]
    snapshot = read(client, component.listings | {NODES})
    finding = detect(component, snapshot)
    decision = _decide(request, finding)
    result = Result(finding=finding, decision=decision)
    nodes = list(snapshot.of(NODES))
    result.inventory = gpu_inventory(nodes)
    if decision.action == SKIP:
        return result
    ours: list[Object] = []
    found = recognised(component.signs, DAEMON_SETS, snapshot.of(DAEMON_SETS))
    theirs = [one for one in found if owner_of(one)[0] != US]
    if decision.action != VERIFY:
        if decision.action == ADOPT:
            refuse_a_second(request, finding, theirs)
        refuse_unreached(request, nodes)
        _refuse_strict(client, request)
        demand(client, rights(client, request), of=request.name)
        sets = _sets(client, request)
        result.outcomes = apply(
            client,
            sets,
            check_mode=check_mode,
            adopt=decision.action == ADOPT,
            recreate=("DaemonSet", "Deployment") if decision.action == ADOPT else (),
            wait=wait and bool(gpu_nodes(nodes)),
            wait_timeout=wait_timeout,
            show_diff=show_diff,
            progress=progress,
        )
        result.changed = any(outcome.changed for outcome in result.outcomes)
        ours = _daemon_sets(client, request)
    elif finding.owner == US:
        ours = [one for one in found if one not in theirs]
    looking = request.mode in LOOKING
    if (wait or looking) and not check_mode and not result.diagnosis:
        result.trouble, nodes = wait_for_effect(
            client,
            request.name,
            ours,
            [] if decision.action == ADOPT else theirs,
            expected_nodes=request.expected_nodes,
            gpus=request.expected_gpus,
            deadline=deadline if wait and (finding.present or not looking) else time.monotonic(),
            progress=progress,
        )
        result.inventory = gpu_inventory(nodes)
        if result.trouble and looking and not finding.present:
            result.trouble = [_absent(request), *result.trouble]
    return result


def _decide(request: Request, finding: Finding) -> Decision:
    decision = decide(finding, mode=request.mode, if_exists=request.if_exists)
    if decision.action == REFUSE:
        raise Refused(
            [
                Diagnosis(
                    code="OtherOwner",
                    object=request.name,
                    message=decision.reason,
                    hint="Use mode: existing to work with it, or remove it there first.",
                )
            ]
        )
    return decision


def refuse_a_second(request: Request, finding: Finding, theirs: Sequence[Object]) -> None:
    """To adopt is to take over objects of the same names. Beside one of another name ours would be a second
    instance."""
    names = {_place(obj) for obj in request.objects() if obj["kind"] == "DaemonSet"}
    others = [one for one in theirs if _place(one) not in names]
    if theirs and not others:
        return
    seen = [f"DaemonSet {'/'.join(_place(one))}" for one in others] or finding.evidence
    ours = " or ".join(f"DaemonSet {'/'.join(place)}" for place in sorted(names))
    raise Refused(
        [
            Diagnosis(
                code="OtherOwner",
                object=request.name,
                message=f"{'; '.join(seen)}: not {ours}, so ours would run beside it.",
                hint="Remove it there first, set the namespace where it runs, or use if_exists: skip.",
            )
        ]
    )


def _place(obj: Object) -> tuple[str, str]:
    return obj["metadata"]["namespace"], obj["metadata"]["name"]


def refuse_unreached(request: Request, nodes: Sequence[Object]) -> None:
    """A DaemonSet that its own settings keep off a GPU node would look healthy for ever."""
    chosen = gpu_nodes(nodes)
    problems = []
    for obj in request.objects():
        if obj["kind"] != "DaemonSet":
            continue
        barred = {name_of(node): why for node in chosen if (why := why_unreached(pod_spec(obj), node))}
        if barred and len(chosen) - len(barred) < _needed(request, len(chosen)):
            problems += [
                Diagnosis(
                    code="NodesMissing",
                    object=f"DaemonSet {obj['metadata']['namespace']}/{obj['metadata']['name']}",
                    where=f"Node {node}",
                    message=f"would not run on GPU node {node}: {why}.",
                    hint="Add a toleration or change node_selector, or say with expected_nodes how many are"
                    " enough.",
                )
                for node, why in barred.items()
            ]
    if problems:
        raise Refused(problems)


def _refuse_strict(client: Client, request: Request) -> None:
    """Pods of agents look into their host, which a namespace of others may not admit."""
    name = request.settings.namespace
    live = client.get("v1", "Namespace", name) or {"metadata": {}}
    [(label, needed)] = PRIVILEGED.items()
    level = (live["metadata"].get("labels") or {}).get(label, needed)
    if level != needed:
        raise Refused(
            [
                Diagnosis(
                    code="AdmissionDenied",
                    object=f"Namespace {name}",
                    message=f"enforces {label}: {level}, and {request.name} needs {needed}.",
                    hint="Give it a namespace of its own, which is made at that level, or change the label.",
                )
            ]
        )


def _absent(request: Request) -> Diagnosis:
    return Diagnosis(
        code="NoEffect",
        object=request.name,
        message="is not there, and mode says that it is.",
        hint="Install it (mode: install), or leave it out.",
    )


def _needed(request: Request, found: int) -> int:
    return found if request.expected_nodes is None else request.expected_nodes


def _sets(client: Client, request: Request) -> list[ObjectSet]:
    sets = []
    own = request.namespace_set()
    if request.manage_namespace and _may_have(client, own):
        sets.append(own)
    definitions = request.definition_set()
    ours = [obj for obj in definitions.objects if _may_have_definition(client, obj, definitions)]
    if ours:
        sets.append(ObjectSet(name=definitions.name, namespace=definitions.namespace, objects=ours))
    return [*sets, request.own_set()]


def _may_have(client: Client, namespace: ObjectSet) -> bool:
    """Whether the namespace is missing, or one that an earlier run made."""
    live = client.get("v1", "Namespace", namespace.namespace)
    return live is None or part_of(live) == set_id(namespace.name, namespace.namespace)


def _may_have_definition(client: Client, wanted: Object, owner: ObjectSet) -> bool:
    """Whether the definition is missing or ours; whoever else brought it keeps it."""
    live = client.get(wanted["apiVersion"], wanted["kind"], wanted["metadata"]["name"])
    if live is None:
        return True
    return our_entry(live) is not None and part_of(live) in ("", set_id(owner.name, owner.namespace))


def _daemon_sets(client: Client, request: Request) -> list[Object]:
    found = (
        client.get("apps/v1", "DaemonSet", obj["metadata"]["name"], obj["metadata"]["namespace"])
        for obj in request.objects()
        if obj["kind"] == "DaemonSet"
    )
    return [obj for obj in found if obj is not None]
