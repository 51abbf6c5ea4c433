# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import re
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._fleet import Store
from ansible_collections.inferops.serving.plugins.module_utils._object_store.rclone import Remote
from ansible_collections.inferops.serving.plugins.module_utils._platforms.kserve_secret import (
    kserve_annotations,
)
from ansible_collections.inferops.serving.plugins.module_utils._stores.s3 import repository_url

from tests.unit._plan.inventory import BUCKET, planned, pod, rendered, variables

ENDPOINT_IN_URL = re.compile(r"s3://(http://|https://|)([0-9a-zA-Z\-.]+):([0-9]+)/([0-9a-z.\-]+)(/.*)?")
"""Where Triton sees an endpoint of one's own in a URL."""


def bucket(**given: Any) -> Store:
    return Store(name="bucket", kind="s3", bucket="demo", **given)


@pytest.mark.req("S4-25")
@pytest.mark.parametrize(
    ("given", "url"),
    [
        ({"endpoint": "https://s3.example"}, "s3://https://s3.example:443/demo/model_repository"),
        ({"endpoint": "https://s3.example:8443/"}, "s3://https://s3.example:8443/demo/model_repository"),
        ({"endpoint": "http://10.0.0.1:9000"}, "s3://http://10.0.0.1:9000/demo/model_repository"),
        ({"endpoint": "http://minio"}, "s3://http://minio:80/demo/model_repository"),
        ({"endpoint": "https://s3.example", "prefix": "/a/b/"}, "s3://https://s3.example:443/demo/a/b"),
    ],
)
def test_the_url_of_a_repository_says_scheme_and_port(given: dict[str, Any], url: str) -> None:
    assert repository_url(bucket(**given)) == url
    assert ENDPOINT_IN_URL.fullmatch(url)


@pytest.mark.req("S4-25")
def test_the_public_service_needs_no_endpoint() -> None:
    assert repository_url(bucket()) == "s3://demo/model_repository"


@pytest.mark.req("S2-24")
def test_kserve_reads_the_endpoint_beside_the_keys() -> None:
    store = bucket(endpoint="https://s3.example:8443", region="ru-1", verify_tls=False, ca="ca-bundle")
    annotations = kserve_annotations(store)
    prefix = "serving.kserve.io/s3-"
    assert annotations[prefix + "endpoint"] == "s3.example:8443"
    assert annotations[prefix + "usehttps"] == "1"
    assert annotations[prefix + "region"] == "ru-1"
    assert annotations[prefix + "verifyssl"] == "0"
    assert annotations[prefix + "useanoncredential"] == "0"
    assert annotations[prefix + "cabundle-configmap"] == "ca-bundle"
    assert all(isinstance(value, str) for value in annotations.values())


@pytest.mark.req("S2-24")
def test_plain_http_is_said() -> None:
    assert kserve_annotations(bucket(endpoint="http://s3:9000"))["serving.kserve.io/s3-usehttps"] == "0"


@pytest.mark.req("S2-23")
@pytest.mark.parametrize(
    ("prefix", "uri"), [("", "s3://demo/llama/8b"), ("weights", "s3://demo/weights/llama/8b")]
)
def test_kserve_fetches_by_uri(prefix: str, uri: str) -> None:
    store = {**BUCKET, "prefix": prefix}
    plan = planned(platform="kserve", model={"store": "bucket"}, stores=[store])
    assert plan.location.uri == uri


@pytest.mark.req("S2-24")
def test_kserve_gets_the_keys_through_an_account() -> None:
    objects = rendered(platform="kserve", model={"store": "bucket"})
    account = objects["ServiceAccount"]
    assert account["secrets"] == [{"name": "keys"}]
    predictor = objects["InferenceService"]["spec"]["predictor"]
    assert predictor["serviceAccountName"] == account["metadata"]["name"]


def test_an_account_of_the_user_is_used_as_it_is() -> None:
    objects = rendered(platform="kserve", model={"store": "bucket"}, service_account="mine")
    assert "ServiceAccount" not in objects
    assert objects["InferenceService"]["spec"]["predictor"]["serviceAccountName"] == "mine"


def test_vllm_finds_a_copy_that_was_made_before_it_starts() -> None:
    objects = rendered(model={"store": "bucket"})
    copier = pod(objects)["initContainers"][0]
    assert copier["args"] == ["copy", ":s3:demo", "/data", "--include=/llama/8b/**"]
    assert pod(objects)["containers"][0]["args"][0] == "/data/llama/8b"
    assert copier["volumeMounts"][0]["name"] == pod(objects)["containers"][0]["volumeMounts"][-1]["name"]


