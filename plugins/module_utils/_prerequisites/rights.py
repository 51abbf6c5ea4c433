# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rights that a component's task needs, no more: printed for the administrator who grants them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from .._cluster import Client, NotServed, Object
from .._components import COMPONENTS
from .request import Request

READ = ("get", "list")
WRITE = ("get", "list", "create", "patch", "delete")
PLURALS: Mapping[tuple[str, str], str] = {
    ("nfd.k8s-sigs.io", "NodeFeature"): "nodefeatures",
}


def rights(client: Client, request: Request) -> list[dict[str, Any]]:
    """Rules as in a ClusterRole: for looking, for writing its objects and waiting for them, and what its
    own roles give away, since nobody may give what he has not."""
    needed: dict[tuple[str, str], set[str]] = defaultdict(set)

    def add(group: str, plural: str, *verbs: str) -> None:
        needed[group, plural] |= set(verbs)

    for listing in COMPONENTS[request.name].listings:
        found = client.served(listing.group, listing.kind)
        if found:
            add(listing.group, found.plural, "list")
    add("", "nodes", "list")
    add("", "namespaces", "get")
    add("", "configmaps", *WRITE)
    add("", "pods", "list", "watch")
    add("", "events", "list", "watch")
    if request.name == "nfd":
        add("", "nodes", "patch")
    objects = [
        *request.objects(),
        *request.agent.definitions(),
        *(request.namespace_set().objects if request.manage_namespace else ()),
    ]
    for obj in objects:
        group, plural = _served_as(client, obj)
        add(group, plural, *WRITE, "watch")
        if obj["kind"] in ("DaemonSet", "Deployment"):
            add("apps", "replicasets", "list", "watch")
            add("apps", "controllerrevisions", "list")
        if obj["kind"] in ("ClusterRole", "Role"):
            for rule in obj["rules"]:
                for group in rule["apiGroups"]:
                    for plural in rule["resources"]:
                        add(group, plural, *rule["verbs"])
    return _rules(needed)


def manifest(rules: Iterable[Mapping[str, Any]], *, name: str) -> Object:
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRole",
        "metadata": {"name": name},
        "rules": [dict(rule) for rule in rules],
    }


def _served_as(client: Client, obj: Object) -> tuple[str, str]:
    group = obj["apiVersion"].rpartition("/")[0]
    try:
        return group, client.resource(obj["apiVersion"], obj["kind"]).plural
    except NotServed:
        return group, PLURALS.get((group, obj["kind"]), f"{obj['kind'].lower()}s")


def _rules(needed: Mapping[tuple[str, str], set[str]]) -> list[dict[str, Any]]:
    """One rule for all resources of a group that need the same."""
    together: dict[tuple[str, tuple[str, ...]], list[str]] = defaultdict(list)
    for (group, plural), verbs in sorted(needed.items()):
        together[group, tuple(sorted(verbs))].append(plural)
    return [
        {"apiGroups": [group], "resources": plurals, "verbs": list(verbs)}
        for (group, verbs), plurals in together.items()
    ]
