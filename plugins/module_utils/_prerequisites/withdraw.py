# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Taking a component away: what we brought and nothing else, and what it left on the nodes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from .._apply import Diagnosis, Outcome, Refused, remove
from .._apply.applyset import ID_LABEL, set_id
from .._apply.presence import vacant
from .._cluster import Client, Object
from .._gpu_nodes.selection import GPUS, labels_of, name_of
from .._gpu_nodes.users import FINISHED, choosing, some
from .labels import leftovers, prune
from .request import Request

DISCOVERED = tuple(f"nvidia.com/{word}." for word in ("gpu", "cuda", "mig", "mps", "vgpu"))
"""Beginnings of the labels of GPU Feature Discovery."""


def withdraw(
    client: Client,
    request: Request,
    *,
    delete_definitions: bool = False,
    delete_namespace: bool = False,
    force: bool = False,
    check_mode: bool = False,
    wait: bool = True,
    wait_timeout: float = 300,
    show_diff: bool = False,
    progress: Callable[[str], None] = lambda _line: None,
) -> list[Outcome]:
    """Raises Refused while something still uses what the component offers, unless forced."""
    own = request.own_set()
    present = _is_there(client, own.name, own.namespace)
    if present and not force:
        refuse_while_used(client, request.name)
    sets = [own]
    if delete_definitions:
        sets.append(request.definition_set())
    if delete_namespace:
        sets += vacant(client, [request.namespace_set()], leaving=[own, request.definition_set()])
    outcomes: list[Outcome] = []
    for one in sets:
        outcomes += remove(
            client,
            [one],
            check_mode=check_mode,
            wait=wait,
            wait_timeout=wait_timeout,
            show_diff=show_diff,
            progress=progress,
        )
    if present and request.name == "nfd" and not any(outcome.diagnosis for outcome in outcomes):
        for name in prune(client, check_mode=check_mode):
            progress(f"node {name}: labels of Node Feature Discovery removed")
    return outcomes


def _is_there(client: Client, name: str, namespace: str) -> bool:
    parent = client.get("v1", "ConfigMap", name, namespace)
    labels = (parent or {"metadata": {}})["metadata"].get("labels") or {}
    return bool(labels.get(ID_LABEL) == set_id(name, namespace))


def refuse_while_used(client: Client, component: str) -> None:
    """Raises Refused while pods have GPUs by the component, or their nodes by labels that go with it."""
    if component == "device_plugin":
        message, users = "pods use GPUs", _users_of_gpus(client)
    elif component in GONE:
        nodes = client.list("v1", "Node")
        gone = {name_of(node): keys for node in nodes if (keys := GONE[component](node))}
        users = choosing(client.list("v1", "Pod"), nodes, gone) if gone else []
        message = "pods run where they do because of labels that would go"
    else:
        return
    if users:
        hint = "Remove them first, or set force: true; they could not start again."
        raise Refused(
            [Diagnosis(code="InUse", object=component, message=f"{message}: {some(users)}.", hint=hint)]
        )


GONE: Mapping[str, Callable[[Object], Collection[str]]] = {
    "nfd": lambda node: (leftovers(node).get("metadata") or {}).get("labels") or {},
    "gfd": lambda node: [key for key in labels_of(node) if key.startswith(DISCOVERED)],
}
"""Which labels of a node go with a component."""


def _users_of_gpus(client: Client) -> list[str]:
    return [
        f"{pod['metadata']['namespace']}/{pod['metadata']['name']}"
        for pod in client.list("v1", "Pod")
        if pod.get("status", {}).get("phase") not in FINISHED and _asks_for_gpus(pod)
    ]


def _asks_for_gpus(pod: Object) -> bool:
    containers: Sequence[Object] = [*pod["spec"]["containers"], *(pod["spec"].get("initContainers") or ())]
    return any(
        GPUS.fullmatch(resource)
        for container in containers
        for resource in (container.get("resources") or {}).get("limits") or {}
    )
