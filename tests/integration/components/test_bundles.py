# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bundles as their makers publish them, against a real API server. They are taken from the Go modules of
their releases when the tests run."""

from __future__ import annotations

import io
import json
import subprocess
import tarfile
from base64 import b64decode
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import pytest
import yaml
from ansible_collections.inferops.serving.plugins.module_utils._apply import Refused
from ansible_collections.inferops.serving.plugins.module_utils._bundles import (
    PRODUCTS,
    Brought,
    Chart,
    Source,
    Transformation,
    Wish,
    bring,
    fetch,
    take_away,
    transform,
)
from ansible_collections.inferops.serving.plugins.module_utils._bundles.backwards import POLICY
from ansible_collections.inferops.serving.plugins.module_utils._cluster import ApiError, Client
from ansible_collections.inferops.serving.plugins.module_utils._lab import build
from ansible_collections.inferops.serving.plugins.module_utils._lab.build import run_go

from tests.support.helm import GREETER, VALUES, NotedHelm, noted_helm
from tests.support.lab import SOURCES, eventually
from tests.support.programs import program

from .conftest import SCENARIOS, daemon_set, nothing, wish, written

pytestmark = [pytest.mark.proof("A", "C")]
MANAGED = "queued"
"""A namespace that Kueue is held to."""
NEWER_GATEWAY = "sigs.k8s.io/gateway-api@v1.6.1"
"""The first that comes with a policy against older ones."""


def module(wrapper: str, name: str) -> Path:
    return Path(json.loads(run_go(SOURCES / wrapper, "mod", "download", "-json", name))["Dir"])


@pytest.fixture(scope="module")
def helm(tmp_path_factory: pytest.TempPathFactory) -> NotedHelm:
    return noted_helm(tmp_path_factory.mktemp("helm"))


def from_chart(product: str, place: Path, helm: NotedHelm, namespace: str, **how: Any) -> Wish:
    """What a chart describes, with images from elsewhere."""
    return Wish(
        product=PRODUCTS[product],
        source=Chart(place=str(place), release=product, namespace=namespace, helm=str(helm.path)),
        how=Transformation(prefix="site.example", **how),
        namespace=namespace,
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
    newer = wish("gateway", module("kserve", NEWER_GATEWAY) / "config" / "crd" / "standard")
    assert bring(client, newer, download=nothing).changed
    with pytest.raises(Refused, match=r"v1\.6\.\d is there, and v1\.5\.\d is older"):
        bring(client, asked, download=nothing)
    upgraded = written(client)

    def denied(place: Path) -> bool:
        """Whether the cluster's own policy is why it is refused; it takes a moment until it holds."""
        try:
            bring(client, wish("gateway", place, allow_downgrade=True), download=nothing, check_mode=True)
        except Refused as refused:
            return POLICY in str(refused)
        return False

    eventually(lambda: denied(standard))
    [experimental] = Path(newer.source.place).with_name("experimental").glob("*_gateways.yaml")
    assert denied(experimental)
    assert written(client) == upgraded

    for outcome in take_away(client, newer, delete_definitions=True):
        assert not outcome.diagnosis
    assert written(client) == before


@pytest.mark.parametrize("product", ["lws", "kueue"])
def test_webhooks_come_after_their_workload_and_have_to_answer(
    client: Client, product: str, helm: NotedHelm
) -> None:
    """From the charts of the releases. Nobody answers here, because simulated pods run nothing, and that is
    told; APIs behind which nobody answers are left out."""
    place = module(product, f"sigs.k8s.io/{product}") / "charts" / product
    asked = from_chart(product, place, helm, PRODUCTS[product].namespace, drop=[{"kind": "APIService"}])
    silent = replace(asked, product=replace(asked.product, probe=None))
    brought = bring(client, silent, download=nothing)
    assert not brought.diagnosis, "all is ready, as far as the cluster can tell"
    assert any("site.example/" in change.what for change in brought.changes)
    looked = bring(client, replace(asked, mode="verify"), download=nothing, wait_timeout=0.1)
    assert [(one.code, one.object) for one in looked.diagnosis] == [("WebhookDown", product)]
    order = [action.kind for action in brought.actions]
    assert order.index("CustomResourceDefinition") < order.index("Deployment")
    assert order.index("Deployment") < order.index("ValidatingWebhookConfiguration")
    assert locked_out(client, "default") == (product == "kueue"), "Kueue is asked about every Deployment"
    if product == "kueue":
        hold_kueue(client, silent)

    for outcome in take_away(client, asked):
        assert not outcome.diagnosis
        kinds = [action.kind for action in outcome.actions]
        assert kinds.index("ValidatingWebhookConfiguration") < kinds.index("Deployment")
    assert not locked_out(client, "default")
    assert client.served(*asked.product.used_by[0]), "definitions stay"
    take_away(client, asked, delete_definitions=True)


