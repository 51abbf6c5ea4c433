# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose objects are whose: the ApplySet specification kept, everything foreign refused and left as it was."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._apply import ObjectSet, Refused, apply, remove
from ansible_collections.inferops.serving.plugins.module_utils._cluster import Client

from .samples import (
    Object,
    actions,
    claim,
    config_map,
    definition,
    deployment,
    inference_service,
    namespace_object,
    secret,
    service,
    trouble,
    widget,
)
from .specification import SpecificationReader

pytestmark = [pytest.mark.proof("A")]


@pytest.fixture
def reader(lab: Any) -> SpecificationReader:
    return SpecificationReader(str(lab.kubeconfig))


def create(
    client: Client, namespace: str, obj: Object, *, manager: str = "somebody", **metadata: Any
) -> Object:
    """Makes an object the way another tool does."""
    plural = {"ConfigMap": "configmaps", "Secret": "secrets", "Service": "services"}[obj["kind"]]
    body = {**obj, "metadata": {**obj["metadata"], **metadata}}
    path = f"/api/v1/namespaces/{namespace}/{plural}"
    return client.request("POST", path, query={"fieldManager": manager}, body=body)


@pytest.mark.req("XC-08")
def test_another_tool_finds_parent_and_members(
    client: Client, reader: SpecificationReader, fresh: str
) -> None:
    second = f"{fresh}-b"
    elsewhere = config_map("elsewhere")
    elsewhere["metadata"]["namespace"] = second
    objects = [
        namespace_object(fresh),
        namespace_object(second),
        config_map("a"),
        deployment("web"),
        elsewhere,
    ]
    wanted = ObjectSet(name="spec", namespace=fresh, objects=objects)
    [outcome] = apply(client, [wanted], wait=False)
    assert trouble(outcome) == []
    parent = reader.parent("spec", fresh)
    annotations, labels = parent["metadata"]["annotations"], parent["metadata"]["labels"]
    assert labels["applyset.kubernetes.io/id"] == reader.expected_id("spec", fresh)
    tool, _, version = annotations["applyset.kubernetes.io/tooling"].partition("/")
    assert tool == "inferops.serving"
    assert version.startswith("v")
    assert annotations["applyset.kubernetes.io/contains-group-kinds"] == "ConfigMap,Deployment.apps,Namespace"
    assert annotations["applyset.kubernetes.io/additional-namespaces"] == second
    assert reader.members(parent) == {
        ("Namespace", "", fresh),
        ("Namespace", "", second),
        ("ConfigMap", fresh, "a"),
        ("Deployment", fresh, "web"),
        ("ConfigMap", second, "elsewhere"),
    }

    fewer = ObjectSet(name="spec", namespace=fresh, objects=[namespace_object(fresh), config_map("a")])
    [outcome] = apply(client, [fewer])
    assert trouble(outcome) == []
    parent = reader.parent("spec", fresh)
    annotations = parent["metadata"]["annotations"]
    assert annotations["applyset.kubernetes.io/contains-group-kinds"] == "ConfigMap,Namespace"
    assert not annotations["applyset.kubernetes.io/additional-namespaces"]
    assert reader.members(parent) == {("Namespace", "", fresh), ("ConfigMap", fresh, "a")}
    remove(client, [wanted], wait=False)


def test_parent_is_widened_before_members_and_narrowed_after_prune(
    proxied: Client, proxy: Any, namespace: str
) -> None:
    first = ObjectSet(name="order", namespace=namespace, objects=[config_map("a")])
    apply(proxied, [first], wait=False)
    proxy.requests.clear()
    second = ObjectSet(name="order", namespace=namespace, objects=[secret("b", token="something")])
    apply(proxied, [second], wait=False)
    base = f"/api/v1/namespaces/{namespace}"
    writes = [request for request in proxy.requests if request[0] != "GET"]
    assert writes == [
        ("PATCH", f"{base}/configmaps/order"),
        ("PATCH", f"{base}/secrets/b"),
        ("DELETE", f"{base}/configmaps/a"),
        ("PATCH", f"{base}/configmaps/order"),
    ]


