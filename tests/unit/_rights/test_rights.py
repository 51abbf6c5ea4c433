# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From objects to the rights that they take, to roles, and to what an account lacks of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, cast

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._apply import ObjectSet, Refused
from ansible_collections.inferops.serving.plugins.module_utils._cluster import Client, NotServed
from ansible_collections.inferops.serving.plugins.module_utils._cluster.discovery import Resource
from ansible_collections.inferops.serving.plugins.module_utils._rights import (
    Right,
    Rights,
    demand,
    for_sets,
    missing,
    on_kind,
)

RBAC = "rbac.authorization.k8s.io"
SERVED = {
    ("v1", "ConfigMap"): ("", "configmaps", True),
    ("v1", "Namespace"): ("", "namespaces", False),
    ("v1", "Pod"): ("", "pods", True),
    ("v1", "Event"): ("", "events", True),
    ("apps/v1", "Deployment"): ("apps", "deployments", True),
    (f"{RBAC}/v1", "ClusterRole"): (RBAC, "clusterroles", False),
    (f"{RBAC}/v1", "ClusterRoleBinding"): (RBAC, "clusterrolebindings", False),
    (f"{RBAC}/v1", "Role"): (RBAC, "roles", True),
    (f"{RBAC}/v1", "RoleBinding"): (RBAC, "rolebindings", True),
    ("apiextensions.k8s.io/v1", "CustomResourceDefinition"): (
        "apiextensions.k8s.io",
        "customresourcedefinitions",
        False,
    ),
}


class Cluster:
    """Serves a few kinds, has a few namespaces, and knows an account with some rights."""

    def __init__(self, *namespaces: str, may: Iterable[Right] = (), everything: bool = False) -> None:
        self._namespaces, self._may, self._everything = namespaces, frozenset(may), everything
        self.asked: list[str] = []

    def resource(self, api_version: str, kind: str) -> Resource:
        if (api_version, kind) not in SERVED:
            raise NotServed(api_version, kind)
        group, plural, namespaced = SERVED[api_version, kind]
        version = api_version.rpartition("/")[2]
        return Resource(
            group=group, version=version, kind=kind, plural=plural, namespaced=namespaced, verbs=frozenset()
        )

    def get(self, _version: str, _kind: str, name: str) -> dict[str, Any] | None:
        return {"metadata": {"name": name}} if name in self._namespaces else None

    def in_parallel(self, function: Callable[[Any], Any], items: Iterable[Any]) -> list[Any]:
        return [function(item) for item in items]

    def can_i(
        self, verb: str, group: str, resource: str, namespace: str | None = None, *, name: str | None = None
    ) -> bool:
        right = Right(verb, group, resource, namespace or "", name or "")
        self.asked.append(str(right))
        return self._everything or right in self._may

    def request(self, _method: str, _path: str, *, body: dict[str, Any]) -> dict[str, Any]:
        rules = [
            {"apiGroups": [right.group], "resources": [right.resource], "verbs": [right.verb]}
            for right in self._may
            if right.namespace == body["spec"]["namespace"]
        ]
        return {"status": {"resourceRules": rules}}


def client(cluster: Cluster) -> Client:
    return cast(Client, cluster)


def made(api_version: str, kind: str, name: str = "one", **rest: Any) -> dict[str, Any]:
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name}, **rest}


def derived(*objects: dict[str, Any], there: tuple[str, ...] = ("home",)) -> Rights:
    return for_sets(client(Cluster(*there)), [ObjectSet(name="set", namespace="home", objects=objects)])


def test_a_workload_is_written_awaited_and_explained_in_its_namespace_alone() -> None:
    rights = derived(made("apps/v1", "Deployment"))
    assert {right.namespace for right in rights.used} == {"home"}
    owned = {right.verb for right in rights.used if right.resource == "deployments"}
    assert owned == {"get", "list", "watch", "create", "patch", "delete"}
    assert {right.verb for right in rights.used if right.resource == "pods"} == {"list", "watch"}
    assert rights.given == frozenset()


def test_what_needs_no_wait_needs_nobodys_pods() -> None:
    rights = derived(made("v1", "ConfigMap", "other"))
    assert {right.resource for right in rights.used} == {"configmaps"}


def test_rights_in_a_namespace_that_comes_along_hold_everywhere() -> None:
    """Nobody can put a Role into a namespace that is not there."""
    objects = (made("v1", "Namespace", "home"), made("apps/v1", "Deployment"))
    assert {right.namespace for right in derived(*objects, there=()).used} == {""}
    later = derived(*objects)
    assert {right.namespace for right in later.used if right.resource == "deployments"} == {"home"}


def test_kinds_that_come_along_are_known_by_their_definitions() -> None:
    names = {"kind": "Gadget", "plural": "gadgetry"}
    definition = made(
        "apiextensions.k8s.io/v1",
        "CustomResourceDefinition",
        spec={"group": "x.example", "names": names, "scope": "Namespaced", "versions": []},
    )
    rights = derived(definition, made("x.example/v1", "Gadget"))
    assert Right("patch", "x.example", "gadgetry", "home") in rights.used
    assert Right("list", "x.example", "gadgetry") in rights.used, "a definition in use is not deleted"
    coming = on_kind(client(Cluster()), "x.example/v1", "Gadget", ("create",), "a", defined_by=[definition])
    assert coming.used == {Right("create", "x.example", "gadgetry", "a")}
    assert on_kind(client(Cluster()), "x.example/v1", "Gadget", ("create",)) == Rights()


