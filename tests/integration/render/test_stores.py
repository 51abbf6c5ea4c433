# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Volumes, claims, Secrets and namespaces on a real API server with its controllers."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._objects import (
    namespace_objects,
    store_objects,
)

from tests.integration.render.conftest import World, until
from tests.unit._plan.inventory import fleet

pytestmark = [pytest.mark.proof("C")]

EXPORT = {"nfs": {"server": "nfs.example", "path": "/models"}}


def store(world: World, *, entry: dict[str, Any], **service: Any) -> list[dict[str, Any]]:
    everything = fleet(
        [{"name": "chat", "namespace": world.namespace, "model": "llama", "engine": "vllm", **service}],
        models=[{"name": "llama", "source": "llama/8b", "store": entry["name"]}],
        stores=[entry],
    )
    return store_objects(everything, everything.stores[entry["name"]])


@pytest.mark.req("S1-08", "S1-09", "S1-10")
@pytest.mark.parametrize(
    "entry",
    [
        {"kind": "nfs", "pv": EXPORT},
        {
            "kind": "csi",
            "pv": {"csi": {"driver": "efs.csi.aws.com", "handle": "fs-1"}},
            "storage_class": "efs-sc",
        },
    ],
)
def test_a_claim_binds_to_its_own_volume(world: World, entry: dict[str, Any]) -> None:
    objects = store(world, entry={"name": "model-volume", "size": "512Gi", **entry})
    volume, claim = world.apply(objects)
    try:

        def bound() -> dict[str, Any] | None:
            found = world.get("v1", "PersistentVolumeClaim", "model-volume")
            return found if found["status"]["phase"] == "Bound" else None

        assert until(bound, "a bound claim")["spec"]["volumeName"] == volume["metadata"]["name"]
        world.apply(objects)
    finally:
        world.client.delete(claim)
        world.client.delete(volume)


@pytest.mark.req("S4-14")
def test_a_cache_binds_and_the_pod_that_uses_it_runs(world: World) -> None:
    world.serve(model={"source": "org/m", "store": "hub"}, cache={"store": "sfs"}, gpu={"mode": "none"})
    (pod,) = world.running(1)
    sources = [each.get("persistentVolumeClaim") for each in pod["spec"]["volumes"]]
    assert {"claimName": "sfs"} in sources
    assert world.get("v1", "PersistentVolumeClaim", "sfs")["status"]["phase"] == "Bound"


@pytest.mark.proof("A")
@pytest.mark.req("S1-36", "S1-39", "S1-41", "S4-28", "S2-24")
def test_secrets_are_read_back_as_they_were_given(world: World) -> None:
    stored = {each["metadata"]["name"]: each for each in world.apply(world.secrets())}
    data = {
        name: {key: base64.b64decode(value).decode() for key, value in each["data"].items()}
        for name, each in stored.items()
    }
    assert data["token"] == {"password": "hf_hidden", "HF_TOKEN": "hf_hidden"}
    assert data["keys"] == {"AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "hidden"}
    assert stored["keys"]["metadata"]["annotations"]["serving.kserve.io/s3-usehttps"] == "1"
    assert stored["ngc"]["type"] == "kubernetes.io/dockerconfigjson"
    entry = json.loads(data["ngc"][".dockerconfigjson"])["auths"]["nvcr.io"]
    assert base64.b64decode(entry["auth"]).decode() == "$oauthtoken:hidden"


@pytest.mark.proof("A")
@pytest.mark.req("S4-19")
def test_a_label_joins_those_of_others_on_a_namespace(world: World) -> None:
    everything = fleet(
        [{"name": "chat", "model": "llama", "engine": "vllm"}],
        cluster={"namespaces": [{"name": world.namespace, "istio": "enabled"}]},
    )
    before = world.client.get("v1", "Namespace", world.namespace)
    assert before is not None
    world.client.patch(before, {"metadata": {"labels": {"team": "theirs"}}})
    for _ in range(2):
        (made,) = [world.client.apply(each) for each in namespace_objects(everything)]
        assert made["metadata"]["labels"]["istio-injection"] == "enabled"
        assert made["metadata"]["labels"]["team"] == "theirs"
