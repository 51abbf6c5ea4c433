# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fields with two masters: conflicts are explained, client-side apply is succeeded, immutable fields have a
policy."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._apply import ObjectSet, apply, remove
from ansible_collections.inferops.serving.plugins.module_utils._cluster import Client

from .samples import (
    Object,
    actions,
    claim,
    config_map,
    deployment,
    inference_service,
    job,
    leader_workers,
    secret,
    service,
    trouble,
)

pytestmark = [pytest.mark.proof("A")]

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def merge(client: Client, obj: Object, change: Object, *, manager: str) -> None:
    client.request(
        "PATCH",
        client.path(obj),
        query={"fieldManager": manager},
        body=change,
        content_type="application/merge-patch+json",
    )


def live_of(client: Client, obj: Object, namespace: str) -> Object:
    live = client.get(obj["apiVersion"], obj["kind"], obj["metadata"]["name"], namespace)
    assert live is not None
    return live


def client_side_apply(client: Client, namespace: str, obj: Object, *, manager: str) -> Object:
    """What ``kubectl apply`` and ``kubernetes.core.k8s`` do: the record in an annotation, an Update of their
    own."""
    record = json.dumps(obj, separators=(",", ":"))
    body = {**obj, "metadata": {**obj["metadata"], "annotations": {LAST_APPLIED: record}}}
    path = client.resource(obj["apiVersion"], obj["kind"]).path(namespace)
    return client.request("POST", path, query={"fieldManager": manager}, body=body)


@pytest.mark.req("XC-04")
def test_conflict_names_manager_and_field_and_force_resolves_it(client: Client, namespace: str) -> None:
    wanted = ObjectSet(name="fight", namespace=namespace, objects=[deployment("web", replicas=1)])
    apply(client, [wanted], wait=False)
    live = live_of(client, deployment("web"), namespace)
    merge(client, live, {"spec": {"replicas": 5}}, manager="kubectl-edit")
    for check_mode in (True, False):
        [outcome] = apply(client, [wanted], check_mode=check_mode, wait=False)
        [diagnosis] = outcome.diagnosis
        assert diagnosis.code == "Conflict"
        assert "kubectl-edit holds spec.replicas" in diagnosis.message
        assert "force_conflicts" in diagnosis.hint
    assert live_of(client, deployment("web"), namespace)["spec"]["replicas"] == 5
    [forced] = apply(client, [wanted], force_conflicts=True, wait=False)
    assert (trouble(forced), actions(forced)) == ([], {"Deployment web": "configured"})
    assert live_of(client, deployment("web"), namespace)["spec"]["replicas"] == 1


@pytest.mark.req("XC-04")
@pytest.mark.parametrize("manager", ["kubectl-client-side-apply", "OpenAPI-Generator"])
def test_client_side_apply_is_taken_over_without_lost_or_doubled_fields(
    client: Client, namespace: str, manager: str
) -> None:
    before = deployment("web", replicas=2)
    before["metadata"]["labels"] = {"stays": "yes", "goes": "soon"}
    containers = before["spec"]["template"]["spec"]["containers"]
    containers[0]["env"].append({"name": "GOES", "value": "too"})
    live = client_side_apply(client, namespace, before, manager=manager)
    merge(client, live, {"metadata": {"labels": {"somebodys": "own"}}}, manager="somebody")
    after = deployment("web", replicas=2, image="example.com/server:2")
    after["metadata"]["labels"] = {"stays": "yes"}
    wanted = ObjectSet(name="heir", namespace=namespace, objects=[after])

    [foretold] = apply(client, [wanted], check_mode=True, show_diff=True)
    assert LAST_APPLIED in live_of(client, after, namespace)["metadata"]["annotations"]
    [outcome] = apply(client, [wanted], wait=False, show_diff=True)
    assert trouble(outcome) == []
    assert actions(outcome) == {"Deployment web": "configured"}
    assert actions(foretold) == {"Deployment web": "would-configure"}
    assert without_revision(foretold.diff[0]["after"]) == without_revision(outcome.diff[0]["after"])

    live = live_of(client, after, namespace)
    labels = live["metadata"]["labels"]
    assert {key: labels.get(key) for key in ("stays", "goes", "somebodys")} == {
        "stays": "yes",
        "goes": None,
        "somebodys": "own",
    }
    [container] = live["spec"]["template"]["spec"]["containers"]
    assert container["image"] == "example.com/server:2"
    assert container["env"] == [{"name": "MODE", "value": "fast"}]
    assert LAST_APPLIED not in live["metadata"].get("annotations", {})
    managers = {
        entry["manager"] for entry in live["metadata"]["managedFields"] if entry.get("subresource") is None
    }
    assert manager not in managers
    [again] = apply(client, [wanted], wait=False)
    assert not again.changed


