# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The all-reduce without an operator: an indexed Job of the engine's own image, whose PyTorch brings NCCL."""

from __future__ import annotations

from .._names import PROGRAMS
from .._plan import ServicePlan
from .._platforms.gang import queue_labels
from .._workload import PodField
from .pods import HOME, config_map, gpu_pod, job, metadata, program, run_name, template, with_program
from .programs import all_reduce
from .run import RUN_LABEL, Run

INDEX = "batch.kubernetes.io/job-completion-index"
PORT = 29500
"""Where the first pod gathers the others."""


def indexed_job(plan: ServicePlan, *, max_bytes: int, timeout: int) -> Run:
    name, pods = run_name(plan, "nccl"), plan.pods_per_copy
    files = program(name, all_reduce)
    command = (
        "python3",
        "-m",
        "torch.distributed.run",
        f"--nnodes={pods}",
        f"--nproc-per-node={plan.ranks_per_pod}",
        "--node-rank=$(POD_INDEX)",
        f"--master-addr={name}-0.{name}",
        f"--master-port={PORT}",
        f"{PROGRAMS}/all_reduce.py",
    )
    pod = gpu_pod(
        plan,
        image=plan.image,
        command=command,
        env={
            **HOME,
            "ALL_REDUCE_MAX_BYTES": str(max_bytes),
            "POD_INDEX": PodField(path=f"metadata.labels['{INDEX}']"),
        },
    )
    work = job(
        plan,
        name,
        template(with_program(pod, files), name, subdomain=name),
        timeout=timeout,
        labels=queue_labels(plan),
        completionMode="Indexed",
        completions=pods,
        parallelism=pods,
    )
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": metadata(plan, name),
        "spec": {
            "clusterIP": "None",
            # the pods meet before any of them is ready
            "publishNotReadyAddresses": True,
            "selector": {RUN_LABEL: name},
            "ports": [{"name": "rendezvous", "port": PORT, "protocol": "TCP"}],
        },
    }
    return Run(
        name=name,
        namespace=plan.namespace,
        objects=(config_map(plan, files), service, work),
        speaker=f"{RUN_LABEL}={name},{INDEX}=0",
    )
