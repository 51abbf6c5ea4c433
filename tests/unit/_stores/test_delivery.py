# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from tests.unit._plan.inventory import CLAIM, main_container, planned, pod, rendered

STORE = {**CLAIM, "mount_path": "/mnt/data"}
MODEL = {"source": "model/llama", "raw_size": "15Gi"}
ADAPTERS = {
    "model": {**MODEL, "adapters": [{"name": "sql", "source": "lora/sql", "rank": 8}]},
    "lora": {"enabled": True, "max_rank": 8},
}


def delivered(**given: Any) -> dict[str, dict[str, Any]]:
    return rendered(**{"model": MODEL, "stores": [STORE], **given})


def volume_of(objects: dict[str, dict[str, Any]], path: str) -> dict[str, Any]:
    """The volume that the engine sees at a path."""
    mount = next(each for each in main_container(objects)["volumeMounts"] if each["mountPath"] == path)
    found: dict[str, Any] = next(each for each in pod(objects)["volumes"] if each["name"] == mount["name"])
    return {**found, "mount": mount}


@pytest.mark.req("S3-22")
@pytest.mark.parametrize("shared", ["/data", "/data/", "/mnt/fast"])
@pytest.mark.parametrize("source", ["model/llama", "/model/llama/"])
def test_a_model_is_copied_to_where_the_engine_reads_it(shared: str, source: str) -> None:
    objects = delivered(delivery="copy", shared_path=shared, model={**MODEL, "source": source})
    root = shared.rstrip("/")
    (copier,) = pod(objects)["initContainers"]
    assert copier["args"][:3] == ["copy", "/mnt/store", shared]
    assert copier["args"][-1] == "--include=/model/llama/**"
    assert main_container(objects)["args"][0] == f"{root}/model/llama"
    filled = next(each for each in copier["volumeMounts"] if each["mountPath"] == shared)
    read = volume_of(objects, shared)["mount"]
    assert (filled["name"], filled.get("readOnly")) == (read["name"], None)
    assert read["readOnly"] is True


def test_a_fast_local_disk_is_reason_to_copy() -> None:
    assert planned(stores=[STORE], fast_local=True).location.delivery == "copy"
    assert planned(stores=[STORE]).location.delivery == "mount"
    assert planned(stores=[STORE], fast_local=True, delivery="mount").location.delivery == "mount"


def test_the_copier_reads_the_store_and_no_more() -> None:
    (copier,) = pod(delivered(delivery="copy"))["initContainers"]
    seen = next(each for each in copier["volumeMounts"] if each["mountPath"] == "/mnt/store")
    assert seen["readOnly"] is True
    assert copier["securityContext"]["allowPrivilegeEscalation"] is False
    stores = [each["name"] for each in main_container(delivered(delivery="copy"))["volumeMounts"]]
    assert seen["name"] not in stores


@pytest.mark.req("S3-21")
@pytest.mark.parametrize(
    ("given", "limit"),
    [
        ({}, "17Gi"),
        (ADAPTERS, "18Gi"),
        ({"model": {"source": "model/unknown"}}, None),
        ({"delivery": "legacy-prescript", "prescript": {"script": "true"}}, "17Gi"),
        ({"store": "bucket"}, "17Gi"),
    ],
)
def test_the_volume_of_a_copy_is_as_large_as_the_model(given: dict[str, Any], limit: str | None) -> None:
    given = dict(given)
    if given.pop("store", None):
        plan = planned(model={**MODEL, "store": "bucket"})
    else:
        plan = planned(**{"model": MODEL, "stores": [STORE], "delivery": "copy", **given})
    (volume,) = (each for each in plan.workload.volumes if each.name == "model")
    assert volume.source == {"emptyDir": {"sizeLimit": limit or plan.resources.limits["ephemeral-storage"]}}


@pytest.mark.req("S3-21")
def test_a_copy_counts_as_local_storage_of_the_pod() -> None:
    limits = [planned(model=MODEL, stores=[STORE], delivery=each).resources for each in ("mount", "copy")]
    mounted, copied = (int(each.limits["ephemeral-storage"].removesuffix("Gi")) for each in limits)
    assert copied - mounted == 15