@pytest.mark.req("XC-08")
def test_foreign_objects_of_our_names_are_all_refused_before_anything_is_written(
    client: Client, namespace: str
) -> None:
    create(client, namespace, config_map("theirs", key="precious"))
    helm = {"meta.helm.sh/release-name": "chart"}
    create(client, namespace, secret("chart", token="theirs-too"), annotations=helm)
    objects = [config_map("ours"), config_map("theirs"), secret("chart", token="ours-instead")]
    with pytest.raises(Refused) as refused:
        apply(client, [ObjectSet(name="clash", namespace=namespace, objects=objects)], force_conflicts=True)
    codes = {one.object.split("/")[1]: one.code for one in refused.value.diagnosis}
    assert codes == {"theirs": "ForeignObject", "chart": "OtherOwner"}
    assert "somebody" in str(refused.value)
    assert "Helm release chart" in str(refused.value)
    theirs = client.get("v1", "ConfigMap", "theirs", namespace)
    assert theirs is not None
    assert theirs["data"] == {"key": "precious"}
    assert client.get("v1", "ConfigMap", "ours", namespace) is None
    assert client.get("v1", "ConfigMap", "clash", namespace) is None


@pytest.mark.req("XC-08")
def test_an_object_can_be_handed_over_as_the_message_says(client: Client, namespace: str) -> None:
    create(client, namespace, config_map("theirs", key="value", more="kept"))
    wanted = ObjectSet(name="taking", namespace=namespace, objects=[config_map("theirs", key="value")])
    with pytest.raises(Refused) as refused:
        apply(client, [wanted])
    command = refused.value.diagnosis[0].hint.split("kubectl label ", 1)[1].split()
    label = next(word for word in command if word.startswith("applyset.kubernetes.io/part-of="))
    name, _, value = label.partition("=")
    live = client.get("v1", "ConfigMap", "theirs", namespace)
    assert live is not None
    client.patch(live, {"metadata": {"labels": {name: value}}})
    [outcome] = apply(client, [wanted])
    assert trouble(outcome) == []
    live = client.get("v1", "ConfigMap", "theirs", namespace)
    assert live is not None
    assert live["data"] == {"key": "value", "more": "kept"}


def test_a_set_of_another_tool_is_not_touched(client: Client, namespace: str) -> None:
    labels = {"applyset.kubernetes.io/id": SpecificationReader.expected_id("same", namespace)}
    annotations = {"applyset.kubernetes.io/tooling": "kubectl/v1.37"}
    create(client, namespace, config_map("same"), labels=labels, annotations=annotations)
    wanted = ObjectSet(name="same", namespace=namespace, objects=[config_map("a")])
    for act in (apply, remove):
        with pytest.raises(Refused, match=r"kubectl/v1\.37"):
            act(client, [wanted])
    assert client.get("v1", "ConfigMap", "a", namespace) is None


def test_a_config_map_that_is_no_parent_is_not_made_one(client: Client, namespace: str) -> None:
    create(client, namespace, config_map("settings", key="precious"))
    with pytest.raises(Refused, match="is not the parent of a set"):
        apply(client, [ObjectSet(name="settings", namespace=namespace, objects=[config_map("a")])])
    [outcome] = remove(client, [ObjectSet(name="settings", namespace=namespace)])
    assert not outcome.changed
    live = client.get("v1", "ConfigMap", "settings", namespace)
    assert live is not None
    assert live["data"] == {"key": "precious"}


@pytest.mark.req("XC-08")
def test_an_object_does_not_move_between_sets_unasked(client: Client, namespace: str) -> None:
    first = ObjectSet(name="first", namespace=namespace, objects=[config_map("a"), config_map("b")])
    second = ObjectSet(name="second", namespace=namespace, objects=[config_map("b"), config_map("c")])
    apply(client, [first])
    with pytest.raises(Refused) as refused:
        apply(client, [second])
    [diagnosis] = refused.value.diagnosis
    assert (diagnosis.code, diagnosis.object) == ("OtherSet", f"ConfigMap {namespace}/b")
    assert client.get("v1", "ConfigMap", "c", namespace) is None
    [again] = apply(client, [first])
    assert not again.changed


def test_the_same_object_twice_is_refused(client: Client, namespace: str) -> None:
    first = ObjectSet(name="first", namespace=namespace, objects=[config_map("a"), config_map("a")])
    second = ObjectSet(name="second", namespace=namespace, objects=[config_map("a"), config_map("first")])
    with pytest.raises(Refused) as refused:
        apply(client, [first, second])
    assert [one.code for one in refused.value.diagnosis] == ["Duplicate", "Duplicate", "Duplicate"]


