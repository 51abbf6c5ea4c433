# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

from ansible_collections.inferops.serving.plugins.module_utils._apply import ObjectSet, applyset
from ansible_collections.inferops.serving.plugins.module_utils._apply.members import OwnedSet, enlist
from ansible_collections.inferops.serving.plugins.module_utils._apply.reading import Reader
from ansible_collections.inferops.serving.plugins.module_utils._cluster import Resource

OURS = {"manager": "inferops.serving", "operation": "Apply", "fieldsV1": {}}


class Server:
    """Stands for the client: answers from a list of objects and counts what it is asked."""

    def __init__(self, *objects: dict[str, Any]) -> None:
        self.objects = objects
        self.lists: list[tuple[str, str | None, str | None, bool]] = []
        self.gets: list[str] = []

    def resource(self, api_version: str, kind: str) -> Resource:
        group, _, version = api_version.rpartition("/")
        return Resource(
            group=group,
            version=version,
            kind=kind,
            plural=kind.lower(),
            namespaced=kind != "Namespace",
            verbs=frozenset(),
        )

    def served(self, group: str, kind: str) -> Resource | None:
        return None if kind == "Gone" else self.resource(f"{group}/v1" if group else "v1", kind)

    def list(
        self,
        api_version: str,
        kind: str,
        *,
        namespace: str | None = None,
        label_selector: str | None = None,
        metadata_only: bool = False,
        deadline: float,
    ) -> list[dict[str, Any]]:
        self.lists.append((kind, namespace, label_selector, metadata_only))
        return [
            obj
            for obj in self.objects
            if obj["kind"] == kind
            and namespace in (None, obj["metadata"].get("namespace"))
            and (
                label_selector is None
                or label_selector.partition(" ")[0] in obj["metadata"].get("labels", {})
            )
        ]

    def get(
        self, api_version: str, kind: str, name: str, namespace: str | None, *, deadline: float
    ) -> dict[str, Any] | None:
        self.gets.append(name)
        for obj in self.objects:
            if (obj["kind"], obj["metadata"]["name"]) == (kind, name):
                return obj
        return None

    @staticmethod
    def in_parallel(function: Any, items: Any) -> Any:
        return [function(item) for item in items]


def obj(name: str, *, kind: str = "Secret", namespace: str = "home", **metadata: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "namespace": namespace, **metadata}}


def member(name: str, set_name: str, **facts: Any) -> dict[str, Any]:
    labels = {applyset.PART_OF_LABEL: applyset.set_id(set_name, "home")}
    return obj(name, labels=labels, managedFields=[OURS], **facts)


def read(server: Server, *sets: ObjectSet) -> list[OwnedSet]:
    client: Any = server
    owned, problems = enlist(client, sets)
    assert problems == []
    reader = Reader(client, deadline=0)
    reader.parents(owned)
    reader.members(owned)
    return owned


def test_known_members_cost_one_list_for_each_kind() -> None:
    names = [f"s{index}" for index in range(50)]
    server = Server(*(member(name, "one") for name in names))
    [owned] = read(server, ObjectSet(name="one", namespace="home", objects=[obj(name) for name in names]))
    assert len(server.lists) == 1
    assert server.gets == ["one"], "the parent alone is asked for by name"
    assert all(one.live is not None for one in owned.members)
    assert owned.leftovers == []


def test_a_few_unknown_objects_are_asked_for_by_name_and_many_by_one_list_of_metadata() -> None:
    server = Server()
    read(server, ObjectSet(name="one", namespace="home", objects=[obj("a"), obj("b")]))
    assert sorted(server.gets) == ["a", "b", "one"]
    server = Server(obj("s3"))
    [owned] = read(server, ObjectSet(name="one", namespace="home", objects=[obj(f"s{i}") for i in range(20)]))
    assert server.gets == ["one", "s3"], "only what exists is fetched"
    assert ("Secret", "home", None, True) in server.lists
    assert [one.wanted["metadata"]["name"] for one in owned.members if one.live] == ["s3"]


def test_leftovers_are_members_that_we_wrote() -> None:
    copied = member("copied-by-a-controller", "one")
    copied["metadata"]["managedFields"] = []
    server = Server(member("kept", "one"), member("left", "one"), member("other", "two"), copied)
    [owned] = read(server, ObjectSet(name="one", namespace="home", objects=[obj("kept")]))
    assert [one["metadata"]["name"] for one in owned.leftovers] == ["left"]


def test_kinds_and_namespaces_of_the_parent_are_searched_too() -> None:
    extent = applyset.Extent(kinds=frozenset({"Service", "Gone.x"}), namespaces=frozenset({"home", "second"}))
    parent = applyset.parent("one", "home", extent)
    left = member("left", "one", kind="Service", namespace="second")
    [owned] = read(Server(parent, left), ObjectSet(name="one", namespace="home", objects=[obj("a")]))
    assert owned.leftovers == [left]


def test_many_sets_share_their_lists() -> None:
    sets = [ObjectSet(name=f"set{i}", namespace="home", objects=[obj(f"s{i}")]) for i in range(40)]
    parents = [applyset.parent(one.name, "home", applyset.Extent.of(one.objects)) for one in sets]
    server = Server(*parents, *(member(f"s{i}", f"set{i}") for i in range(40)))
    owned = read(server, *sets)
    assert all(one.parent is not None and one.members[0].live is not None for one in owned)
    assert server.gets == []
    assert [(kind, selector) for kind, _namespace, selector, _metadata in server.lists] == [
        ("ConfigMap", applyset.ID_LABEL),
        ("Secret", applyset.PART_OF_LABEL),
    ]


def test_very_many_namespaces_are_one_list() -> None:
    objects = [obj("s", namespace=f"n{i}") for i in range(30)]
    server = Server()
    read(server, ObjectSet(name="one", namespace="home", objects=objects))
    selected = [namespace for _kind, namespace, selector, _metadata in server.lists if selector]
    assert selected == [None]
