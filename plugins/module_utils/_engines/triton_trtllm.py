# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Triton Inference Server with TensorRT-LLM: through its LLM API, or before that with engines built for it.

One process serves each GPU. Several are started by mpirun, over all pods of a copy; the first takes the
requests. What waits for, starts and ends them is ``triton_trtllm_serve.py``, which a ConfigMap brings.
"""

from __future__ import annotations

import inspect
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .._catalogue import metrics, trtllm
from .._names import PROGRAMS, SERVICE_LABEL, SPEC_HASH_ANNOTATION
from .._workload import ConfigFiles, Env, Mount, Pace, Port, Workload
from . import triton_trtllm_layout as layout
from . import triton_trtllm_remote, triton_trtllm_serve
from .engine import Amounts, Engine
from .server import SCRATCH, server
from .triton import common_arguments
from .triton_trtllm_conversion import job, specification
from .triton_trtllm_links import lacks_links
from .triton_trtllm_repository import rendered

if TYPE_CHECKING:
    from .._plan.facts import ServicePlan

REPOSITORY = "/model-repository"

_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"
_METRICS_INTERVAL_MS = 1000
_LATE = 60
"""Seconds until what should be there counts as missing: a node sees late what another wrote to a volume."""
_PAUSE = 3


def workload(plan: ServicePlan) -> Workload:
    """The leader of a copy, and the worker that all its other pods are."""
    files = {
        "launch.json": json.dumps(launch(plan), indent=2, sort_keys=True) + "\n",
        "serve.py": inspect.getsource(triton_trtllm_serve),
    }
    if plan.pods_per_copy > 1:
        files["remote.py"] = inspect.getsource(triton_trtllm_remote)
    runner = ConfigFiles.named(f"{plan.name}-launch", files)
    script = f"{PROGRAMS}/serve.py"
    made = server(
        plan, command=("python3", script), args=("serve",), env=_environment(plan), config=(runner,)
    ).with_mounts((runner.volume("runner"), Mount(volume="runner", path=PROGRAMS, read_only=True)))
    conversion = job(plan)
    if plan.engine.converts:
        made = replace(made, jobs=(conversion,) if conversion else ())
    else:
        made = _with_repository(plan, made)
    made = replace(made, permissions=_permissions(plan, asks_for_job=conversion is not None))
    if plan.pods_per_copy > 1:
        worker = replace(
            made.main,
            args=("work",),
            ports=(),
            startup=None,
            readiness=None,
            liveness=None,
            drain_seconds=0,
        )
        made = replace(made, worker=worker)
    return made


def launch(plan: ServicePlan) -> dict[str, Any]:
    """All that the processes in the pods are told."""
    rendezvous = plan.platform.rendezvous
    several = plan.pods_per_copy > 1
    converts = plan.engine.converts and plan.service.conversion.enabled
    return {
        "account": _ACCOUNT,
        "container": plan.container_name,
        "conversion": {"jobs": {SERVICE_LABEL: plan.name}} if converts else None,
        "drain": plan.requests_in_flight,
        "late": _LATE,
        "pause": _PAUSE,
        "peers": {
            "rank": rendezvous.rank_label,
            "same": list(rendezvous.copy_labels),
            "generation": SPEC_HASH_ANNOTATION,
        }
        if rendezvous and several
        else None,
        "pods": plan.pods_per_copy,
        "ranks": _ranks(plan),
        "repositories": _repositories(plan),
        "world_size": plan.world_size,
    }


def _repositories(plan: ServicePlan) -> list[dict[str, Any]]:
    """Where a converted model may be. One that others put there says nothing of how it was made."""
    if not plan.engine.converts:
        return []
    place = layout.converted(plan)
    made = {
        "path": place / layout.MODEL,
        "marks": place.marks,
        "locks": [place.lock],
        "hash": specification(plan)["hash"] if plan.service.conversion.enabled else "",
    }
    if plan.service.conversion.enabled:
        return [made]
    by_hand = layout.staged_by_hand(plan)
    marks = [by_hand / layout.MODEL + "/ensemble/config.pbtxt"]
    locks = [by_hand / f"{part}/lock" for part in (layout.ENGINE, layout.MODEL)]
    return [made, {"path": by_hand / layout.MODEL, "marks": marks, "locks": locks, "hash": ""}]


def _ranks(plan: ServicePlan) -> list[list[str]]:
    """One command line for all ranks, or one for each."""
    if not plan.engine.converts:
        return [["trtllm-llmapi-launch", *_server(plan, REPOSITORY), *_first(plan)]]
    shared = ["--disable-auto-complete-config", "--model-load-thread-count=2"]
    first = [*_server(plan, "{repository}"), *shared, *_first(plan)]
    return [first, *([*_other(rank), *shared] for rank in range(1, plan.world_size))]


def _server(plan: ServicePlan, repository: str) -> list[str]:
    names = [port.name for port in plan.engine.ports]
    numbers = [port.number for port in plan.ports]
    return [
        "tritonserver",
        "--id=rank0",
        f"--model-repository={repository}",
        *(f"--{name}-port={number}" for name, number in zip(names, numbers, strict=True)),
    ]


def _first(plan: ServicePlan) -> list[str]:
    """Metrics of GPUs and CPUs are the business of exporters on the nodes."""
    return [
        "--allow-metrics=true",
        "--allow-gpu-metrics=false",
        "--allow-cpu-metrics=false",
        f"--metrics-interval-ms={_METRICS_INTERVAL_MS}",
        *common_arguments(plan),
    ]


def _other(rank: int) -> list[str]:
    """Ranks that only compute: nobody asks them, and the first one speaks for them."""
    return [
        "tritonserver",
        f"--id=rank{rank}",
        "--model-repository={repository}",
        "--allow-http=false",
        "--allow-grpc=false",
        "--allow-metrics=false",
        "--allow-gpu-metrics=false",
        "--allow-cpu-metrics=false",
        "--model-control-mode=explicit",
        "--load-model=tensorrt_llm",
        "--log-info=false",
        "--log-warning=false",
    ]


def _with_repository(plan: ServicePlan, made: Workload) -> Workload:
    """The files one by one, since Triton takes the hidden directories of a ConfigMap for models."""
    files = ConfigFiles.named(f"{plan.name}-repository", rendered(plan))
    volume = files.volume("repository")
    mounts = [
        Mount(volume="repository", path=f"{REPOSITORY}/{path}", sub_path=files.key(path), read_only=True)
        for path in sorted(files.files)
    ]
    return replace(made, config=(*made.config, files)).with_mounts(*((volume, mount) for mount in mounts))


def _environment(plan: ServicePlan) -> Env:
    """Places that any user id may write to."""
    env = {
        "HOME": SCRATCH,
        "USER": "inferops",
        "HF_HOME": f"{SCRATCH}/huggingface",
        "XDG_CACHE_HOME": f"{SCRATCH}/cache",
        "TRITON_CACHE_DIR": f"{SCRATCH}/triton",
        "TLLM_LOG_LEVEL": "INFO" if plan.service.engine_args.log_verbose else "WARNING",
    }
    if plan.engine.converts:
        if lacks_links(plan):
            env |= trtllm.linked_only_by_network(plan.engine_version)[1]
        return {**env, "HF_HUB_OFFLINE": "1"}
    if plan.hub_cache is not None:
        env["HF_HOME"] = plan.hub_cache
    if plan.hub_offline:
        env["HF_HUB_OFFLINE"] = "1"
    elif plan.hub_endpoint is not None:
        env["HF_ENDPOINT"] = plan.hub_endpoint
    return env


def _permissions(plan: ServicePlan, *, asks_for_job: bool) -> tuple[dict[str, Any], ...]:
    """The leader looks at the Job that it waits for, and starts the ranks in the pods of its copy."""
    rules: list[dict[str, Any]] = []
    if asks_for_job:
        rules.append({"apiGroups": ["batch"], "resources": ["jobs"], "verbs": ["list"]})
    if rules or plan.pods_per_copy > 1:
        rules.append({"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]})
    if plan.pods_per_copy > 1:
        rules.append({"apiGroups": [""], "resources": ["pods/exec"], "verbs": ["create", "get"]})
    return tuple(rules)


_AMOUNTS = Amounts(cpu=("4", "4"), memory=("30Gi", "30Gi"), ephemeral=("1Gi", "1Gi"))
_PORTS = (
    Port(name="http", number=8000),
    Port(name="grpc", number=8001),
    Port(name="metrics", number=8002),
)

_BUILT = Engine(
    name="triton-trtllm",
    protocol="triton-ensemble",
    served_names=("ensemble",),
    model_format=("triton", "2"),
    inference_protocols=("v2", "grpc-v2"),
    ports=_PORTS,
    metrics_port="metrics",
    startup_path="/v2/health/ready",
    readiness_path="/v2/health/ready",
    liveness_path="/v2/health/live",
    startup_timeout=960,
    startup_pace=Pace(delay=60, period=15),
    readiness_pace=Pace(delay=15, period=2, failures=15),
    liveness_pace=Pace(delay=10, period=2, timeout=10, failures=15),
    uses_gpu=True,
    loads_model=True,
    converts=True,
    amounts=dict.fromkeys(("small", "medium", "large"), _AMOUNTS),
    exporter=metrics.TRITON,
    workload=workload,
)

TRITON_TRTLLM = replace(
    _BUILT,
    protocol="triton-llmapi",
    served_names=("tensorrt_llm",),
    converts=False,
    before=(trtllm.LLM_API_SINCE, _BUILT),
)