@pytest.mark.req("XC-08")
def test_prune_leaves_everything_that_is_not_ours(client: Client, namespace: str) -> None:
    create(client, namespace, config_map("neighbour"))
    labelled = {"applyset.kubernetes.io/part-of": SpecificationReader.expected_id("tidy", namespace)}
    create(client, namespace, config_map("copied-label"), labels=labelled)
    apply(
        client,
        [ObjectSet(name="tidy", namespace=namespace, objects=[config_map("a"), claim("data"), service("s")])],
        wait=False,
    )
    [outcome] = apply(
        client, [ObjectSet(name="tidy", namespace=namespace, objects=[service("s")])], wait=False
    )
    assert actions(outcome) == {
        "Service s": "unchanged",
        "ConfigMap a": "pruned",
        "PersistentVolumeClaim data": "kept",
    }
    names = {obj["metadata"]["name"] for obj in client.list("v1", "ConfigMap", namespace=namespace)}
    assert {"neighbour", "copied-label", "tidy"} <= names
    assert "a" not in names
    [again] = apply(client, [ObjectSet(name="tidy", namespace=namespace, objects=[service("s")])], wait=False)
    assert not again.changed
    [purged] = apply(
        client, [ObjectSet(name="tidy", namespace=namespace, objects=[service("s")], purge=True)]
    )
    assert actions(purged)["PersistentVolumeClaim data"] == "pruned"


def test_without_prune_leftovers_stay_members(client: Client, namespace: str) -> None:
    apply(client, [ObjectSet(name="slow", namespace=namespace, objects=[config_map("a"), config_map("b")])])
    fewer = ObjectSet(name="slow", namespace=namespace, objects=[config_map("a")])
    [outcome] = apply(client, [fewer], prune=False)
    assert (outcome.changed, actions(outcome)["ConfigMap b"]) == (False, "kept")
    [outcome] = apply(client, [fewer])
    assert actions(outcome)["ConfigMap b"] == "pruned"


@pytest.mark.req("XC-08", "S1-86")
@pytest.mark.proof("C")
def test_what_a_controller_makes_of_our_object_is_neither_pruned_nor_written(
    client: Client, namespace: str
) -> None:
    """KServe copies our label to all that it makes for an InferenceService."""
    wanted = ObjectSet(name="kserve", namespace=namespace, objects=[inference_service("isvc")])
    [outcome] = apply(client, [wanted], wait_timeout=60)
    assert trouble(outcome) == []
    child = client.get("apps/v1", "Deployment", "isvc-predictor", namespace)
    assert child is not None
    both = ObjectSet(
        name="kserve", namespace=namespace, objects=[inference_service("isvc"), deployment("web")]
    )
    [outcome] = apply(client, [both], wait=False)
    assert actions(outcome) == {"Deployment web": "created", "InferenceService isvc": "unchanged"}
    [outcome] = apply(client, [both], wait=False)
    assert not outcome.changed
    greedy = ObjectSet(
        name="kserve", namespace=namespace, objects=[inference_service("isvc"), deployment("isvc-predictor")]
    )
    with pytest.raises(Refused, match="is kept by InferenceService isvc"):
        apply(client, [greedy])
    [outcome] = remove(client, [both], wait_timeout=60)
    assert trouble(outcome) == []
    assert client.get("apps/v1", "Deployment", "isvc-predictor", namespace) is None


@pytest.mark.req("S1-86")
def test_absent_deletes_in_reverse_order_and_twice_is_once(client: Client, namespace: str) -> None:
    objects = [config_map("a"), deployment("web"), claim("data"), secret("s", token="something")]
    wanted = ObjectSet(name="going", namespace=namespace, objects=objects)
    apply(client, [wanted], wait=False)
    [foretold] = remove(client, [wanted], check_mode=True)
    assert foretold.changed
    [outcome] = remove(client, [ObjectSet(name="going", namespace=namespace)])
    assert trouble(outcome) == []
    assert outcome.actions[0].kind == "Deployment"
    assert actions(outcome) == {
        "Deployment web": "deleted",
        "ConfigMap a": "deleted",
        "Secret s": "deleted",
        "PersistentVolumeClaim data": "kept",
    }
    assert {
        name: one.replace("would-delete", "deleted") for name, one in actions(foretold).items()
    } == actions(outcome)
    assert client.get("v1", "ConfigMap", "going", namespace) is None
    [again] = remove(client, [wanted])
    assert (again.changed, again.actions) == (False, [])
    data = client.get("v1", "PersistentVolumeClaim", "data", namespace)
    assert data is not None
    assert "applyset.kubernetes.io/part-of" not in data["metadata"].get("labels", {})

    [outcome] = apply(client, [wanted], wait=False)
    assert trouble(outcome) == []
    assert actions(outcome)["PersistentVolumeClaim data"] == "configured"  # it is a member again
    [outcome] = remove(client, [ObjectSet(name="going", namespace=namespace, purge=True)])
    assert actions(outcome)["PersistentVolumeClaim data"] == "deleted"


