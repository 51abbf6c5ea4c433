# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Triton Inference Server with the vLLM backend."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from .._catalogue import metrics
from .._names import REPOSITORY_HASH_ANNOTATION
from .._stores.s3 import repository_url
from .._workload import ConfigFiles, Mount, Port, Workload
from .engine import Engine
from .server import server
from .triton import common_arguments
from .vllm import AMOUNTS
from .vllm_arguments import engine_arguments, vllm_environment

if TYPE_CHECKING:
    from .._plan.facts import ServicePlan

REPOSITORY = "/model-repository"

_CONFIG = """\
backend: "vllm"
instance_group [
  {
    count: 1
    kind: KIND_MODEL
  }
]
parameters {
  key: "REPORT_CUSTOM_METRICS"
  value { string_value: "true" }
}
"""
"""Batching, inputs and outputs are the backend's own; it refuses KIND_GPU for more than one GPU."""


def repository(plan: ServicePlan) -> dict[str, str]:
    """The model repository: path below its root to content."""
    model = plan.model.name
    arguments = {
        "model": plan.location.path,
        **engine_arguments(plan),
        **plan.service.engine_args.model_json,
    }
    files = {f"{model}/config.pbtxt": _CONFIG, f"{model}/1/model.json": _json(arguments)}
    if plan.service.lora.enabled:
        files[f"{model}/1/multi_lora.json"] = _json(plan.adapters)
    return files


def workload(plan: ServicePlan) -> Workload:
    """Triton over a repository that comes with the service, or over one in a store.

    The files are mounted one by one: the mounted directory of a ConfigMap holds hidden directories, which
    Triton takes for models.
    """
    files = ConfigFiles(name=f"{plan.name}-repository", files=repository(plan))
    fetches = plan.location.delivery == "repository"
    if fetches or plan.brings_repository:
        made = server(
            plan,
            command=("tritonserver",),
            args=_arguments(plan, plan.location.uri if fetches else plan.location.path),
            env=vllm_environment(plan),
        )
        if plan.brings_repository:
            return made
        return replace(made, annotations={**made.annotations, REPOSITORY_HASH_ANNOTATION: files.digest})
    made = server(
        plan,
        command=("tritonserver",),
        args=_arguments(plan, REPOSITORY),
        env=vllm_environment(plan),
        config=(files,),
    )
    volume = files.volume("repository")
    mounts = [
        Mount(volume="repository", path=f"{REPOSITORY}/{path}", sub_path=files.key(path), read_only=True)
        for path in sorted(files.files)
    ]
    return made.with_mounts(*((volume, mount) for mount in mounts))


def _arguments(plan: ServicePlan, root: str) -> tuple[str, ...]:
    ports = {
        port.name: number
        for port, number in zip(TRITON_VLLM.ports, (p.number for p in plan.ports), strict=True)
    }
    listening = (f"--{name}-port={number}" for name, number in ports.items())
    roots = (root, *map(repository_url, plan.repositories))
    return (*(f"--model-repository={each}" for each in roots), *listening, *common_arguments(plan))


def _json(content: object) -> str:
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


TRITON_VLLM = Engine(
    name="triton-vllm",
    protocol="triton",
    model_format=("triton", "2"),
    inference_protocols=("v2", "grpc-v2"),
    ports=(Port(name="http", number=8000), Port(name="grpc", number=8001), Port(name="metrics", number=8002)),
    metrics_port="metrics",
    startup_path="/v2/health/ready",
    readiness_path="/v2/health/ready",
    liveness_path="/v2/health/live",
    uses_gpu=True,
    loads_model=True,
    repository=repository,
    amounts=AMOUNTS,
    exporter=metrics.TRITON,
    workload=workload,
)
