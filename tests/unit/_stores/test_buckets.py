# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._objects import secret_objects

from tests.unit._plan.inventory import BUCKET, fleet, main_container, planned, pod, rendered, variables

WEIGHTS = {**BUCKET, "name": "weights", "bucket": "second", "region": "ru-2", "prefix": "triton"}
OPEN = {"name": "open", "kind": "s3", "bucket": "third"}
GPT2 = {"name": "vllm_model", "source": "openai-community/gpt2", "store": "bucket"}
SERVED: dict[str, Any] = {
    "engine": "triton-vllm",
    "model": GPT2,
    "stores": [BUCKET, WEIGHTS, OPEN],
    "repositories": ["weights", "open"],
}


@pytest.mark.req("S4-25")
def test_triton_serves_several_repositories() -> None:
    args = main_container(rendered(**SERVED))["args"]
    endpoint = "s3://https://s3.ru-1.storage.selcloud.ru:443"
    assert [each for each in args if each.startswith("--model-repository=")] == [
        f"--model-repository={endpoint}/demo/model_repository",
        f"--model-repository={endpoint}/second/triton",
        "--model-repository=s3://third/model_repository",
    ]


@pytest.mark.req("S4-28")
def test_keys_of_several_buckets_are_put_into_one_file_by_url(tmp_path: Path) -> None:
    objects = rendered(**SERVED)
    (writer,) = pod(objects)["initContainers"]
    main, env = main_container(objects), variables(writer)
    references = {name: value for name, value in env.items() if name != "BUCKETS"}
    assert references == {
        f"KEYS_{number}_{name}": {"name": "keys", "key": f"AWS_{name}"}
        for number in (0, 1)
        for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY")
    }
    file = variables(main)["TRITON_CLOUD_CREDENTIAL_PATH"]
    assert not any(name.startswith("AWS_") for name in variables(main))
    (room,) = [each for each in pod(objects)["volumes"] if each["name"] == "s3-keys"]
    assert room["emptyDir"]["medium"] == "Memory", "keys are on no disk"

    written = tmp_path / "credentials.json"
    script = writer["command"][2].replace(file, str(written))
    given = {"KEYS_0_ACCESS_KEY_ID": "AKIA", "KEYS_0_SECRET_ACCESS_KEY": 'a "secret"'}
    subprocess.run([sys.executable, "-c", script], env={"BUCKETS": env["BUCKETS"], **given}, check=True)
    assert stat.S_IMODE(written.stat().st_mode) == 0o600
    nobody = {"key_id": "", "secret_key": "", "region": "", "session_token": "", "profile": ""}
    assert json.loads(written.read_text(encoding="utf-8")) == {
        "s3": {
            "s3://https://s3.ru-1.storage.selcloud.ru:443/demo/model_repository": {
                **nobody,
                "key_id": "AKIA",
                "secret_key": 'a "secret"',
                "region": "ru-1",
            },
            "s3://https://s3.ru-1.storage.selcloud.ru:443/second/triton": {**nobody, "region": "ru-2"},
            "s3://third/model_repository": nobody,
        }
    }


def test_one_bucket_beside_a_model_on_a_volume_needs_no_file() -> None:
    objects = rendered(engine="triton-vllm", repositories=["bucket"])
    assert "initContainers" not in pod(objects)
    env = variables(main_container(objects))
    assert env["AWS_ACCESS_KEY_ID"] == {"name": "keys", "key": "AWS_ACCESS_KEY_ID"}
    assert "HF_HUB_OFFLINE" not in env, "models of the other repository may be the hub's"


def test_pods_and_secrets_follow_the_keys_of_every_bucket() -> None:
    states = {("default", "keys"): "1"}
    given: dict[str, Any] = {"engine": "triton-vllm", "repositories": ["bucket"]}
    assert planned(**given).read_secrets == ("keys",)
    assert planned(**given).spec_hash != planned(**given, secret_states=states).spec_hash
    everything = fleet([{"name": "chat", "namespace": "models", "model": "llama", **given}])
    (secret,) = secret_objects(everything, everything.secrets["keys"])
    assert secret["metadata"]["namespace"] == "models"
