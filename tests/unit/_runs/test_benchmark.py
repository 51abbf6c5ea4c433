# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The benchmark: what aiperf is told, and what is read from its log."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._catalogue.pins import PINS
from ansible_collections.inferops.serving.plugins.module_utils._engines import ENGINES
from ansible_collections.inferops.serving.plugins.module_utils._runs import Load
from ansible_collections.inferops.serving.plugins.module_utils._runs.benchmark import (
    ENDPOINTS,
    address,
    benchmark_job,
    judge,
)
from ansible_collections.inferops.serving.plugins.module_utils._runs.programs import load as program
from ansible_collections.inferops.serving.plugins.module_utils._runs.run import Run

from .samples import planned

LOAD = Load(concurrency=4, requests=20, input_tokens=50, output_tokens=16)
# the fields of an export of aiperf 0.13 that are read here, and some that are not
EXPORT: dict[str, Any] = {
    "schema_version": "1.4",
    "aiperf_version": "0.13.0",
    "request_throughput": {"unit": "requests/sec", "avg": 52.9},
    "request_latency": {"unit": "ms", "avg": 69.5, "p1": 60.1, "p50": 68.0, "p90": 79.0, "p99": 80.8},
    "request_count": {"unit": "requests", "avg": 20.0},
    "time_to_first_token": {"unit": "ms", "avg": 23.2, "p50": 22.4, "p90": 25.0, "p99": 30.8, "std": 0.5},
    "benchmark_duration": {"unit": "sec", "avg": 0.37},
    "input_config": {"endpoint": {"api_key": "<redacted>"}},
}


def wanted(image: str | None = None, **changes: Any) -> Run:
    plan = planned(**changes)
    return benchmark_job(plan, LOAD, url=address(plan) or "", image=image, timeout=900)


def container(run: Run) -> dict[str, Any]:
    (one,) = run.objects[-1]["spec"]["template"]["spec"]["containers"]
    return dict(one)


def asked(run: Run) -> dict[str, Any]:
    env = {one["name"]: one.get("value") for one in container(run)["env"]}
    return dict(json.loads(env["BENCHMARK"]))


def told(log: str) -> Any:
    return judge(
        wanted(),
        log,
        {"name": "large", "namespace": "rag", "url": "http://x", "model": "llama", "load": LOAD},
    )


def test_the_service_is_asked_at_its_address_inside_the_cluster() -> None:
    assert asked(wanted())["endpoint"]["urls"] == ["http://large.rag.svc:8000"]
    assert asked(wanted())["model"] == "llama"


def test_the_pinned_image_comes_from_the_registry_of_the_cluster() -> None:
    version = PINS["aiperf"].current
    assert container(wanted())["image"] == f"registry.example/cache/nvidia/ai-dynamo/aiperf:{version}"
    assert container(wanted(image="quay.io/team/aiperf:1"))["image"] == "registry.example/cache/team/aiperf:1"


@pytest.mark.req("XC-13")
def test_the_api_key_comes_from_its_secret_and_stands_nowhere() -> None:
    run = wanted()
    assert "made-up" not in json.dumps(list(run.objects))
    (key,) = [one for one in container(run)["env"] if "valueFrom" in one]
    assert key["valueFrom"]["secretKeyRef"] == {"name": "clients", "key": "api-key"}
    assert asked(run)["endpoint"]["api_key"] == "${" + key["name"] + "}"
    assert key["name"] not in " ".join(container(run)["command"])


def test_a_service_without_key_is_asked_without() -> None:
    assert "api_key" not in asked(wanted(expose={}))["endpoint"]


def test_the_pod_asks_for_no_gpu_and_runs_where_pod_security_is_restricted() -> None:
    run = wanted()
    assert "nvidia.com/gpu" not in container(run)["resources"]["limits"]
    assert container(run)["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert run.objects[-1]["spec"]["template"]["spec"]["securityContext"]["runAsNonRoot"]


def test_every_protocol_of_an_engine_has_its_way_of_asking() -> None:
    assert {engine.protocol for engine in ENGINES.values()} <= set(ENDPOINTS)


@pytest.mark.parametrize("protocol", [name for name in ENDPOINTS if name != "openai"])
def test_the_body_for_triton_is_json_once_it_is_filled_in(protocol: str) -> None:
    from jinja2 import Environment

    endpoint = ENDPOINTS[protocol](planned())
    body = Environment(autoescape=True).from_string(endpoint["template"]["body"])
    made = json.loads(body.render(text='a "quoted" <word>', max_tokens=16))
    assert made["text_input"] == 'a "quoted" <word>'
    assert 16 in (*made.values(), *made.get("parameters", {}).values())
    assert endpoint["path"].startswith("/v2/models/llama/generate")


def test_the_prompts_are_the_same_in_every_run_and_differ_from_each_other() -> None:
    first = program.prompts(20, words=50, output_tokens=16)
    assert first == program.prompts(20, words=50, output_tokens=16)
    assert len({one["text"][:40] for one in first}) == 20
    assert {len(one["text"].split()) for one in first} == {50}


def test_the_configuration_warms_up_and_fetches_nothing(tmp_path: Path) -> None:
    made = program.settings(asked(wanted()), tmp_path)
    warmup, profiling = made["phases"]
    assert warmup["exclude_from_results"]
    assert profiling["requests"] == len(made["dataset"]["records"]) == 20
    assert Path(made["tokenizer"]["name"], "tokenizer.json").is_file()


def test_the_result_has_what_is_read_later_and_no_configuration() -> None:
    made = program.summary(EXPORT)
    assert made["requests"] == 20
    assert made["failed"] == 0
    assert made["metrics"]["time_to_first_token"] == {
        "unit": "ms",
        "avg": 23.2,
        "p50": 22.4,
        "p90": 25.0,
        "p99": 30.8,
    }
    assert "input_config" not in made
    assert "output_token_throughput" not in made["metrics"]  # Triton does not tell tokens


def test_the_last_line_of_the_log_is_the_result() -> None:
    found = told("starting\n" + json.dumps(program.summary(EXPORT)) + "\n")
    assert found.ok
    assert found.metrics["request_throughput"]["avg"] == 52.9
    assert found.seconds == 0.37


def test_requests_that_failed_are_a_failure_with_its_numbers() -> None:
    failing = program.summary({**EXPORT, "error_request_count": {"avg": 3.0}})
    found = told(json.dumps(failing))
    assert [one.code for one in found.diagnosis] == ["RequestsFailed"]
    assert found.failed == 3
    assert found.metrics


def test_a_log_without_result_is_told_by_its_last_words() -> None:
    (problem,) = told("exec: aiperf: not found").diagnosis
    assert problem.code == "NoResult"
    assert "aiperf: not found" in problem.message