def test_adapters_are_copied_with_the_model() -> None:
    model = {"store": "bucket", "adapters": [{"name": "sql", "source": "lora/sql[1]", "rank": 8}]}
    spec = pod(rendered(model=model, lora={"enabled": True, "max_rank": 8}))
    assert spec["initContainers"][0]["args"][-1] == r"--include=/lora/sql\[1\]/**"
    assert "sql=/data/lora/sql[1]" in spec["containers"][0]["args"]


@pytest.mark.req("S2-23")
@pytest.mark.parametrize(("store", "scheme"), [("bucket", "s3://demo/"), ("hub", "hf://")])
def test_kserve_fetches_adapters_beside_the_model(store: str, scheme: str) -> None:
    model = {"source": "org/m", "store": store, "adapters": [{"name": "sql", "source": "org/sql", "rank": 8}]}
    objects = rendered(platform="kserve", model=model, lora={"enabled": True, "max_rank": 8})
    predictor = objects["InferenceService"]["spec"]["predictor"]
    assert predictor["storageUris"] == [
        {"uri": f"{scheme}org/m", "mountPath": "/mnt/models"},
        {"uri": f"{scheme}org/sql", "mountPath": "/mnt/adapters/org/sql"},
    ]
    assert "storageUri" not in predictor["model"]
    assert "sql=/mnt/adapters/org/sql" in objects["ServingRuntime"]["spec"]["containers"][0]["args"]


@pytest.mark.req("S4-12")
@pytest.mark.parametrize(
    ("region", "endpoint"), [("ru-1", "https://s3.ru-1.example"), ("eu-2", "http://minio:9000")]
)
def test_one_entry_tells_everyone_of_region_and_endpoint(region: str, endpoint: str) -> None:
    store = {**BUCKET, "region": region, "endpoint": endpoint}
    triton = planned(engine="triton-vllm", model={"store": "bucket"}, stores=[store])
    copied = planned(model={"store": "bucket"}, stores=[store])
    seen = triton.store
    upload = Remote.of(seen, program="rclone", keys=None, ca_file=None).environment
    annotations = kserve_annotations(seen)
    host = endpoint.partition("://")[2]
    assert region == upload["RCLONE_CONFIG_STORE_REGION"] == copied.workload.init[0].env["RCLONE_S3_REGION"]
    assert region == triton.workload.main.env["AWS_DEFAULT_REGION"]
    assert region == annotations["serving.kserve.io/s3-region"]
    assert (
        endpoint
        == upload["RCLONE_CONFIG_STORE_ENDPOINT"]
        == copied.workload.init[0].env["RCLONE_S3_ENDPOINT"]
    )
    assert host == annotations["serving.kserve.io/s3-endpoint"]
    assert any(f"=s3://{endpoint}" in argument for argument in triton.workload.main.args)


def test_the_copier_knows_the_store_and_no_key_in_plain() -> None:
    env = variables(pod(rendered(model={"store": "bucket"}))["initContainers"][0])
    assert env["RCLONE_S3_ENDPOINT"] == BUCKET["endpoint"]
    assert env["RCLONE_S3_REGION"] == "ru-1"
    assert env["RCLONE_S3_ACCESS_KEY_ID"] == {"name": "keys", "key": "AWS_ACCESS_KEY_ID"}
    assert env["RCLONE_S3_SECRET_ACCESS_KEY"] == {"name": "keys", "key": "AWS_SECRET_ACCESS_KEY"}


def test_a_private_authority_is_mounted() -> None:
    store = {**BUCKET, "ca": "ca-bundle"}
    spec = pod(rendered(model={"store": "bucket"}, stores=[store]))
    assert {"name": "s3-ca", "configMap": {"name": "ca-bundle"}} in spec["volumes"]
    env = variables(spec["initContainers"][0])
    mount = next(each for each in spec["initContainers"][0]["volumeMounts"] if each["name"] == "s3-ca")
    assert env["RCLONE_CA_CERT"] == mount["mountPath"] + "/cabundle.crt"


def test_without_a_secret_access_is_anonymous() -> None:
    store = {key: value for key, value in BUCKET.items() if key != "secret"}
    plan = planned(model={"store": "bucket"}, stores=[store])
    assert not [name for name in plan.workload.init[0].env if "KEY" in name]
