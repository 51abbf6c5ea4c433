# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A set from its first apply to its removal, on a real API server with real definitions and controllers."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._apply import ObjectSet, apply, inspect, remove
from ansible_collections.inferops.serving.plugins.module_utils._cluster import Client

from .fault_proxy import Proxy
from .samples import (
    Object,
    actions,
    autoscaler,
    claim,
    config_map,
    definition,
    deployment,
    inference_service,
    job,
    leader_workers,
    namespace_object,
    secret,
    service,
    trouble,
    widget,
)

pytestmark = [pytest.mark.proof("A")]

KINDS_OF_THE_MIXTURE = 5
READS = 10
"""Requests besides those for single objects: discovery, namespace, parent, and one list for each kind."""


def mixture(number: int) -> list[Object]:
    objects: list[Object] = []
    for index in range(number // KINDS_OF_THE_MIXTURE):
        name = f"o{index}"
        objects += [
            deployment(name),
            service(name),
            config_map(name),
            secret(name, password=f"not-for-anyone-{index}"),
            autoscaler(name),
        ]
    return objects


@pytest.mark.req("XC-05")
def test_three_hundred_objects_cost_one_request_each_and_a_constant(
    proxied: Client, proxy: Proxy, namespace: str
) -> None:
    objects = mixture(300)
    wanted = ObjectSet(name="many", namespace=namespace, objects=objects)

    def run(objects: list[Object]) -> tuple[Any, int]:
        proxy.requests.clear()
        [outcome] = apply(proxied, [ObjectSet(name="many", namespace=namespace, objects=objects)], wait=False)
        assert trouble(outcome) == []
        return outcome, len(proxy.requests)

    first, _ = run(objects)
    assert set(actions(first).values()) == {"created"}
    assert len(first.actions) == len(objects)

    again, requests = run(objects)
    assert not again.changed
    assert set(actions(again).values()) == {"unchanged"}
    assert proxy.count("PATCH") == len(objects)
    assert requests <= len(objects) + READS

    changed = copy.deepcopy(objects)
    changed[2]["data"]["key"] = "other"
    third, requests = run(changed)
    assert [one for one in actions(third).items() if one[1] != "unchanged"] == [
        ("ConfigMap o0", "configured")
    ]
    assert requests <= len(objects) + READS

    removed = changed[:2] + changed[3:]
    fourth, requests = run(removed)
    assert [one for one in actions(fourth).items() if one[1] != "unchanged"] == [("ConfigMap o0", "pruned")]
    assert requests <= len(removed) + READS + 1
    assert proxied.get("v1", "ConfigMap", "o0", namespace) is None
    remove(proxied, [wanted], wait=False)


@pytest.mark.req("XC-05", "XC-04")
@pytest.mark.proof("C")
def test_second_run_changes_nothing_for_any_kind(client: Client, namespace: str, fresh: str) -> None:
    """Built-in kinds, kinds with webhooks and defaulting controllers behind them, and a definition of
    KServe's size."""
    large = kserve_sized_definition(client, group=f"{fresh}.example.com")
    assert len(json.dumps(large)) > 500_000  # client-side apply ends at half of it
    objects = [
        deployment("web", replicas=1),
        service("web"),
        secret("web", token="only-for-the-server"),
        config_map("web"),
        job("once"),
        autoscaler("web"),
        claim("data"),
        inference_service("isvc"),
        leader_workers("group"),
        large,
    ]
    wanted = ObjectSet(name="kinds", namespace=namespace, objects=objects)
    try:
        [first] = apply(client, [wanted], wait=False)
        assert trouble(first) == []
        assert set(actions(first).values()) == {"created"}
        for _ in range(2):
            [again] = apply(client, [wanted], wait=False)
            assert (trouble(again), again.changed, set(actions(again).values())) == ([], False, {"unchanged"})
        live = client.get(large["apiVersion"], large["kind"], large["metadata"]["name"])
        assert live is not None
        assert "kubectl.kubernetes.io/last-applied-configuration" not in live["metadata"].get(
            "annotations", {}
        )
    finally:
        remove(client, [ObjectSet(name="kinds", namespace=namespace, purge=True)], wait=False)


def kserve_sized_definition(client: Client, *, group: str) -> Object:
    """KServe's own InferenceService definition under another group."""
    live = client.get(
        "apiextensions.k8s.io/v1", "CustomResourceDefinition", "inferenceservices.serving.kserve.io"
    )
    assert live is not None
    spec = copy.deepcopy(live["spec"])
    spec["group"] = group
    spec.pop("conversion", None)
    spec["names"].pop("categories", None)
    return {
        "apiVersion": live["apiVersion"],
        "kind": live["kind"],
        "metadata": {"name": f"{spec['names']['plural']}.{group}"},
        "spec": spec,
    }


@pytest.mark.req("XC-05")
def test_what_others_own_stays_and_is_no_change(client: Client, namespace: str) -> None:
    """An autoscaler's replicas, an annotation of somebody, a field that a webhook filled in."""
    wanted = ObjectSet(name="shared", namespace=namespace, objects=[deployment("web", replicas=None)])
    apply(client, [wanted], wait=False)
    path = f"/apis/apps/v1/namespaces/{namespace}/deployments/web"
    client.request(
        "PATCH",
        f"{path}/scale",
        query={"fieldManager": "autoscaler"},
        body={"spec": {"replicas": 3}},
        content_type="application/merge-patch+json",
    )
    client.request(
        "PATCH",
        path,
        query={"fieldManager": "somebody"},
        body={"metadata": {"annotations": {"example.com/note": "mine"}}},
        content_type="application/merge-patch+json",
    )
    [again] = apply(client, [wanted], wait=False)
    assert not again.changed
    live = client.get("apps/v1", "Deployment", "web", namespace)
    assert live is not None
    assert live["spec"]["replicas"] == 3
    assert live["metadata"]["annotations"]["example.com/note"] == "mine"


@pytest.mark.req("XC-05")
def test_a_field_we_stop_sending_goes_unless_another_holds_it(client: Client, namespace: str) -> None:
    before = deployment("web", replicas=2)
    before["metadata"]["annotations"] = {"example.com/only-ours": "x"}
    [first] = apply(client, [ObjectSet(name="less", namespace=namespace, objects=[before])], wait=False)
    assert first.changed
    client.request(
        "PATCH",
        f"/apis/apps/v1/namespaces/{namespace}/deployments/web/scale",
        query={"fieldManager": "autoscaler"},
        body={"spec": {"replicas": 4}},
        content_type="application/merge-patch+json",
    )
    after = ObjectSet(name="less", namespace=namespace, objects=[deployment("web", replicas=None)])
    [second] = apply(client, [after], wait=False)
    assert (trouble(second), actions(second)) == ([], {"Deployment web": "configured"})
    live = client.get("apps/v1", "Deployment", "web", namespace)
    assert live is not None
    assert live["spec"]["replicas"] == 4
    assert "example.com/only-ours" not in live["metadata"].get("annotations", {})


@pytest.mark.req("XC-06")
@pytest.mark.proof("C")
def test_check_mode_says_what_the_real_run_does(client: Client, namespace: str) -> None:
    start = [
        deployment("web"),
        config_map("kept"),
        config_map("gone"),
        secret("s", token="first-value"),
        job("once"),
    ]
    then = [
        deployment("web", image="example.com/server:2"),
        config_map("kept"),
        secret("s", token="second-value"),
    ]
    then += [service("web"), job("once", image="example.com/job:2")]
    # waited for, so that controllers have written what they write
    apply(client, [ObjectSet(name="check", namespace=namespace, objects=start)])
    wanted = ObjectSet(name="check", namespace=namespace, objects=then)
    version = versions(client, namespace)
    [foretold] = apply(client, [wanted], check_mode=True, recreate=["Job"], show_diff=True)
    assert versions(client, namespace) == version
    [done] = apply(client, [wanted], recreate=["Job"], wait=False, show_diff=True)
    assert trouble(foretold) == trouble(done) == []
    past = {"would-create": "created", "would-configure": "configured", "would-recreate": "recreated"}
    past["would-prune"] = "pruned"
    assert {name: past.get(one, one) for name, one in actions(foretold).items()} == actions(done)
    assert foretold.changed
    assert done.changed
    compared = ("Deployment", "Secret", "ConfigMap")
    shown = [
        {
            entry["after_header"]: entry["after"].splitlines()
            for entry in one.diff
            if entry["after_header"].startswith(compared)
        }
        for one in (foretold, done)
    ]
    assert shown[0] == shown[1]


def versions(client: Client, namespace: str) -> dict[str, str]:
    """What changes with what a user says of an object, and not with what its controller does meanwhile."""
    return {
        f"{kind} {obj['metadata']['name']}": obj["metadata"].get(
            "generation", obj["metadata"]["resourceVersion"]
        )
        for version, kind in (("v1", "ConfigMap"), ("v1", "Secret"), ("v1", "Service"), ("batch/v1", "Job"))
        for obj in client.list(version, kind, namespace=namespace)
    }


@pytest.mark.req("XC-06")
def test_check_mode_where_namespace_and_kind_come_in_the_same_set(client: Client, fresh: str) -> None:
    group = f"{fresh}.example.com"
    objects = [widget(group, "first"), config_map("c"), definition(group), namespace_object(fresh)]
    wanted = ObjectSet(name="whole", namespace=fresh, objects=objects)
    try:
        [foretold] = apply(client, [wanted], check_mode=True, show_diff=True)
        assert set(actions(foretold).values()) == {"would-create"}
        notes = {action.kind: action.note for action in foretold.actions}
        assert notes["CustomResourceDefinition"] == notes["Namespace"] == ""
        assert "not checked by the server" in notes["Widget"]
        assert "not checked by the server" in notes["ConfigMap"]
        assert client.get("v1", "Namespace", fresh) is None

        [done] = apply(client, [wanted])
        assert trouble(done) == []
        assert set(actions(done)) == set(actions(foretold))
        assert set(actions(done).values()) == {"created"}
        order = [action.kind for action in done.actions]
        assert order == ["Namespace", "CustomResourceDefinition", "ConfigMap", "Widget"]

        [again] = apply(client, [wanted])
        assert not again.changed
    finally:
        [removed] = remove(client, [wanted])
    assert trouble(removed) == []
    kinds = [action.kind for action in removed.actions]
    assert kinds == ["Widget", "ConfigMap", "CustomResourceDefinition", "Namespace"]
    assert client.get("v1", "Namespace", fresh) is None


@pytest.mark.req("XC-06", "XC-13")
def test_diff_shows_that_a_secret_changed_and_not_what_it_is(client: Client, namespace: str) -> None:
    def run(value: str) -> str:
        wanted = ObjectSet(
            name="hidden", namespace=namespace, objects=[secret("s", token=value, user="constant-name")]
        )
        [outcome] = apply(client, [wanted], show_diff=True, wait=False)
        return json.dumps(outcome.diff)

    run("the-first-password")
    shown = run("the-second-password")
    for value in (
        "the-first-password",
        "the-second-password",
        "dGhlLWZpcnN0",
        "dGhlLXNlY29uZ",
        "constant-name",
    ):
        assert value not in shown
    [entry] = json.loads(shown)
    before, after = entry["before"].splitlines(), entry["after"].splitlines()
    different = [(one, other) for one, other in zip(before, after, strict=True) if one != other]
    assert len(different) == 1
    assert "token: (secret, " in different[0][0]


@pytest.mark.req("XC-04")
def test_unknown_field_is_refused_by_the_server_and_explained(client: Client, namespace: str) -> None:
    wrong = deployment("web")
    wrong["spec"]["template"]["spec"]["containers"][0]["imagee"] = "typo"
    [outcome] = apply(client, [ObjectSet(name="typo", namespace=namespace, objects=[wrong])], wait=False)
    [diagnosis] = outcome.diagnosis
    assert diagnosis.code == "InvalidSpec"
    assert "imagee" in diagnosis.message
    assert client.get("apps/v1", "Deployment", "web", namespace) is None


def test_inspection_finds_drift_and_foreign_managers(client: Client, namespace: str) -> None:
    objects = [config_map("a"), deployment("web", replicas=1)]
    wanted = ObjectSet(name="looked-at", namespace=namespace, objects=objects)
    assert not inspect(client, ObjectSet(name="looked-at", namespace=namespace)).exists
    apply(client, [wanted], wait=False)
    client.request(
        "PATCH",
        f"/api/v1/namespaces/{namespace}/configmaps/a",
        query={"fieldManager": "kubectl-edit"},
        body={"data": {"key": "by hand"}},
        content_type="application/merge-patch+json",
    )
    found = inspect(client, wanted)
    assert (found.exists, found.owned) == (True, True)
    assert [obj["kind"] for obj in found.members] == ["ConfigMap", "Deployment"]
    assert [(one.object, one.manager, one.fields) for one in found.foreign] == [
        (f"ConfigMap {namespace}/a", "kubectl-edit", ("data.key",))
    ]
    assert [(action.name, action.action) for action in found.drift] == [("a", "would-configure")]
    assert "by hand" in found.diff[0]["before"]


@pytest.mark.req("XC-09")
@pytest.mark.proof("C")
def test_each_set_gets_its_own_verdict(client: Client, namespace: str) -> None:
    """A set that cannot become ready ends neither the wait for the others nor their report."""
    slow = deployment("slow", replicas=1)
    slow["spec"]["template"]["metadata"]["annotations"] = {"sim.lab/ready-after": "6s"}
    broken = deployment("broken", replicas=1, image="example.com/does-not-exist:1")
    sets = [
        ObjectSet(name=obj["metadata"]["name"] + "-set", namespace=namespace, objects=[obj])
        for obj in (slow, broken)
    ]
    lines: list[str] = []
    good, bad = apply(client, sets, wait_timeout=90, progress=lines.append)
    assert trouble(good) == []
    live = client.get("apps/v1", "Deployment", "slow", namespace)
    assert live is not None
    assert live["status"]["readyReplicas"] == 1
    assert [one.code for one in bad.diagnosis] == ["ImagePull"]
    said = next(index for index, line in enumerate(lines) if "ImagePull" in line)
    assert said < len(lines) - 1, "trouble is told while the others are still waited for"


def test_a_namespace_that_is_leaving_is_waited_for_and_made_again(client: Client, fresh: str) -> None:
    wanted = ObjectSet(name="again", namespace=fresh, objects=[namespace_object(fresh), config_map("c")])
    apply(client, [wanted])
    client.delete({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": fresh}})
    [outcome] = apply(client, [wanted], wait_timeout=60)
    assert trouble(outcome) == []
    assert set(actions(outcome).values()) == {"created"}


@pytest.mark.req("XC-05")
def test_two_versions_of_one_kind_in_a_set_are_no_change(client: Client, namespace: str) -> None:
    older = {
        "apiVersion": "autoscaling/v1",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "older"},
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
            "maxReplicas": 3,
            "targetCPUUtilizationPercentage": 80,
        },
    }
    wanted = ObjectSet(name="versions", namespace=namespace, objects=[older, autoscaler("newer")])
    [first] = apply(client, [wanted], wait=False)
    assert trouble(first) == []
    [again] = apply(client, [wanted], wait=False)
    assert not again.changed