def hold_kueue(client: Client, asked: Wish) -> None:
    """It is asked about the namespaces that it manages, and about no others."""
    client.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": MANAGED}})
    assert locked_out(client, MANAGED)
    held = replace(asked, how=replace(asked.how, managed_namespaces=[MANAGED]))
    brought = bring(client, held, download=nothing)
    assert not brought.diagnosis
    changed = {action.kind for action in brought.actions if action.changes}
    kinds = {"ConfigMap", "Deployment", "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"}
    assert changed == kinds
    assert (locked_out(client, "default"), locked_out(client, MANAGED)) == (False, True)
    assert not bring(client, held, download=nothing).changed
    config = client.get("v1", "ConfigMap", "kueue-manager-config", asked.namespace) or {}
    said = started(config["data"]["controller_manager_config.yaml"])
    assert "Initializing" in said, "its own program takes the configuration"
    assert rf"operator: In\n    values:\n    - {MANAGED}\n" in said


def started(config: str) -> str:
    """What Kueue's own program says of a configuration, before it finds no cluster."""
    kueue = program(build.BINARIES["kueue"], SOURCES)
    with NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write(config)
        file.flush()
        command = [kueue, f"--config={file.name}", "--kubeconfig=/dev/null"]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60).stderr


def locked_out(client: Client, namespace: str) -> bool:
    """Whether a webhook keeps everybody there from making a Deployment."""
    agent = daemon_set("anything", namespace=namespace)
    try:
        client.apply({**agent, "kind": "Deployment"}, dry_run=True)
    except ApiError as error:
        return "failed calling webhook" in error.message
    return False


def test_a_chart_goes_the_way_of_a_manifest(client: Client, tmp_path: Path) -> None:
    helm = noted_helm(tmp_path)
    asked = from_chart("keda", GREETER, helm, "default")  # one that nothing proves here
    asked = replace(asked, source=replace(asked.source, values=VALUES))
    before = written(client)
    brought = bring(client, asked, download=nothing, show_diff=True)
    assert not brought.diagnosis
    assert VALUES["adminPassword"] not in str(brought)
    deployment, config, secret = (
        client.get(version, kind, "keda", "default") or {}
        for version, kind in (("apps/v1", "Deployment"), ("v1", "ConfigMap"), ("v1", "Secret"))
    )
    [container] = deployment["spec"]["template"]["spec"]["containers"]
    assert container["image"].startswith("site.example/")
    assert (config["data"]["greeting"], config["data"]["cluster"]) == (VALUES["greeting"], client.version())
    assert b64decode(secret["data"]["password"]).decode() == VALUES["adminPassword"]
    [(arguments, _values)] = helm.calls
    told = dict(zip(arguments[3::2], arguments[4::2], strict=False))
    assert {"apps/v1", "apps/v1/Deployment"} <= set(told["--api-versions"].split(","))
    assert not bring(client, asked, download=nothing).changed
    for outcome in take_away(client, asked):
        assert not outcome.diagnosis
    assert written(client) == before


def driver(directory: Path) -> Path:
    """Kinds and names of the CSI driver's manifests, in an archive as its releases are, of our own making:
    no Go module carries them."""
    image = "registry.k8s.io/sig-storage/nfsplugin:v4.13.4"
    controller = daemon_set("csi-nfs-controller", image=image)
    files: dict[str, dict[str, Any]] = {
        "csi-nfs-driverinfo": {
            "apiVersion": "storage.k8s.io/v1",
            "kind": "CSIDriver",
            "metadata": {"name": PRODUCTS["nfs_csi"].driver},
            "spec": {"attachRequired": False},
        },
        "csi-nfs-node": daemon_set("csi-nfs-node", image=image),
        "csi-nfs-controller": {**controller, "kind": "Deployment"},
        "csi-snapshot-controller": {"this": "belongs to somebody else"},
    }
    place = directory / "driver.tar.gz"
    with tarfile.open(place, "w:gz") as archive:
        for file, obj in files.items():
            content = yaml.safe_dump(obj).encode()
            member = tarfile.TarInfo(f"csi-driver-nfs-4.13.4/deploy/v4.13.4/{file}.yaml")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return place


