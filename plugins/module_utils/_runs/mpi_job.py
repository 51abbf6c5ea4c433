# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The all-reduce of nccl-tests under the MPI operator: a launcher, and one worker for each pod of a copy."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .._plan import ServicePlan
from .._platforms.gang import queue_labels
from .._workload import Resources, Workload
from .pods import KEPT_SECONDS, gpu_pod, metadata, network_environment, plain_pod, run_name, template
from .run import RUN_LABEL, Run

MPI_GROUP, MPI_KIND = "kubeflow.org", "MPIJob"
ROLE = "training.kubeflow.org/job-role"
"""Label by which the operator tells launcher and workers apart."""
ROOT = 0
_LAUNCHER = Resources(
    requests={"cpu": "250m", "memory": "256Mi", "ephemeral-storage": "64Mi"},
    limits={"cpu": "2", "memory": "1Gi", "ephemeral-storage": "1Gi"},
)


def mpi_job(plan: ServicePlan, *, image: str, max_bytes: int, timeout: int) -> Run:
    name, ranks = run_name(plan, "nccl"), plan.ranks_per_pod
    image = plan.relocated(image)
    env = network_environment(plan)
    # what ssh starts has no environment but what mpirun hands over
    handed_over = tuple(word for variable in sorted((*env, "LD_LIBRARY_PATH")) for word in ("-x", variable))
    launcher = plain_pod(
        plan,
        name="mpirun",
        image=image,
        command=(
            "mpirun",
            "--allow-run-as-root",
            "--bind-to",
            "none",
            "-np",
            str(ranks * plan.pods_per_copy),
            *handed_over,
            "all_reduce_perf",
            *("--minbytes", "8", "--maxbytes", str(max_bytes), "--stepfactor", "4"),
            *("--ngpus", "1", "--check", "1"),
        ),
        env=env,
        resources=_LAUNCHER,
    )
    # without a command the operator starts sshd
    worker = gpu_pod(plan, image=image, command=(), env={})
    work = {
        "apiVersion": f"{MPI_GROUP}/v2beta1",
        "kind": MPI_KIND,
        "metadata": metadata(plan, name, queue_labels(plan)),
        "spec": {
            "slotsPerWorker": ranks,
            "launcherCreationPolicy": "WaitForWorkersReady",
            "runPolicy": {
                "cleanPodPolicy": "Running",
                "backoffLimit": 0,
                "activeDeadlineSeconds": timeout,
                "ttlSecondsAfterFinished": KEPT_SECONDS,
            },
            "mpiReplicaSpecs": {
                "Launcher": _replicas(launcher, name, 1),
                "Worker": _replicas(worker, name, plan.pods_per_copy),
            },
        },
    }
    return Run(
        name=name,
        namespace=plan.namespace,
        objects=(work,),
        speaker=f"{RUN_LABEL}={name},{ROLE}=launcher",
    )


def _replicas(pod: Workload, run: str, number: int) -> dict[str, Any]:
    """sshd and its keys belong to root, and sshd changes its root and its user."""
    made = template(replace(pod, user=ROOT, group=None), run)
    for one in made["spec"]["containers"]:
        one["securityContext"] = (
            {"capabilities": {"add": list(pod.main.capabilities)}} if pod.main.capabilities else {}
        )
    made["spec"].pop("restartPolicy")
    return {"replicas": number, "restartPolicy": "Never", "template": made}
