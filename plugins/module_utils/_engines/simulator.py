# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulator llm-d-inference-sim, which answers like vLLM without GPU and model."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from .._catalogue import metrics
from .._workload import Port, Workload
from .engine import Amounts, Engine
from .server import SCRATCH, server

if TYPE_CHECKING:
    from .._plan.facts import ServicePlan

_AMOUNTS = Amounts(cpu=("100m", "1"), memory=("128Mi", "512Mi"), ephemeral=("128Mi", "512Mi"))


def workload(plan: ServicePlan) -> Workload:
    """It knows few of vLLM's flags and stops at any other, so only those it knows are passed on."""
    service = plan.service
    known = {
        "port": plan.http_port.number,
        "max-model-len": service.engine_args.max_model_len,
        "max-num-seqs": service.engine_args.max_num_seqs,
        "seed": service.engine_args.seed,
    }
    args = [
        "--model",
        plan.served_names[0],
        "--force-dummy-tokenizer",
        "--served-model-name",
        *plan.served_names,
    ]
    args += [f"--{name}={value}" for name, value in known.items() if value is not None]
    if plan.adapters:
        adapters = [{"name": name, "path": path} for name, path in plan.adapters.items()]
        args += ["--lora-modules", *(json.dumps(adapter, sort_keys=True) for adapter in adapters)]
    return server(
        plan,
        command=("/app/llm-d-inference-sim",),
        args=(*args, *service.engine_args.extra),
        env={"HOME": SCRATCH},
        grace_period=plan.grace_period - plan.requests_in_flight,
    )


SIMULATOR = Engine(
    name="simulator",
    protocol="openai",
    model_format=("vLLM", "1"),
    ports=(Port(name="http", number=8000),),
    metrics_port="http",
    startup_path="/health/ready",
    readiness_path="/health/ready",
    liveness_path="/health",
    uses_gpu=False,
    loads_model=False,
    amounts={"small": _AMOUNTS, "medium": _AMOUNTS, "large": _AMOUNTS},
    exporter=metrics.VLLM,
    workload=workload,
)
