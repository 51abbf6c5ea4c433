# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._objects import store_objects

from tests.unit._plan.inventory import CLAIM, SFS, fleet, main_container, planned, pod, rendered

NFS = {"nfs": {"server": "nfs.example", "path": "/models"}}
EFS = {"csi": {"driver": "efs.csi.aws.com", "handle": "fs-1", "attributes": {"encrypted": True}}}


def made(services: list[dict[str, Any]] | None = None, **store: Any) -> dict[str, dict[str, Any]]:
    entry = {"name": "models", "kind": "pvc", "size": "512Gi", **store}
    served = services or [{"name": "chat", "namespace": "llm", "model": "llama", "engine": "vllm"}]
    everything = fleet(served, stores=[entry])
    return {each["kind"]: each for each in store_objects(everything, everything.stores["models"])}


@pytest.mark.req("S1-09")
def test_an_nfs_export_becomes_a_volume_with_its_mount_options() -> None:
    spec = made(kind="nfs", pv=NFS)["PersistentVolume"]["spec"]
    assert spec["nfs"] == {"server": "nfs.example", "path": "/models"}
    assert spec["mountOptions"] == ["nfsvers=4.1"]
    assert spec["accessModes"] == ["ReadWriteMany"]


@pytest.mark.req("S1-09")
def test_a_volume_of_a_csi_driver_keeps_its_class_and_attributes() -> None:
    spec = made(kind="csi", pv=EFS, storage_class="efs-sc", size="200Gi")["PersistentVolume"]["spec"]
    assert spec["csi"] == {
        "driver": "efs.csi.aws.com",
        "volumeHandle": "fs-1",
        "volumeAttributes": {"encrypted": "true"},
    }
    assert spec["storageClassName"] == "efs-sc"
    assert spec["capacity"] == {"storage": "200Gi"}


@pytest.mark.req("S1-09")
def test_an_existing_volume_is_only_claimed() -> None:
    objects = made(pv={"existing": "archive"})
    assert set(objects) == {"PersistentVolumeClaim"}
    assert objects["PersistentVolumeClaim"]["spec"]["volumeName"] == "archive"


@pytest.mark.req("S1-09")
def test_a_storage_class_makes_the_volume_by_itself() -> None:
    objects = made(storage_class="fast")
    assert set(objects) == {"PersistentVolumeClaim"}
    claim = objects["PersistentVolumeClaim"]["spec"]
    assert claim["storageClassName"] == "fast"
    assert "volumeName" not in claim


@pytest.mark.req("S1-10")
def test_a_claim_and_its_volume_name_each_other_and_no_class() -> None:
    objects = made(kind="nfs", pv=NFS, claim="model-volume")
    volume, claim = objects["PersistentVolume"], objects["PersistentVolumeClaim"]
    assert claim["metadata"]["name"] == "model-volume"
    assert claim["spec"]["volumeName"] == volume["metadata"]["name"]
    assert claim["spec"]["storageClassName"] == volume["spec"]["storageClassName"] == ""
    assert claim["spec"]["resources"] == {"requests": {"storage": "512Gi"}}
    assert volume["spec"]["claimRef"]["name"] == "model-volume"
    assert volume["spec"]["claimRef"]["namespace"] == claim["metadata"]["namespace"] == "llm"


def test_a_volume_outlives_its_claim() -> None:
    assert made(kind="nfs", pv=NFS)["PersistentVolume"]["spec"]["persistentVolumeReclaimPolicy"] == "Retain"


def test_each_namespace_has_a_claim_and_each_claim_a_volume() -> None:
    entry = {"name": "models", "kind": "nfs", "size": "1Gi", "pv": NFS}
    services = [
        {"name": name, "namespace": namespace, "model": "llama", "engine": "vllm"}
        for name, namespace in (("a", "one"), ("b", "two"), ("c", "two"))
    ]
    everything = fleet(services, stores=[entry])
    objects = store_objects(everything, everything.stores["models"])
    assert [each["kind"] for each in objects] == ["PersistentVolume"] * 2 + ["PersistentVolumeClaim"] * 2
    assert len({(each["kind"], each["metadata"]["name"]) for each in objects[:2]}) == 2
    assert [each["metadata"]["namespace"] for each in objects[2:]] == ["one", "two"]