def test_what_is_pruned_and_removed_is_looked_for_wherever_the_set_reaches() -> None:
    binding = made(f"{RBAC}/v1", "RoleBinding", roleRef={"kind": "Role", "name": "reader"})
    binding["metadata"]["namespace"] = "kube-system"
    rights = derived(binding).used
    assert Right("list", RBAC, "rolebindings", "home") in rights
    assert Right("create", RBAC, "rolebindings", "home") not in rights


def test_a_kind_in_many_namespaces_is_listed_everywhere() -> None:
    def spread(number: int) -> frozenset[Right]:
        workload = made("apps/v1", "Deployment")
        sets = [ObjectSet(name="set", namespace=f"n{index}", objects=[workload]) for index in range(number)]
        return for_sets(client(Cluster()), sets).used

    everywhere = Right("list", "apps", "deployments")
    assert everywhere in spread(9)
    assert everywhere not in spread(8)


def test_a_role_gives_away_only_what_the_account_has() -> None:
    role = made(
        f"{RBAC}/v1",
        "ClusterRole",
        rules=[
            {"apiGroups": ["apps"], "resources": ["deployments/scale"], "verbs": ["update"]},
            {"apiGroups": [""], "resources": ["secrets"], "resourceNames": ["cert"], "verbs": ["get"]},
            {"nonResourceURLs": ["/metrics"], "verbs": ["get"]},
        ],
    )
    local = made(
        f"{RBAC}/v1", "Role", rules=[{"apiGroups": [""], "resources": ["pods/exec"], "verbs": ["create"]}]
    )
    assert derived(role, local).given == {
        Right("update", "apps", "deployments/scale"),
        Right("get", "", "secrets", "", "cert"),
        Right("get", "", "/metrics"),
        Right("create", "", "pods/exec", "home"),
    }


def test_a_role_of_others_is_bound_by_its_name_and_one_that_grows_needs_more() -> None:
    foreign = made(
        f"{RBAC}/v1",
        "ClusterRoleBinding",
        roleRef={"kind": "ClusterRole", "name": "system:auth-delegator"},
    )
    near = made(f"{RBAC}/v1", "RoleBinding", roleRef={"kind": "ClusterRole", "name": "view"})
    own = made(f"{RBAC}/v1", "ClusterRoleBinding", "own", roleRef={"kind": "ClusterRole", "name": "grows"})
    grows = made(f"{RBAC}/v1", "ClusterRole", "grows", aggregationRule={"clusterRoleSelectors": []})
    assert derived(foreign, near, own, grows).given == {
        Right("bind", RBAC, "clusterroles", "", "system:auth-delegator"),
        Right("bind", RBAC, "clusterroles", "home", "view"),
        Right("escalate", RBAC, "clusterroles", "", "grows"),
    }


def test_roles_say_it_once_and_in_the_smallest_place() -> None:
    rights = Rights(
        used=frozenset(
            {
                Right("get", "", "pods"),
                Right("list", "", "pods", "a"),
                Right("get", "", "pods", "a"),
                Right("list", "", "events", "a"),
            }
        ),
        given=frozenset({Right("get", "", "/metrics"), Right("get", "", "secrets", "a", "cert")}),
    )
    everywhere, here = rights.manifests(name="least")
    assert (everywhere["kind"], everywhere["metadata"]) == ("ClusterRole", {"name": "least"})
    assert everywhere["rules"] == [
        {"nonResourceURLs": ["/metrics"], "verbs": ["get"]},
        {"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]},
    ]
    assert (here["kind"], here["metadata"]) == ("Role", {"name": "least", "namespace": "a"})
    assert here["rules"] == [
        {"apiGroups": [""], "resources": ["events", "pods"], "verbs": ["list"]},
        {"apiGroups": [""], "resources": ["secrets"], "resourceNames": ["cert"], "verbs": ["get"]},
    ]


NEEDED = Rights(
    used=frozenset(
        {Right("list", "", "nodes"), Right("list", "", "pods", "a"), Right("get", "", "pods", "a")}
    ),
    given=frozenset({Right("update", "apps", "deployments/scale")}),
)


def test_who_may_do_everything_is_asked_once() -> None:
    cluster = Cluster(everything=True)
    assert missing(client(cluster), NEEDED) == ()
    assert len(cluster.asked) == 1


def test_each_right_that_lacks_is_named() -> None:
    cluster = Cluster(may=[Right("list", "", "pods", "a")])
    assert [str(right) for right in missing(client(cluster), NEEDED)] == [
        "get pods in namespace a",
        "list nodes",
        "update deployments/scale.apps",
    ]
    with pytest.raises(Refused, match="the account may not list nodes") as refused:
        demand(client(cluster), NEEDED, of="lws")
    assert {one.code for one in refused.value.diagnosis} == {"Forbidden"}


def test_who_may_escalate_and_bind_need_not_have_what_roles_give_away() -> None:
    both = [
        Right(verb, RBAC, plural) for verb in ("escalate", "bind") for plural in ("clusterroles", "roles")
    ]
    assert missing(client(Cluster(may=[*NEEDED.used, *both])), NEEDED) == ()
    assert missing(client(Cluster(may=[*NEEDED.used, *both[:2]])), NEEDED)