def test_a_namespace_goes_only_with_the_set_that_made_it_and_only_when_empty(
    client: Client, fresh: str
) -> None:
    wanted = ObjectSet(name="home", namespace=fresh, objects=[namespace_object(fresh), config_map("a")])
    apply(client, [wanted])
    create(client, fresh, config_map("guest"))
    [outcome] = remove(client, [wanted])
    notes = {f"{action.kind} {action.name}": action.note for action in outcome.actions}
    assert actions(outcome) == {"ConfigMap a": "deleted", f"Namespace {fresh}": "kept"}
    assert f"still contains ConfigMap {fresh}/guest" in notes[f"Namespace {fresh}"]

    client.delete(
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "guest", "namespace": fresh}}
    )
    apply(client, [wanted])
    [outcome] = remove(client, [wanted])
    assert actions(outcome)[f"Namespace {fresh}"] == "deleted"
    assert client.get("v1", "Namespace", fresh) is None


def test_a_namespace_that_was_there_is_joined_and_stays(client: Client, namespace: str) -> None:
    wanted = ObjectSet(
        name="guest", namespace=namespace, objects=[namespace_object(namespace), config_map("a")]
    )
    [outcome] = apply(client, [wanted])
    assert trouble(outcome) == []
    [outcome] = remove(client, [wanted])
    assert actions(outcome)[f"Namespace {namespace}"] == "kept"
    live = client.get("v1", "Namespace", namespace)
    assert live is not None
    assert "applyset.kubernetes.io/part-of" not in live["metadata"]["labels"]


def test_a_definition_in_use_by_others_stays(client: Client, namespace: str, fresh: str) -> None:
    group = f"{fresh}.example.com"
    bundle = ObjectSet(name="bundle", namespace=namespace, objects=[definition(group)])
    user = ObjectSet(name="user", namespace=namespace, objects=[widget(group, "w")])
    apply(client, [bundle])
    apply(client, [user])
    [outcome] = remove(client, [bundle])
    assert [(action.action, action.note) for action in outcome.actions] == [
        ("kept", f"still defines Widget {namespace}/w")
    ]
    assert client.get(f"{group}/v1", "Widget", "w", namespace) is not None
    remove(client, [user])
    apply(client, [bundle])
    [outcome] = remove(client, [bundle])
    assert actions(outcome) == {f"CustomResourceDefinition widgets.{group}": "deleted"}


def test_a_missing_namespace_is_named_before_anything_is_written(client: Client, fresh: str) -> None:
    with pytest.raises(Refused) as refused:
        apply(client, [ObjectSet(name="lost", namespace=fresh, objects=[config_map("a")])])
    assert [(one.code, one.object) for one in refused.value.diagnosis] == [
        ("NamespaceMissing", f"Namespace {fresh}")
    ]


def test_an_unknown_kind_is_named_with_the_nearest(client: Client, namespace: str) -> None:
    wrong = {**deployment("web"), "kind": "Deploymint"}
    with pytest.raises(Refused, match="Did you mean Deployment of apps/v1"):
        apply(client, [ObjectSet(name="wrong", namespace=namespace, objects=[wrong])])


def test_many_sets_in_one_run_fail_alone(client: Client, namespace: str) -> None:
    wrong = config_map("b")
    wrong["data"] = {"key": {"not": "a text"}}
    sets = [
        ObjectSet(name=name, namespace=namespace, objects=[obj, deployment(f"{name}-web")])
        for name, obj in (
            ("one", config_map("a")),
            ("two", wrong),
            ("three", config_map("c")),
            ("four", config_map("d")),
        )
    ]
    outcomes = {outcome.name: outcome for outcome in apply(client, sets, wait=False)}
    assert [name for name, outcome in outcomes.items() if outcome.diagnosis] == ["two"]
    assert actions(outcomes["two"]) == {}  # the stage after the failure did not begin
    assert set(actions(outcomes["one"]).values()) == {"created"}
    again = apply(client, [one for one in sets if one.name != "two"], wait=False)
    assert not any(outcome.changed for outcome in again)
