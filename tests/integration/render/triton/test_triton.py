# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real tritonserver loads what we render: from files as they are mounted, and from a bucket.

The server and its protocol are real; vLLM behind it is the stand-in of ``standin_backend.py``: no GPU here.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._catalogue.vllm import standing
from ansible_collections.inferops.serving.plugins.module_utils._catalogue.vllm_arguments import FIELDS
from ansible_collections.inferops.serving.plugins.module_utils._engines.triton_vllm import (
    REPOSITORY,
    repository,
)
from ansible_collections.inferops.serving.plugins.module_utils._plan import ServicePlan

from tests.integration.render.triton.server import (
    Installation,
    Triton,
    bucket_server,
    install,
    running,
)
from tests.unit._plan.inventory import BUCKET, planned

STAND_IN = "the vllm backend of Triton"
GPT2 = {"name": "vllm_model", "source": "openai-community/gpt2", "store": "bucket"}


@pytest.fixture(scope="session")
def installation() -> Installation:
    try:
        return install(Path(__file__).with_name("requirements.txt"))
    except (subprocess.CalledProcessError, OSError) as error:
        pytest.skip(f"not run: Triton cannot be installed here ({error})")


@contextmanager
def served(
    installation: Installation, plan: ServicePlan, folder: Path, files: dict[str, str]
) -> Iterator[Triton]:
    """The container of a plan, with its repository below a folder of this machine."""
    root = folder / "repository"
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content, encoding="utf-8")
    args = [each.replace(REPOSITORY, str(root)) for each in plan.workload.main.args]
    with started(installation, plan, args, {}, folder) as triton:
        yield triton


@contextmanager
def started(
    installation: Installation, plan: ServicePlan, args: list[str], env: dict[str, str], folder: Path
) -> Iterator[Triton]:
    every = {name for names in FIELDS.values() for name in names.split()}
    fields = [name for name in every if standing(name, plan.engine_version, command_line=False)[0] == "known"]
    with running(installation, args=args, env=env, fields=fields, log=folder / "triton.log") as triton:
        yield triton


def generate(triton: Triton, model: str) -> Any:
    body = {
        "text_input": "What is Triton Inference Server?",
        "parameters": {"stream": False, "temperature": 0},
    }
    return triton.ask(f"/v2/models/{model}/generate", body)


@pytest.mark.proof("E")
@pytest.mark.req("S0-03", "S4-01", "S4-06")
def test_a_rendered_repository_is_loaded_and_answers(installation: Installation, tmp_path: Path) -> None:
    logging = {"log_verbose": 1, "log_iso8601": True}
    plan = planned(engine="triton-vllm", engine_args=logging, topology={"tensor": 2})
    with served(installation, plan, tmp_path, repository(plan)) as triton:
        triton.wait_until_ready()
        index = triton.ask("/v2/repository/index", {})
        assert [(each["name"], each["version"], each["state"]) for each in index] == [("llama", "1", "READY")]
        config = triton.ask("/v2/models/llama/config")
        assert config["max_batch_size"] == 0
        assert config["model_transaction_policy"] == {"decoupled": True}
        assert "dynamic_batching" not in config
        answer = generate(triton, "llama")
        assert (answer["model_name"], answer["model_version"]) == ("llama", "1")
        assert answer["text_output"]


@pytest.mark.proof("E", stand_in=STAND_IN)
@pytest.mark.req("S0-04")
def test_the_backend_accepts_the_instance_group(installation: Installation, tmp_path: Path) -> None:
    plan = planned(engine="triton-vllm", topology={"tensor": 2})
    wrong = {path: text.replace("KIND_MODEL", "KIND_CPU") for path, text in repository(plan).items()}
    with served(installation, plan, tmp_path, wrong) as triton:
        triton.wait_until_ended()
        assert "instance group of kind KIND_CPU" in triton.log


@pytest.mark.proof("E", stand_in=STAND_IN)
@pytest.mark.req("S0-05", "S0-06")
def test_what_the_backend_would_refuse_is_refused_here_too(
    installation: Installation, tmp_path: Path
) -> None:
    """So that the tests above would see it."""
    plan = planned(engine="triton-vllm")
    files = repository(plan)
    path = "llama/1/model.json"
    for wrong, words in (
        ({"disable_log_requests": True}, "unexpected keyword argument 'disable_log_requests'"),
        ({"enable_lora": True}, "cannot find multi_lora.json"),
    ):
        files[path] = json.dumps({**json.loads(files[path]), **wrong})
        with served(installation, plan, tmp_path, files) as triton:
            triton.wait_until_ended()
            assert words in triton.log
        files = repository(plan)


