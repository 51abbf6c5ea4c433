# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bundles as their makers publish them, against a real API server. They are taken from the Go modules of
their releases when the tests run."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._apply import Refused
from ansible_collections.inferops.serving.plugins.module_utils._bundles import (
    PRODUCTS,
    Source,
    Transformation,
    Wish,
    bring,
    fetch,
    take_away,
    transform,
)
from ansible_collections.inferops.serving.plugins.module_utils._cluster import Client
from ansible_collections.inferops.serving.plugins.module_utils._lab.build import run_go

from tests.support.lab import SOURCES, Lab

from .conftest import STAND_IN, daemon_set, written

pytestmark = [pytest.mark.proof("A", "C")]
LWS_PARTS = ("crd/bases", "rbac", "manager", "webhook")


def module(wrapper: str, name: str) -> Path:
    return Path(json.loads(run_go(SOURCES / wrapper, "mod", "download", "-json", name))["Dir"])


def nothing(_address: str) -> bytes:
    raise AssertionError("nothing is downloaded here")


@pytest.fixture(scope="module")
def lws(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The parts of LeaderWorkerSet's manifests that its kustomization puts together, less what tunes them."""
    made = tmp_path_factory.mktemp("lws")
    source = module("lws", "sigs.k8s.io/lws") / "config"
    for part in LWS_PARTS:
        for file in sorted((source / part).glob("*.yaml")):
            if not any(word in file.name for word in ("kustom", "patch", "config")):
                shutil.copy(file, made / f"{part.replace('/', '-')}-{file.name}")
    return made


def wish(name: str, place: Path, *, how: Transformation | None = None, **rest: object) -> Wish:
    product = PRODUCTS[name]
    return Wish(
        product=product,
        source=Source(place=str(place)),
        how=how or Transformation(),
        namespace=product.namespace,
        **rest,
    )


def test_definitions_too_large_for_client_side_apply_come_once_and_never_go_backwards(client: Client) -> None:
    standard = module("kserve", "sigs.k8s.io/gateway-api") / "config" / "crd" / "standard"
    asked = wish("gateway", standard)
    before = written(client)
    assert bring(client, asked, download=nothing).changed
    assert client.served("gateway.networking.k8s.io", "HTTPRoute")
    again = bring(client, asked, download=nothing)
    assert (again.changed, again.decision.reason) == (False, "ours")
    assert again.finding.version.startswith("v1.")

    older = Transformation(
        patches=[
            {
                "target": {"kind": "CustomResourceDefinition"},
                "ops": [
                    {
                        "op": "replace",
                        "path": "/metadata/annotations/gateway.networking.k8s.io~1bundle-version",
                        "value": "v1.0.0",
                    }
                ],
            }
        ]
    )
    with pytest.raises(Refused, match=r"v1\.0\.0 is older"):
        bring(client, wish("gateway", standard, how=older), download=nothing)
    for outcome in take_away(client, asked, delete_definitions=True):
        assert not outcome.diagnosis
    assert written(client) == before


def test_webhooks_come_after_their_workload_and_have_to_answer(client: Client, lws: Path) -> None:
    """Nobody answers here, because simulated pods run nothing, and that is told."""
    how = Transformation(namespace="lws-system", prefix="site.example")
    asked = wish("lws", lws, how=how)
    brought = bring(client, asked, download=nothing, wait_timeout=20)
    assert any("site.example/" in change.what for change in brought.changes)
    assert [(one.code, one.object) for one in brought.diagnosis] == [("WebhookDown", "lws")]
    order = [action.kind for action in brought.actions]
    assert order.index("Deployment") < order.index("ValidatingWebhookConfiguration")

    for outcome in take_away(client, asked):
        assert not outcome.diagnosis
        kinds = [action.kind for action in outcome.actions]
        assert kinds.index("ValidatingWebhookConfiguration") < kinds.index("Deployment")
    assert client.served("leaderworkerset.x-k8s.io", "LeaderWorkerSet"), "definitions stay"
    take_away(client, asked, delete_definitions=True)


def test_a_product_is_refused_without_what_it_needs(client: Client) -> None:
    resources = module("kserve", "github.com/kserve/kserve") / "install" / "v0.20.0"
    before = written(client)
    with pytest.raises(Refused, match="needs cert_manager"):
        bring(client, wish("kserve", resources / "kserve.yaml"), download=nothing)
    assert written(client) == before


@pytest.mark.req("XC-21")
def test_images_of_the_runtimes_move_too() -> None:
    resources = module("kserve", "github.com/kserve/kserve") / "install" / "v0.20.0"
    objects, _sum = fetch(Source(place=str(resources / "kserve-cluster-resources.yaml")), nothing)
    made, changes = transform(objects, Transformation(prefix="site.example"), namespaced=lambda _obj: False)
    assert len(changes) >= len(objects)
    images = json.dumps(made).split('"image": "')[1:]
    assert images
    assert all(image.startswith("site.example/") for image in images)


@pytest.mark.req("S3-01")
def test_the_cache_device_has_to_be_advertised_by_a_node(client: Client) -> None:
    existing = wish("aidaptiv", Path("none"), mode="existing")
    [missing] = bring(client, existing, download=nothing).diagnosis
    assert (missing.code, missing.object) == ("NoEffect", "aidaptiv")

    def advertise(number: str | None) -> None:
        amounts = {"phison.com/ai100": number}
        client.request(
            "PATCH",
            "/api/v1/nodes/bare-1/status",
            body={"status": {"capacity": amounts, "allocatable": amounts}},
            content_type="application/merge-patch+json",
        )

    advertise("2")
    try:
        found = bring(client, existing, download=nothing)
        assert not found.diagnosis
        assert found.finding.evidence == ("node bare-1 advertise phison.com/ai100",)
    finally:
        advertise(None)


@pytest.fixture
def hami(bare: Lab) -> Wish:
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
    bundle = STAND_IN.parent / "hami" / "bundles" / "hami.yaml"
    how = Transformation(namespace="kube-system", tolerations=[TOLERATION], patches=patches)
    return wish("hami", bundle, how=how)


OWN = {"nvidia.com/gpu": "present"}
TOLERATION = {"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}
REGISTER, HANDSHAKE = "hami.io/node-nvidia-register", "hami.io/node-handshake"


@pytest.mark.req("S3-11")
def test_hami_is_judged_on_each_gpu_node(client: Client, hami: Wish, put: Callable[..., Any]) -> None:
    """Faults are caused on one node; the other one has what HAMi's programs would make of it."""

    def tell(name: str, shares: str | None, **annotations: str | None) -> None:
        amounts = {"nvidia.com/gpu": shares}
        status = {"status": {"capacity": amounts, "allocatable": amounts}}
        path, kind = f"/api/v1/nodes/{name}", "application/merge-patch+json"
        client.request("PATCH", f"{path}/status", body=status, content_type=kind)
        client.request("PATCH", path, body={"metadata": {"annotations": annotations}}, content_type=kind)

    def faults() -> dict[str, str]:
        found = bring(client, replace(hami, mode="verify"), download=nothing, wait_timeout=0.1)
        return {one.object: f"{one.message} {one.hint}" for one in found.diagnosis}

    well = {
        REGISTER: '[{"id":"GPU-0","count":10,"health":true}]',
        HANDSHAKE: "Requesting_2026-01-23 04:30:04",
    }
    gone = dict.fromkeys(well)
    try:
        tell("bare-0", "10", **well)
        first = bring(client, hami, download=nothing, wait_timeout=15)
        assert [(one.code, one.object) for one in first.diagnosis] == [("NoEffect", "Node bare-1")]
        assert REGISTER in first.diagnosis[0].message
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
        for name in ("bare-0", "bare-1"):
            tell(name, None, **gone)
        take_away(client, hami)
