# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the API server says of the objects of aiDAPTIVCache's server, and keeps of them."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._cluster import ApiError

from tests.integration.aidaptiv.conftest import Vendor
from tests.integration.render.conftest import World, guarded
from tests.unit._plan.inventory import CLAIM, SFS

pytestmark = [pytest.mark.proof("A")]

Object = dict[str, Any]


def container_of(deployment: Object) -> Object:
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    found: Object = container
    return found


def as_pod(deployment: Object) -> Object:
    template = deployment["spec"]["template"]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            **template["metadata"],
            "name": "probe",
            "namespace": deployment["metadata"]["namespace"],
        },
        "spec": template["spec"],
    }


@pytest.mark.req("S3-10", "S3-26")
@pytest.mark.parametrize(
    ("names", "count", "share"),
    [
        ("otterscale", "otterscale.com/vgpu", "otterscale.com/vgpumem-percentage"),
        ("hami", "nvidia.com/gpu", "nvidia.com/gpumem-percentage"),
    ],
)
def test_shares_and_devices_are_the_same_in_requests_and_limits(
    world: World, vendor: Vendor, names: str, count: str, share: str
) -> None:
    given: dict[str, Any] = {
        "cluster": {"gpu_resources": names},
        "topology": {"tensor": 4},
        "gpu": {"mode": "vgpu", "memory_percent": 80},
        "kv_offload": {"ssd_gb": 500, "device_count": 2},
    }
    stored = vendor.serve(**given)["Deployment"]
    resources = container_of(stored)["resources"]
    wanted = {count: "4", share: "80", "phison.com/ai100": "2"}
    for side in ("requests", "limits"):
        assert wanted.items() <= resources[side].items()
    assert stored["spec"]["template"]["spec"]["schedulerName"] == "hami-scheduler"
    for name in wanted:
        unequal = copy.deepcopy(
            next(one for one in world.render(**vendor.entry(**given)) if "Dep" in one["kind"])
        )
        container_of(unequal)["resources"]["requests"][name] = "1"
        with pytest.raises(ApiError, match="must be equal"):
            world.client.apply(unequal, dry_run=True)


@pytest.mark.req("S3-13", "S3-17", "S3-37", "S3-55")
def test_what_is_stored_has_no_privilege_and_is_said_as_text(world: World, vendor: Vendor) -> None:
    stored = vendor.serve(
        env={"VLLM_WORKER_MULTIPROC_METHOD": "fork", "TIKTOKEN_ENCODINGS_BASE": ""},
        run_as={"user": 1234, "group": 6},
        pull_secrets=["ngc"],
        image_pull_policy="Never",
    )["Deployment"]
    spec, container = stored["spec"]["template"]["spec"], container_of(stored)
    env = {each["name"]: each["value"] for each in container["env"]}
    assert env["VLLM_WORKER_MULTIPROC_METHOD"] == "fork"
    assert env["VLLM_USE_V1"] == "1"
    assert "TIKTOKEN_ENCODINGS_BASE" not in env
    assert container["imagePullPolicy"] == "Never"
    assert spec["imagePullSecrets"] == [{"name": "ngc"}]
    assert (spec["securityContext"]["runAsUser"], spec["securityContext"]["fsGroup"]) == (1234, 6)
    world.client.apply(as_pod(stored), dry_run=True)
    container["securityContext"] = {"privileged": True}
    with pytest.raises(ApiError, match="violates PodSecurity"):
        world.client.apply(as_pod(stored), dry_run=True)


@pytest.mark.req("S3-18", "S3-19")
def test_of_all_deliveries_only_a_script_needs_privilege(world: World, vendor: Vendor) -> None:
    volume = {**CLAIM, "size": "100Gi"}
    images = {"name": "models", "kind": "oci", "registry": "registry.example/models"}
    ways: dict[str, dict[str, Any]] = {
        "mount": {"stores": [volume]},
        "copy": {"stores": [volume], "model": {"raw_size": "15Gi"}},
        "image": {"stores": [images]},
        "legacy-prescript": {
            "stores": [volume],
            "prescript": {"script": "cp -r /x /data/llama", "tag": "24.04"},
        },
    }
    refused = {}
    for delivery, given in ways.items():
        (deployment, *_rest) = world.render(**vendor.entry(delivery=delivery, **given))
        world.client.apply(deployment, dry_run=True)
        try:
            world.client.apply(as_pod(deployment), dry_run=True)
        except ApiError as error:
            refused[delivery] = str(error)
    assert list(refused) == ["legacy-prescript"]
    assert "violates PodSecurity" in refused["legacy-prescript"]
    assert "prescript" in refused["legacy-prescript"], "it is the script that is refused, not the server"
    world.client.apply(guarded(world.namespace, "privileged"))
    world.client.apply(as_pod(deployment), dry_run=True)


@pytest.mark.req("S3-20", "S3-24")
def test_an_export_is_a_volume_that_the_node_mounts(world: World, vendor: Vendor) -> None:
    """The claim is made with its volume in the namespace of the test."""
    claim = world.get("v1", "PersistentVolumeClaim", CLAIM["name"])
    volume = world.client.get("v1", "PersistentVolume", claim["spec"]["volumeName"])
    assert volume is not None
    assert volume["spec"]["mountOptions"] == ["nfsvers=4.1"]
    assert volume["spec"]["nfs"] == SFS["pv"]["nfs"]
    stored = vendor.serve(stores=[{**CLAIM, "mount_path": "/mnt/data"}])["Deployment"]
    mount = next(each for each in container_of(stored)["volumeMounts"] if each["mountPath"] == "/mnt/data")
    assert mount["readOnly"] is True
    volumes = {each["name"]: each for each in stored["spec"]["template"]["spec"]["volumes"]}
    assert volumes[mount["name"]]["persistentVolumeClaim"] == {"claimName": CLAIM["name"], "readOnly": True}


@pytest.mark.proof("C")
@pytest.mark.req("S3-16")
def test_a_program_in_the_servers_place_gets_each_argument_whole(
    world: World, vendor: Vendor, tmp_path: Path
) -> None:
    """Simulated nodes start no program: what the pod says is started here, with one that tells arguments."""
    odd = 'it\'s $HOME; "quoted" and spaced'
    stores = [{**CLAIM, "mount_path": "/mnt/data"}]
    model = {"source": odd, "served_names": ["Meta Llama"]}
    vendor.serve(model=model, stores=stores, kv_offload={})
    (pod,) = world.running(1)
    (container,) = pod["spec"]["containers"]
    assert container["workingDir"] == "/home/root/aiDAPTIV2/script"
    teller = "import json, sys; print(json.dumps(sys.argv[1:]))"
    (tmp_path / container["command"][1]).write_text(teller, encoding="utf-8")
    command = [sys.executable, *container["command"][1:], *container["args"]]
    told = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True, text=True).stdout
    assert json.loads(told) == container["args"]
    assert f"--model=/mnt/data/{odd}" in json.loads(told)
    assert "Meta Llama" in json.loads(told)
