# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a bundle must have caused before it counts: an API that answers, devices on every GPU node."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._apply import Refused
from ansible_collections.inferops.serving.plugins.module_utils._bundles import (
    Names,
    Transformation,
    Wish,
    bring,
    take_away,
)
from ansible_collections.inferops.serving.plugins.module_utils._catalogue.gpus import RESOURCE_NAMES
from ansible_collections.inferops.serving.plugins.module_utils._cluster import Client
from ansible_collections.inferops.serving.plugins.module_utils._gpu_nodes import Selection
from ansible_collections.inferops.serving.plugins.module_utils._prerequisites.simulate import (
    Devices,
    end_simulation,
    simulate,
)

from tests.support.lab import Lab
from tests.support.playbook import ROOT

from .conftest import daemon_set, marks, nothing, wish, written

pytestmark = [pytest.mark.proof("A", "C")]
SCENARIOS = ROOT / "extensions" / "molecule"
ADAPTER = SCENARIOS / "monitoring" / "bundles" / "adapter.yaml"
NAMES = Names(resources=RESOURCE_NAMES["hami"], scheduler="hami-scheduler")
MERGE = "application/merge-patch+json"
OWN = {"nvidia.com/gpu": "present"}
TOLERATION = {"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}
REGISTER, HANDSHAKE = "hami.io/node-nvidia-register", "hami.io/node-handshake"
THEIRS = {
    "apiVersion": "apiregistration.k8s.io/v1",
    "kind": "APIService",
    "metadata": {"name": "v1beta1.custom.metrics.k8s.io"},
    "spec": {
        "group": "custom.metrics.k8s.io",
        "version": "v1beta1",
        "insecureSkipTLSVerify": True,
        "groupPriorityMinimum": 100,
        "versionPriority": 100,
        "service": {"name": "somebody", "namespace": "default", "port": 443},
    },
}


@pytest.mark.req("S1-31")
def test_an_api_that_somebody_answers_for_is_never_overwritten_and_has_to_answer(
    client: Client, put: Callable[[dict[str, Any]], Any]
) -> None:
    put(THEIRS)
    before = written(client)
    beside = bring(client, wish("adapter", ADAPTER), download=nothing, wait_timeout=3)
    assert (beside.decision.action, beside.changed) == ("verify", False)
    assert [one.code for one in beside.diagnosis] == ["NoEffect"]
    assert "does not answer" in beside.diagnosis[0].message
    for manner in ("adopt", "fail"):
        with pytest.raises(Refused, match="APIService"):
            bring(client, wish("adapter", ADAPTER, if_exists=manner), download=nothing)
    live = client.get(THEIRS["apiVersion"], "APIService", "v1beta1.custom.metrics.k8s.io")
    assert live
    assert live["spec"]["service"]["name"] == "somebody"
    assert written(client) == before


def test_the_api_of_series_stays_while_autoscalers_read_it(
    client: Client, put: Callable[[dict[str, Any]], Any]
) -> None:
    adapter = wish("adapter", ADAPTER)
    bring(client, adapter, download=nothing, wait=False)
    series = {"metric": {"name": "queue"}, "target": {"type": "AverageValue", "averageValue": "1"}}
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "served"}
    reader = put(
        {
            "apiVersion": "autoscaling/v2",
            "kind": "HorizontalPodAutoscaler",
            "metadata": {"name": "reader", "namespace": "default"},
            "spec": {
                "maxReplicas": 2,
                "scaleTargetRef": target,
                "metrics": [{"type": "Pods", "pods": series}],
            },
        }
    )
    try:
        with pytest.raises(Refused, match=r"1 autoscalers read .* default/reader"):
            take_away(client, adapter)
        client.delete(reader)
        assert take_away(client, adapter)[0].changed
    finally:
        take_away(client, adapter, force=True)