def test_a_claim_that_exists_is_left_alone() -> None:
    everything = fleet(
        [{"name": "chat", "model": "llama", "engine": "vllm"}], stores=[{"name": "models", "kind": "pvc"}]
    )
    assert store_objects(everything, everything.stores["models"]) == []


def test_a_model_is_mounted_read_only_at_both_levels() -> None:
    objects = rendered()
    volume = next(each for each in pod(objects)["volumes"] if each["name"] == "model")
    assert volume["persistentVolumeClaim"] == {"claimName": "models", "readOnly": True}
    mount = next(each for each in main_container(objects)["volumeMounts"] if each["name"] == "model")
    assert mount == {"name": "model", "mountPath": "/mnt/models", "readOnly": True}


@pytest.mark.req("S2-23")
def test_kserve_mounts_the_claim_by_uri() -> None:
    plan = planned(platform="kserve")
    assert plan.location.uri == "pvc://models/llama/8b"
    assert plan.location.path == "/mnt/models"
    assert not [volume for volume in plan.workload.volumes if "persistentVolumeClaim" in volume.source]


@pytest.mark.req("S2-23")
@pytest.mark.parametrize(("read_only", "said"), [(True, None), (False, "false")])
def test_kserve_is_told_of_a_claim_that_may_be_written(read_only: bool, said: str | None) -> None:
    store = {**CLAIM, "read_only": read_only}
    service = rendered(platform="kserve", stores=[store])["InferenceService"]
    assert service["spec"]["predictor"]["annotations"].get("storage.kserve.io/readonly") == said


def test_adapters_lie_beside_the_model_that_kserve_mounts() -> None:
    adapters = [{"name": "sql", "source": "lora/sql", "rank": 8}]
    plan = planned(platform="kserve", model={"adapters": adapters}, lora={"enabled": True, "max_rank": 8})
    path = plan.adapters["sql"]
    mount = next(each for each in plan.workload.main.mounts if path.startswith(each.path + "/"))
    volume = next(each for each in plan.workload.volumes if each.name == mount.volume)
    assert path.removeprefix(mount.path + "/") == "lora/sql"
    assert volume.source["persistentVolumeClaim"]["claimName"] == "models"


@pytest.mark.req("S4-14", "S4-15")
def test_a_cache_is_mounted_and_downloads_go_there() -> None:
    plan = planned(model={"store": "hub"}, cache={"store": "sfs", "path": "hf_cache"})
    mount = next(each for each in plan.workload.main.mounts if each.volume == "cache")
    assert (mount.path, mount.read_only) == (SFS["mount_path"], False)
    assert plan.workload.main.env["HF_HOME"] == "/mnt/nfs/hf_cache"
    assert "TRANSFORMERS_CACHE" not in plan.workload.main.env


@pytest.mark.req("S4-14")
def test_a_cache_has_a_claim_in_the_namespace_of_the_service() -> None:
    everything = fleet(
        [{"name": "gpt2", "namespace": "demo", "model": "llama", "engine": "vllm", "cache": {"store": "sfs"}}]
    )
    claims = [each for each in store_objects(everything, everything.stores["sfs"]) if "Claim" in each["kind"]]
    assert [each["metadata"]["namespace"] for each in claims] == ["demo"]


def test_a_cache_that_was_filled_before_is_only_read() -> None:
    plan = planned(model={"store": "hub"}, cache={"store": "sfs", "prewarm": True})
    mount = next(each for each in plan.workload.main.mounts if each.volume == "cache")
    assert mount.read_only
    assert plan.workload.main.env["HF_HUB_OFFLINE"] == "1"


def test_model_and_cache_never_share_a_directory() -> None:
    plan = planned(cache={"store": "models"})
    paths = [mount.path for mount in plan.workload.main.mounts]
    assert len(paths) == len(set(paths))