@pytest.mark.proof("E", stand_in=STAND_IN)
@pytest.mark.req("S0-06")
def test_adapters_are_found(installation: Installation, tmp_path: Path) -> None:
    adapters = [{"name": "sql", "source": "lora/sql", "rank": 16}]
    plan = planned(engine="triton-vllm", model={"adapters": adapters}, lora={"enabled": True, "max_rank": 16})
    with served(installation, plan, tmp_path, repository(plan)) as triton:
        triton.wait_until_ready()


@pytest.mark.proof("E")
@pytest.mark.req("S4-25", "S4-29")
def test_a_repository_is_read_from_a_bucket(installation: Installation, tmp_path: Path) -> None:
    with bucket_server(installation, tmp_path / "s3.log") as endpoint:
        store = {**BUCKET, "endpoint": endpoint}
        plan = planned(engine="triton-vllm", model=GPT2, stores=[store], presets=["gpt2-demo"])
        upload(installation, endpoint, plan)
        env = {name: value for name, value in plan.workload.main.env.items() if isinstance(value, str)}
        copies = tmp_path / "copies"
        copies.mkdir()
        env = {
            "TRITON_AWS_MOUNT_DIRECTORY": str(copies),
            "AWS_DEFAULT_REGION": env["AWS_DEFAULT_REGION"],
            "AWS_ACCESS_KEY_ID": "AKIA",
            "AWS_SECRET_ACCESS_KEY": "hidden",
        }
        with started(installation, plan, list(plan.workload.main.args), env, tmp_path) as triton:
            triton.wait_until_ready()
            assert [each["name"] for each in triton.ask("/v2/repository/index", {})] == ["vllm_model"]
            assert generate(triton, "vllm_model")["text_output"]
            assert list(copies.rglob("model.json")), "the model is copied to where we said"


@pytest.mark.proof("E")
@pytest.mark.req("S4-25")
def test_repositories_are_read_from_several_buckets(installation: Installation, tmp_path: Path) -> None:
    """With the keys of each from the file that the pod's first container writes."""
    with bucket_server(installation, tmp_path / "s3.log") as endpoint:
        own = {**BUCKET, "endpoint": endpoint}
        second = {**own, "name": "second", "bucket": "second"}
        stores = [own, second]
        plan = planned(engine="triton-vllm", model=GPT2, stores=stores, repositories=["second"])
        upload(installation, endpoint, plan)
        other = {**GPT2, "name": "other_model", "store": "second"}
        upload(installation, endpoint, planned(engine="triton-vllm", model=other, stores=stores))
        (writer,) = plan.workload.init
        keys = tmp_path / "credentials.json"
        place = str(plan.workload.main.env["TRITON_CLOUD_CREDENTIAL_PATH"])
        given = {name: "given" for name in writer.env if name.startswith("KEYS_")}
        script = [*writer.command[:2], writer.command[2].replace(place, str(keys))]
        subprocess.run(script, env={**given, "BUCKETS": str(writer.env["BUCKETS"])}, check=True)
        env = {"TRITON_AWS_MOUNT_DIRECTORY": str(tmp_path), "TRITON_CLOUD_CREDENTIAL_PATH": str(keys)}
        with started(installation, plan, list(plan.workload.main.args), env, tmp_path) as triton:
            triton.wait_until_ready()
            models = {each["name"] for each in triton.ask("/v2/repository/index", {})}
            assert models == {"vllm_model", "other_model"}
            assert generate(triton, "other_model")["text_output"]


def upload(installation: Installation, endpoint: str, plan: ServicePlan) -> None:
    script = """
import boto3, json, sys
endpoint, bucket, files = sys.argv[1], sys.argv[2], json.load(sys.stdin)
s3 = boto3.client("s3", endpoint_url=endpoint, aws_access_key_id="AKIA", aws_secret_access_key="hidden",
                  region_name="ru-1")
s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "ru-1"})
for path, content in files.items():
    s3.put_object(Bucket=bucket, Key=f"model_repository/{path}", Body=content.encode())
"""
    subprocess.run(
        [installation.bin / "python", "-c", script, endpoint, str(plan.store.bucket)],
        input=json.dumps(repository(plan)),
        text=True,
        check=True,
    )