@pytest.mark.req("S3-21")
def test_a_copy_may_lie_on_a_volume_of_a_class() -> None:
    plan = planned(model=MODEL, stores=[STORE], delivery="copy", shared_storage_class="local-nvme")
    (volume,) = (each for each in plan.workload.volumes if each.name == "model")
    spec = volume.source["ephemeral"]["volumeClaimTemplate"]["spec"]
    assert spec["storageClassName"] == "local-nvme"
    assert spec["resources"]["requests"]["storage"] == "17Gi"
    mounted = planned(model=MODEL, stores=[STORE]).resources
    assert plan.resources.limits["ephemeral-storage"] == mounted.limits["ephemeral-storage"]


def test_adapters_are_copied_with_the_model() -> None:
    objects = delivered(delivery="copy", **ADAPTERS)
    (copier,) = pod(objects)["initContainers"]
    assert copier["args"][-2:] == ["--include=/model/llama/**", "--include=/lora/sql/**"]
    assert "sql=/data/lora/sql" in main_container(objects)["args"]


@pytest.mark.req("S3-24")
def test_a_claim_is_mounted_where_its_store_says() -> None:
    store = {"name": "models", "kind": "pvc", "claim": "llm-models", "mount_path": "/mnt/data"}
    objects = rendered(stores=[store], model=MODEL)
    volume = volume_of(objects, "/mnt/data")
    assert volume["persistentVolumeClaim"] == {"claimName": "llm-models", "readOnly": True}
    assert volume["mount"]["readOnly"] is True


@pytest.mark.req("S3-18")
def test_a_model_in_an_image_is_mounted() -> None:
    store = {"name": "models", "kind": "oci", "registry": "registry.example/models", "secret": "ngc"}
    objects = rendered(stores=[store], **ADAPTERS)
    container = main_container(objects)
    volume = volume_of(objects, container["args"][0])
    assert volume["image"]["reference"] == "registry.example/models/model/llama"
    assert volume["mount"]["readOnly"] is True
    adapter = next(each for each in container["args"] if each.startswith("sql="))
    assert volume_of(objects, adapter[4:])["image"]["reference"] == "registry.example/models/lora/sql"
    assert pod(objects)["imagePullSecrets"] == [{"name": "ngc"}]


@pytest.mark.parametrize(
    ("revision", "reference"),
    [("v1", "registry.example/models/llama:v1"), ("sha256:abc", "registry.example/models/llama@sha256:abc")],
)
def test_the_revision_of_an_image_is_its_tag_or_digest(revision: str, reference: str) -> None:
    store = {"name": "models", "kind": "oci", "registry": "registry.example/models/"}
    assert planned(stores=[store], model={"source": "llama", "revision": revision}).location.uri == reference
    kserve = planned(stores=[store], model={"source": "llama", "revision": revision}, platform="kserve")
    assert kserve.location.uri == f"oci://{reference}"


@pytest.mark.req("S3-18", "S3-19")
def test_only_the_script_of_the_user_has_privilege() -> None:
    objects = delivered(delivery="legacy-prescript", prescript={"script": "cp -r /x /data/model"})
    (script,) = pod(objects)["initContainers"]
    assert script["image"] == "docker.io/library/ubuntu:24.04"
    assert script["securityContext"]["privileged"] is True
    assert script["volumeMounts"] == [{"name": "model", "mountPath": "/data"}]
    assert main_container(objects)["args"][0] == "/data/model/llama"
    for delivery in ("mount", "copy"):
        spec = pod(delivered(delivery=delivery))
        every = [*spec.get("initContainers", []), *spec["containers"]]
        assert not [each for each in every if each["securityContext"].get("privileged")]


def test_an_image_of_ours_comes_from_the_clusters_registry() -> None:
    cluster = {"registry": {"prefix": "mirror.example"}}
    for given in ({"delivery": "copy"}, {"delivery": "legacy-prescript", "prescript": {"script": "true"}}):
        (init,) = pod(delivered(cluster=cluster, **given))["initContainers"]
        assert init["image"].startswith("mirror.example/")
