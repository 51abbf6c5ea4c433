# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""aiDAPTIVCache's server: vLLM of the vendor's, which keeps KV caches in main memory and on cache devices."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .._catalogue import metrics
from .._catalogue.aidaptiv import FLAGS
from .._workload import Env, Port, Workload, literal
from .engine import Engine
from .server import server
from .vllm import AMOUNTS, API_KEY_VARIABLE
from .vllm_arguments import engine_arguments, vllm_environment

if TYPE_CHECKING:
    from .._plan.facts import ServicePlan

_DIRECTORY = "/home/root/aiDAPTIV2/script"
_COMMAND = ("python3", "vllm_api_server.py")

_NEGATED_SINCE = "0.9"
"""First version of vLLM with ``--no-x``; before, a switch takes a value."""
_V1_BY_CHOICE_UNTIL = "0.11.2"
"""First version of vLLM that does not know VLLM_USE_V1."""
_ANY = 1 << 30
_OFF_BY_THEMSELVES = ("enforce_eager", "trust_remote_code", "enable_lora")


def workload(plan: ServicePlan) -> Workload:
    """The image's own server, started without a shell. An empty variable would count as set."""
    made = server(
        plan,
        command=_COMMAND,
        args=_arguments(plan),
        env=_environment(plan),
        grace_period=plan.grace_period - plan.requests_in_flight,
    )
    env = {name: value for name, value in made.main.env.items() if value != ""}
    return replace(made, main=replace(made.main, directory=_DIRECTORY, env=env))


def _arguments(plan: ServicePlan) -> tuple[str, ...]:
    args = [
        f"--model={plan.location.path}",
        f"--port={plan.http_port.number}",
        "--served-model-name",
        *plan.served_names,
    ]
    for name, value in engine_arguments(plan).items():
        args += _written(plan, name, value)
    if plan.adapters:
        args += ["--lora-modules", *(f"{name}={path}" for name, path in plan.adapters.items())]
    return (*map(literal, args), *plan.service.engine_args.extra)


def _written(plan: ServicePlan, name: str, value: Any) -> list[str]:
    flag = FLAGS[name].rendered if name in FLAGS else "--" + name.replace("_", "-")
    if value is True:
        return [flag]
    if value is False:
        if name in _OFF_BY_THEMSELVES:
            return []
        return [f"--no-{flag[2:]}" if plan.engine_is_at_least(_NEGATED_SINCE) else f"{flag}=false"]
    written = json.dumps(value, sort_keys=True, separators=(",", ":")) if isinstance(value, dict) else value
    return [f"{flag}={written}"]


def _environment(plan: ServicePlan) -> Env:
    chosen = {"k8s": "true", "VLLM_WORKER_MULTIPROC_METHOD": "spawn"}
    if not plan.engine_is_at_least(_V1_BY_CHOICE_UNTIL):
        chosen["VLLM_USE_V1"] = "1"
    if plan.service.gpu.p2p == "false":
        chosen |= {"NCCL_P2P_DISABLE": "1", "NCCL_IB_DISABLE": "1"}
    return {**vllm_environment(plan), **chosen}


AIDAPTIV = Engine(
    name="aidaptiv",
    container="vllm-api",
    protocol="openai",
    model_format=("vLLM", "1"),
    ports=(Port(name="http", number=8000),),
    metrics_port="http",
    startup_path="/health",
    readiness_path="/health",
    liveness_path="/health",
    api_key_variable=API_KEY_VARIABLE,
    uses_gpu=True,
    loads_model=True,
    shared_memory={2: "16Gi", _ANY: "30Gi"},
    amounts=AMOUNTS,
    exporter=metrics.VLLM,
    workload=workload,
)