@pytest.mark.req("S3-01")
def test_the_cache_device_has_to_be_advertised_by_a_node(client: Client) -> None:
    existing = wish("aidaptiv", Path("none"), mode="existing")
    [missing] = bring(client, existing, download=nothing).diagnosis
    assert (missing.code, missing.object) == ("NoEffect", "aidaptiv")

    devices = Devices(
        resource="phison.com/ai100",
        per_node=2,
        labels={"phison.com/ai100-present": "true"},
        selection=Selection(names=["bare-1"]),
    )
    before = marks(client)
    simulate(client, devices, check_mode=False)
    found = bring(client, existing, download=nothing)
    assert not found.diagnosis
    assert found.finding.evidence[0] == "node bare-1 advertise phison.com/ai100, which is simulated"
    assert not any(patch.changed for patch in simulate(client, devices, check_mode=False))
    end_simulation(client, devices, force=False, check_mode=False)
    assert [one.code for one in bring(client, existing, download=nothing).diagnosis] == ["NoEffect"]
    assert marks(client) == before


@pytest.fixture
def hami(bare: Lab, client: Client) -> Wish:
    """HAMi's names, a certificate authority, and the nodes that the role chooses."""
    authority = base64.b64encode((bare.kubeconfig.parent / "pki" / "ca.crt").read_bytes()).decode()
    patches = [
        {
            "target": {"kind": "MutatingWebhookConfiguration"},
            "ops": [{"op": "add", "path": "/webhooks/0/clientConfig/caBundle", "value": authority}],
        },
        {
            "target": {"kind": "DaemonSet"},
            "ops": [{"op": "add", "path": "/spec/template/spec/nodeSelector", "value": OWN}],
        },
    ]
    bundle = SCENARIOS / "hami" / "bundles" / "hami.yaml"
    image = f"registry.k8s.io/kube-scheduler:{client.version()}"
    how = Transformation(
        namespace="kube-system",
        tolerations=[TOLERATION],
        images={"kube-scheduler": image},
        patches=patches,
    )
    return wish("hami", bundle, how=how)


@pytest.mark.req("S3-10", "S3-11")
def test_hami_of_another_version_or_with_other_names_is_refused_before_anything_is_written(
    client: Client, hami: Wish
) -> None:
    before = written(client)
    as_rendered = replace(hami, how=replace(hami.how, images={}))
    with pytest.raises(Refused, match=f"is not of the cluster's version, {client.version()}"):
        bring(client, as_rendered, download=nothing)
    others = Names(resources=RESOURCE_NAMES["otterscale"], scheduler="gpu-scheduler")
    with pytest.raises(Refused) as refused:
        bring(client, replace(as_rendered, names=others), download=nothing)
    assert len(refused.value.diagnosis) == 5, "its version, three resources and the scheduler"
    assert written(client) == before


