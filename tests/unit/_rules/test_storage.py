# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from tests.unit._rules.asking import found, paths

NFS = {
    "name": "vol",
    "kind": "nfs",
    "size": "100Gi",
    "pv": {"nfs": {"server": "nfs.example", "path": "/models"}},
}
BUCKET = {"name": "b", "kind": "s3", "bucket": "models"}


def on(store: dict[str, Any], *services: dict[str, Any], **model: Any) -> list[Any]:
    return found("V-12", *services, model={"store": store["name"], **model}, stores=[store])


@pytest.mark.req("S1-08")
def test_a_volume_for_several_pods_is_shared() -> None:
    store = NFS | {"access_modes": ["ReadWriteOnce"]}
    assert not on(store)
    (problem,) = on(store, {"scaling": {"min": 3}})
    assert problem.path == "llm_stores[vol].access_modes"
    assert problem.message == "used by 3 pods."
    assert not on(NFS, {"scaling": {"min": 3}})


@pytest.mark.req("S1-08")
def test_services_that_share_a_model_count_together() -> None:
    assert on(NFS | {"access_modes": ["ReadWriteOncePod"]}, {"name": "a"}, {"name": "b"})


@pytest.mark.req("S1-14")
def test_raw_models_fit_into_the_volume() -> None:
    models = [
        {"name": "8b", "source": "raw/Llama-3-8B", "store": "vol"},
        {"name": "70b", "source": "raw/Llama-3-70B", "store": "vol"},
    ]
    assert not found("V-12", {"model": "8b"}, models=models, stores=[NFS | {"size": "200Gi"}])
    (problem,) = found("V-12", {"model": "8b"}, models=models, stores=[NFS | {"size": "100Gi"}])
    assert problem.message == "105Gi are needed (8b raw 15Gi, 70b raw 90Gi), 100Gi are given."


@pytest.mark.req("S1-14")
def test_a_nearly_full_volume_is_a_warning() -> None:
    assert on(NFS, raw_size="90Gi")[0].severity == "warning"
    assert not on(NFS, raw_size="80Gi")


def test_a_volume_of_ours_says_where_it_is() -> None:
    assert paths(on(NFS | {"pv": {}})) == ["llm_stores[vol].pv"]
    assert paths(on(NFS | {"kind": "csi"})) == ["llm_stores[vol].pv"]
    assert not on(NFS | {"pv": {"existing": "pv-1"}})


def test_one_volume_has_one_origin() -> None:
    pv = NFS["pv"] | {"existing": "pv-1"}  # type: ignore[operator]
    assert "exclude each other" in on(NFS | {"pv": pv})[0].message


def test_a_volume_of_ours_has_a_size() -> None:
    assert paths(on({key: value for key, value in NFS.items() if key != "size"})) == ["llm_stores[vol].size"]


@pytest.mark.req("S1-09")
def test_a_dynamic_volume_names_its_class() -> None:
    store = {"name": "vol", "kind": "pvc", "size": "100Gi"}
    assert paths(on(store)) == ["llm_stores[vol].storage_class"]
    assert not on(store | {"storage_class": "fast"})


def test_a_claim_that_exists_needs_nothing() -> None:
    assert not on({"name": "vol", "kind": "pvc"})


@pytest.mark.req("S4-25")
@pytest.mark.parametrize("bucket", ["models", "my-models.v2", "abc"])
def test_names_of_buckets(bucket: str) -> None:
    assert not on(BUCKET | {"bucket": bucket})


@pytest.mark.req("S4-25")
@pytest.mark.parametrize("bucket", ["Models", "my_models", "ab", "-models", "a/b"])
def test_what_is_no_name_of_a_bucket(bucket: str) -> None:
    assert paths(on(BUCKET | {"bucket": bucket})) == ["llm_stores[b].bucket"]


def test_a_bucket_is_named() -> None:
    assert paths(on({"name": "b", "kind": "s3"})) == ["llm_stores[b].bucket"]


@pytest.mark.parametrize("endpoint", ["s3.example", "s3.example:443", "ftp://s3.example", "https://"])
def test_an_endpoint_has_a_scheme(endpoint: str) -> None:
    assert paths(on(BUCKET | {"endpoint": endpoint})) == ["llm_stores[b].endpoint"]
    assert not on(BUCKET | {"endpoint": "https://s3.example:443"})


@pytest.mark.req("S4-30")
def test_a_copied_model_fits_onto_the_nodes_disk() -> None:
    small = {"resources": {"ephemeral": {"limit": "10Gi"}}}
    assert paths(on(BUCKET, small, raw_size="15Gi")) == ["llm_serving[a].resources.ephemeral.limit"]
    assert not on(BUCKET, {"resources": {"ephemeral": {"limit": "20Gi"}}}, raw_size="15Gi")
    assert not on(NFS, small, raw_size="15Gi")


@pytest.mark.req("S3-21")
@pytest.mark.parametrize(
    ("entry", "size", "told"),
    [
        ({"delivery": "copy"}, "15Gi", []),
        ({"delivery": "copy"}, None, ["warning"]),
        ({"delivery": "copy", "shared_storage_class": "local"}, None, ["error"]),
        ({"delivery": "copy", "shared_storage_class": "local"}, "15Gi", []),
        ({"delivery": "mount"}, None, []),
    ],
)
def test_the_room_for_a_copy_follows_from_the_size_of_the_model(
    entry: dict[str, Any], size: str | None, told: list[str]
) -> None:
    model = {"store": "models", **({"raw_size": size} if size else {})}
    store = {"name": "models", "kind": "pvc"}
    assert [each.severity for each in found("V-12", entry, model=model, stores=[store])] == told


def test_volumes_of_a_driver_have_handles_of_their_own() -> None:
    share = {"driver": "nfs.csi.k8s.io", "handle": "nfs.example#models"}
    store = {"name": "vol", "kind": "csi", "size": "100Gi", "pv": {"csi": share}}
    assert not on(store, {"name": "a"}, {"name": "b"})
    (problem,) = on(store, {"name": "a"}, {"name": "b", "namespace": "other"})
    assert (problem.severity, problem.path) == ("warning", "llm_stores[vol].pv.csi.handle")
    assert "nfs.example#models is the handle of several volumes" in problem.message
    assert not on(NFS, {"name": "a"}, {"name": "b", "namespace": "other"})