def without_revision(text: str) -> list[str]:
    """The Deployment controller writes its annotation when it comes round."""
    return [
        line
        for line in text.splitlines()
        if "annotations:" not in line and "deployment.kubernetes.io/" not in line
    ]


@pytest.mark.req("XC-04")
def test_take_over_keeps_ports_that_client_side_apply_confuses(client: Client, namespace: str) -> None:
    client_side_apply(client, namespace, service("dns"), manager="kubectl-client-side-apply")
    wanted = ObjectSet(name="ports", namespace=namespace, objects=[service("dns")])
    [outcome] = apply(client, [wanted])
    assert trouble(outcome) == []
    ports = live_of(client, service("dns"), namespace)["spec"]["ports"]
    assert [(port["port"], port["protocol"]) for port in ports] == [(53, "UDP"), (53, "TCP")]


def test_take_over_stops_when_a_third_manager_objects(client: Client, namespace: str) -> None:
    live = client_side_apply(
        client, namespace, config_map("c", key="old"), manager="kubectl-client-side-apply"
    )
    merge(client, live, {"data": {"key": "by hand"}}, manager="kubectl-edit")
    wanted = ObjectSet(name="three", namespace=namespace, objects=[config_map("c", key="new")])
    [outcome] = apply(client, [wanted])
    assert [one.code for one in outcome.diagnosis] == ["Conflict"]
    live = live_of(client, config_map("c"), namespace)
    assert live["data"] == {"key": "by hand"}
    assert LAST_APPLIED in live["metadata"]["annotations"]  # nothing was taken over by halves


@pytest.mark.req("XC-13")
def test_take_over_of_a_secret_shows_no_bytes_of_its_record(client: Client, namespace: str) -> None:
    old = {**secret("s"), "data": {"token": "b2xkLXRva2VuLXZhbHVl"}}
    old.pop("stringData")
    client_side_apply(client, namespace, old, manager="kubectl-client-side-apply")
    wanted = ObjectSet(name="hush", namespace=namespace, objects=[secret("s", token="new-token-value")])
    [outcome] = apply(client, [wanted], show_diff=True)
    assert trouble(outcome) == []
    shown = json.dumps(outcome.diff)
    for text in ("b2xkLXRva2Vu", "old-token-value", "new-token-value", "bmV3LXRva2Vu"):
        assert text not in shown


IMMUTABLE: list[tuple[Any, Any, str]] = [
    (job("once"), job("once", image="example.com/job:2"), "example.com/job:1 -> example.com/job:2"),
    (
        claim("data"),
        {**claim("data"), "spec": {**claim("data")["spec"], "storageClassName": "other"}},
        "other",
    ),
    (
        deployment("web"),
        {
            **deployment("web"),
            "spec": {
                **deployment("web")["spec"],
                "selector": {"matchLabels": {"app": "web", "tier": "new"}},
                "template": {
                    **deployment("web")["spec"]["template"],
                    "metadata": {"labels": {"app": "web", "tier": "new"}},
                },
            },
        },
        "spec.selector",
    ),
    (
        secret("fixed", token="the-old-value") | {"immutable": True},
        secret("fixed", token="the-new-value"),
        "(secret, ",
    ),
]