@pytest.mark.req("S3-11")
def test_hami_is_judged_on_each_gpu_node(client: Client, hami: Wish, put: Callable[..., Any]) -> None:
    """Faults are caused on one node; the other one has what the lab makes of HAMi's programs."""

    def tell(name: str, shares: str | None, **annotations: str | None) -> None:
        amounts = {"nvidia.com/gpu": shares}
        status = {"status": {"capacity": amounts, "allocatable": amounts}}
        path, kind = f"/api/v1/nodes/{name}", MERGE
        client.request("PATCH", f"{path}/status", body=status, content_type=kind)
        client.request("PATCH", path, body={"metadata": {"annotations": annotations}}, content_type=kind)

    def faults(names: Names = NAMES) -> dict[str, str]:
        verified = replace(hami, mode="verify", names=names)
        found = bring(client, verified, download=nothing, wait_timeout=0.1)
        return {one.object: f"{one.message} {one.hint}" for one in found.diagnosis}

    well = {
        REGISTER: '[{"id":"GPU-0","count":10,"health":true}]',
        HANDSHAKE: "Requesting_2026-01-23 04:30:04",
    }
    try:
        assert not bring(client, hami, download=nothing, wait_timeout=60).diagnosis
        node = client.get("v1", "Node", "bare-0") or {}
        assert node["status"]["allocatable"]["nvidia.com/gpu"] == "80", "ten shares of each of its eight GPUs"
        assert list(faults(replace(NAMES, scheduler="another"))) == ["Deployment kube-system/hami-scheduler"]
        tell("bare-1", "10", **{**well, REGISTER: None})
        assert list(faults()) == ["Node bare-1"]
        assert REGISTER in faults()["Node bare-1"]
        tell("bare-1", "1", **well)
        assert "1 nvidia.com/gpu are allocatable, and its 1 GPUs come to 10" in faults()["Node bare-1"]
        tell("bare-1", "10", **{**well, HANDSHAKE: "Deleted_2026-01-23 04:30:04"})
        assert "has given it up" in faults()["Node bare-1"]
        tell("bare-1", "10", **well)
        assert faults() == {}
        put(daemon_set("nvidia-device-plugin", nodeSelector={"beta": "x"}))
        assert faults() == {}, "it runs nowhere"
        put(daemon_set("nvidia-device-plugin-2", tolerations=[TOLERATION]))
        assert {name for name, words in faults().items() if "both hand out its GPUs" in words} == {
            "Node bare-0",
            "Node bare-1",
        }
    finally:
        take_away(client, hami)
        for name in ("bare-0", "bare-1"):
            tell(name, None, **dict.fromkeys(well))


@pytest.mark.req("S3-02", "S3-06")
def test_the_operator_stays_while_pods_ask_for_its_devices_and_takes_along_what_it_made(
    client: Client, put: Callable[..., Any]
) -> None:
    """Of the vendor's operator nothing runs here: what it would make is put beside it. Its custom resource is
    left out, since the garbage collector of a young cluster knows such kinds after half a minute only."""
    how = Transformation(
        namespace="aidaptivcache-operator",
        drop_secrets=True,
        drop=[{"kind": "PhisonDeviceOperator"}, {"kind": "CustomResourceDefinition"}],
        tolerations=[TOLERATION],
    )
    asked = wish("aidaptiv", SCENARIOS / "aidaptiv" / "bundles" / "operator.yaml", how=how)
    discovered = {"phison.com/ai100-present": "true"}
    try:
        assert bring(client, asked, download=nothing, wait=False).changed
        verified = replace(asked, mode="verify")
        [none] = bring(client, verified, download=nothing, wait_timeout=0.1).diagnosis
        assert "no node advertises phison.com/ai100" in none.message
        made = daemon_set("aidaptivcache-device-plugin", namespace=how.namespace, nodeSelector=discovered)
        client.apply(made, manager="operator")
        node = {"metadata": {"labels": discovered}}
        client.request("PATCH", "/api/v1/nodes/bare-1", body=node, content_type=MERGE)
        [marked] = bring(client, verified, download=nothing, wait_timeout=0.1).diagnosis
        assert marked.object == "Node bare-1"
        assert "taint nvidia.com/gpu=present:NoSchedule is not tolerated" in marked.hint

        using = {"name": "main", "image": "vllm", "resources": {"limits": {"phison.com/ai100": "1"}}}
        put(
            {
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": {"name": "using", "namespace": "default"},
                "spec": {"containers": [using]},
            }
        )
        with pytest.raises(Refused, match=r"1 pods ask for phison\.com/ai100, such as default/using"):
            take_away(client, asked)
        removed = take_away(client, asked, force=True)
        assert not [one for outcome in removed for one in outcome.diagnosis]
        assert client.get("apps/v1", "DaemonSet", made["metadata"]["name"], how.namespace) is None
        assert not any(outcome.changed for outcome in take_away(client, asked, force=True))
    finally:
        node = {"metadata": {"labels": dict.fromkeys(discovered)}}
        client.request("PATCH", "/api/v1/nodes/bare-1", body=node, content_type=MERGE)
        take_away(client, asked, force=True, wait=False)