def test_a_csi_driver_has_to_be_on_every_gpu_node_and_stays_while_volumes_need_it(
    client: Client, tmp_path: Path, put: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    product = PRODUCTS["nfs_csi"]
    place = Path(f"{driver(tmp_path)}#{product.address('v4.13.4').partition('#')[2]}")
    shy = wish("nfs_csi", place)
    assert not bring(client, replace(shy, product=replace(product, driver="")), download=nothing).diagnosis
    looked = bring(client, replace(shy, mode="verify"), download=nothing, wait_timeout=0.1)
    [missed] = looked.diagnosis
    assert (missed.code, missed.object) == ("NoEffect", "Node bare-0")
    assert "taint nvidia.com/gpu=present:NoSchedule is not tolerated" in missed.message

    asked = wish("nfs_csi", place, how=Transformation(tolerations=[{"operator": "Exists"}]))
    brought = bring(client, asked, download=nothing, wait_timeout=60)
    assert not brought.diagnosis
    assert "csi-nfs-node" in {action.name for action in brought.actions if action.changes}
    assert not bring(client, asked, download=nothing).changed

    kubelet = {"apiVersion": "storage.k8s.io/v1", "kind": "CSINode", "metadata": {"name": "bare-1"}}
    put({**kubelet, "spec": {"drivers": []}})  # what a real kubelet writes before the driver registers
    looked = bring(client, replace(asked, mode="verify"), download=nothing, wait_timeout=0.1)
    [unknown] = looked.diagnosis
    assert (unknown.object, "does not know the driver" in unknown.message) == ("Node bare-1", True)

    put(
        {
            "apiVersion": "v1",
            "kind": "PersistentVolume",
            "metadata": {"name": "bundles-nfs"},
            "spec": {
                "capacity": {"storage": "1Gi"},
                "accessModes": ["ReadWriteMany"],
                "csi": {"driver": product.driver, "volumeHandle": "nfs.example#models#"},
            },
        }
    )
    with pytest.raises(Refused, match="bundles-nfs"):
        take_away(client, asked)
    for outcome in take_away(client, asked, force=True):
        assert not outcome.diagnosis
    assert client.get("storage.k8s.io/v1", "CSIDriver", product.driver) is None


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


@pytest.mark.req("S3-02")
def test_a_changed_definition_of_the_operator_is_applied_whatever_its_size(client: Client) -> None:
    """Helm would leave it as it was, and client-side apply could not keep it: the vendor's has 293 kB."""
    bundle = SCENARIOS / "aidaptiv" / "bundles" / "operator.yaml"
    name, words = "phisondeviceoperators.operators.phison.com", "x" * 293_000
    described = {"op": "add", "path": "/spec/versions/0/schema/openAPIV3Schema/description", "value": words}
    newer = [{"target": {"kind": "CustomResourceDefinition"}, "ops": [described]}]

    def brought(**how: Any) -> Brought:
        asked = Transformation(namespace="aidaptivcache-operator", drop_secrets=True, **how)
        return bring(client, wish("aidaptiv", bundle, how=asked), download=nothing, wait=False)

    def live() -> dict[str, Any]:
        return client.get("apiextensions.k8s.io/v1", "CustomResourceDefinition", name) or {}

    assert brought().changed
    conditions = {one["type"]: one["status"] for one in live()["status"]["conditions"]}
    assert conditions["Established"] == "True"
    made = client.list("operators.phison.com/v1alpha1", "PhisonDeviceOperator")
    assert [one["metadata"]["namespace"] for one in made] == ["aidaptivcache-operator"]
    assert not client.list("v1", "Secret", namespace="aidaptivcache-operator")

    assert brought(patches=newer).changed
    assert live()["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["description"] == words
    assert not brought(patches=newer).changed