@pytest.mark.req("XC-07")
@pytest.mark.proof("C")
@pytest.mark.parametrize(("before", "after", "shown"), IMMUTABLE, ids=lambda value: None)
def test_immutable_field_is_explained_and_recreated_when_asked(
    client: Client, namespace: str, before: Object, after: Object, shown: str
) -> None:
    after = {**after, **({"immutable": True} if before.get("immutable") else {})}
    apply(client, [ObjectSet(name="fixed-set", namespace=namespace, objects=[before])], wait=False)
    wanted = ObjectSet(name="fixed-set", namespace=namespace, objects=[after])
    uid = live_of(client, before, namespace)["metadata"]["uid"]
    for check_mode in (True, False):
        [outcome] = apply(client, [wanted], check_mode=check_mode, wait=False)
        [diagnosis] = outcome.diagnosis
        assert diagnosis.code == "Immutable"
        assert shown in diagnosis.message
        assert before["kind"] in diagnosis.hint
        assert "the-old-value" not in str(diagnosis)
        assert "the-new-value" not in str(diagnosis)
    assert live_of(client, before, namespace)["metadata"]["uid"] == uid

    name = f"{before['kind']} {before['metadata']['name']}"
    [foretold] = apply(client, [wanted], check_mode=True, recreate=[before["kind"]])
    assert actions(foretold) == {name: "would-recreate"}
    [done] = apply(client, [wanted], recreate=[before["kind"]], wait=False, wait_timeout=60)
    assert (trouble(done), actions(done)) == ([], {name: "recreated"})
    assert live_of(client, before, namespace)["metadata"]["uid"] != uid
    [again] = apply(client, [wanted], wait=False)
    assert not again.changed


@pytest.mark.req("XC-07")
def test_immutable_source_of_a_volume_is_explained(client: Client, namespace: str, fresh: str) -> None:
    def volume(path: str) -> Object:
        return {
            "apiVersion": "v1",
            "kind": "PersistentVolume",
            "metadata": {"name": fresh},
            "spec": {
                "capacity": {"storage": "1Gi"},
                "accessModes": ["ReadOnlyMany"],
                "persistentVolumeReclaimPolicy": "Retain",
                "storageClassName": "",
                "nfs": {"server": "nfs.example.com", "path": path},
            },
        }

    apply(client, [ObjectSet(name="vol", namespace=namespace, objects=[volume("/a")])], wait=False)
    [outcome] = apply(
        client, [ObjectSet(name="vol", namespace=namespace, objects=[volume("/b")])], wait=False
    )
    [diagnosis] = outcome.diagnosis
    assert diagnosis.code == "Immutable"
    assert "/a -> /b" in diagnosis.message
    [outcome] = remove(client, [ObjectSet(name="vol", namespace=namespace)])
    assert actions(outcome) == {f"PersistentVolume {fresh}": "kept"}
    client.delete(volume("/a"))


@pytest.mark.req("XC-07")
def test_size_of_a_group_can_change_but_its_network_cannot(client: Client, namespace: str) -> None:
    before = leader_workers("group")
    apply(client, [ObjectSet(name="lws", namespace=namespace, objects=[before])], wait=False)
    larger = leader_workers("group")
    larger["spec"]["leaderWorkerTemplate"]["size"] = 3
    [outcome] = apply(client, [ObjectSet(name="lws", namespace=namespace, objects=[larger])], wait=False)
    assert (trouble(outcome), actions(outcome)) == ([], {"LeaderWorkerSet group": "configured"})


@pytest.mark.req("S0-19", "XC-07")
@pytest.mark.proof("C")
def test_deployment_mode_of_an_inference_service_needs_a_new_one(client: Client, namespace: str) -> None:
    """KServe refuses the change once the mode is in the status, which its real controller writes."""
    before = inference_service("isvc")
    [outcome] = apply(
        client, [ObjectSet(name="mode", namespace=namespace, objects=[before])], wait_timeout=60
    )
    assert trouble(outcome) == []
    after = inference_service("isvc")
    after["metadata"]["annotations"]["serving.kserve.io/deploymentMode"] = "Knative"
    wanted = ObjectSet(name="mode", namespace=namespace, objects=[after])
    [outcome] = apply(client, [wanted], check_mode=True)
    [diagnosis] = outcome.diagnosis
    assert diagnosis.code == "Immutable"
    assert "deploymentMode" in diagnosis.message
    assert "Name InferenceService in recreate" in diagnosis.hint
    [foretold] = apply(client, [wanted], check_mode=True, recreate=["InferenceService"])
    assert actions(foretold) == {"InferenceService isvc": "would-recreate"}
    uid = live_of(client, before, namespace)["metadata"]["uid"]
    [done] = apply(client, [wanted], recreate=["InferenceService"], wait=False, wait_timeout=60)
    assert (trouble(done), actions(done)) == ([], {"InferenceService isvc": "recreated"})
    assert live_of(client, before, namespace)["metadata"]["uid"] != uid
