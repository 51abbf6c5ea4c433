# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""vLLM's own server."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .._catalogue import metrics
from .._workload import Port, Workload
from .engine import Amounts, Engine
from .server import server
from .vllm_arguments import engine_arguments, vllm_environment
from .vllm_nodes import over_pods

if TYPE_CHECKING:
    from .._plan.facts import ServicePlan

_SHUTDOWN_TIMEOUT_SINCE = "0.18"

API_KEY_VARIABLE = "VLLM_API_KEY"

AMOUNTS = {
    "small": Amounts(cpu=("4", "8"), memory=("8Gi", "16Gi"), ephemeral=("4Gi", "16Gi")),
    "medium": Amounts(cpu=("4", "8"), memory=("16Gi", "32Gi"), ephemeral=("4Gi", "16Gi")),
    "large": Amounts(cpu=("8", "16"), memory=("64Gi", "96Gi"), ephemeral=("8Gi", "32Gi")),
}
"""For the first GPU of a pod; the model's own size and shared memory come on top."""


def workload(plan: ServicePlan) -> Workload:
    drains = plan.engine_is_at_least(_SHUTDOWN_TIMEOUT_SINCE)
    args = [plan.location.path, f"--port={plan.http_port.number}", "--served-model-name", *plan.served_names]
    args += [_flag(name, value) for name, value in engine_arguments(plan).items()]
    if plan.adapters:
        args += ["--lora-modules", *(f"{name}={path}" for name, path in plan.adapters.items())]
    if drains:
        args.append(f"--shutdown-timeout={plan.requests_in_flight}")
    made = server(
        plan,
        command=("vllm", "serve"),
        args=(*args, *plan.service.engine_args.extra),
        env=vllm_environment(plan),
        grace_period=None if drains else plan.grace_period - plan.requests_in_flight,
    )
    return over_pods(plan, made)


def _flag(name: str, value: Any) -> str:
    dashed = name.replace("_", "-")
    if value is True:
        return f"--{dashed}"
    if value is False:
        return f"--no-{dashed}"
    written = json.dumps(value, sort_keys=True, separators=(",", ":")) if isinstance(value, dict) else value
    return f"--{dashed}={written}"


VLLM = Engine(
    name="vllm",
    protocol="openai",
    model_format=("vLLM", "1"),
    ports=(Port(name="http", number=8000),),
    metrics_port="http",
    startup_path="/health",
    readiness_path="/v1/models",
    liveness_path="/health",
    api_key_variable=API_KEY_VARIABLE,
    uses_gpu=True,
    loads_model=True,
    amounts=AMOUNTS,
    exporter=metrics.VLLM,
    workload=workload,
)
