# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pods and objects that every run is made of."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import replace
from types import ModuleType
from typing import Any

from .._names import MANAGED_BY_LABEL, MANAGER, PROGRAMS, SERVICE_LABEL
from .._plan import ServicePlan
from .._platforms.job import NO_SIDECAR
from .._platforms.pod import container, pod_fields, volumes
from .._workload import ConfigFiles, Container, Env, Mount, Resources, Volume, Workload
from .run import RUN_LABEL

Object = dict[str, Any]
SCRATCH = "/tmp"  # noqa: S108 - a volume of the pod is mounted there
HOME: Env = {"HOME": SCRATCH}
"""The images' own home belongs to another user."""
KEPT_SECONDS = 600
"""How long the cluster keeps what a run could not remove itself."""
_COUNTED = ("cpu", "memory", "ephemeral-storage")


def run_name(plan: ServicePlan, what: str) -> str:
    """Name of the objects of a run; pods and their host names are longer still."""
    return f"{plan.name[:40].rstrip('-')}-{what}"


def program(name: str, module: ModuleType) -> ConfigFiles:
    """A file of ours, for a pod that runs it as it is."""
    file = module.__name__.rpartition(".")[2]
    return ConfigFiles(name=name, files={f"{file}.py": inspect.getsource(module)})


def with_program(pod: Workload, files: ConfigFiles) -> Workload:
    mount = Mount(volume="program", path=PROGRAMS, read_only=True)
    return replace(pod.with_mounts((files.volume("program"), mount)), config=(files,))


def gpu_pod(plan: ServicePlan, *, image: str, command: tuple[str, ...], env: Env) -> Workload:
    """A pod of the service without its server and its model: GPUs, network devices, shared memory, placement
    and what its environment tells NCCL are those of the service."""
    made = plan.workload
    main = made.main
    mounts = tuple(one for one in main.mounts if one.path.startswith("/dev/"))
    used = {mount.volume for mount in mounts}
    resources = _beside(plan)
    scratch, at_scratch = _scratch(resources)
    return replace(
        made,
        main=Container(
            name="all-reduce",
            image=image,
            pull_policy=main.pull_policy,
            command=command,
            env={**network_environment(plan), **env},
            resources=resources,
            mounts=(at_scratch, *mounts),
            capabilities=main.capabilities,
        ),
        worker=None,
        jobs=(),
        permissions=(),
        init=(),
        volumes=(scratch, *(volume for volume in made.volumes if volume.name in used)),
        config=(),
        labels={},
        annotations=plan.service.annotations,
        service_account=None,
        grace_period=30,
    )


def network_environment(plan: ServicePlan) -> dict[str, str]:
    """What tells CUDA, NCCL and the libraries below it of devices and ways."""
    known = ("NCCL_", "CUDA_VISIBLE_", "UCX_", "FI_", "GLOO_SOCKET_")
    env = plan.workload.main.env
    return {name: value for name, value in env.items() if name.startswith(known) and isinstance(value, str)}


def plain_pod(
    plan: ServicePlan, *, name: str, image: str, command: tuple[str, ...], env: Env, resources: Resources
) -> Workload:
    """A pod that asks for nothing of its node but processor and memory."""
    scratch, at_scratch = _scratch(resources)
    return Workload(
        main=Container(
            name=name,
            image=image,
            command=command,
            env=env,
            resources=resources,
            mounts=(at_scratch,),
        ),
        volumes=(scratch,),
        user=plan.user,
        pull_secrets=plan.pull_secrets,
    )


def template(pod: Workload, run: str, **fields: Any) -> Object:
    """The pod template of a run; *fields* are further ones of the pod."""
    labels = {**NO_SIDECAR, RUN_LABEL: run}
    annotations = {"annotations": dict(pod.annotations)} if pod.annotations else {}
    return {
        "metadata": {"labels": labels, **annotations},
        "spec": {
            **pod_fields(pod),
            "restartPolicy": "Never",
            "containers": [container(pod.main)],
            "volumes": volumes(pod),
            **fields,
        },
    }


def metadata(plan: ServicePlan, run: str, labels: Mapping[str, str] | None = None) -> Object:
    own = {MANAGED_BY_LABEL: MANAGER, SERVICE_LABEL: plan.name, **(labels or {})}
    return {"name": run, "namespace": plan.namespace, "labels": own}


def config_map(plan: ServicePlan, files: ConfigFiles) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": metadata(plan, files.name),
        "data": dict(files.files),
    }


def job(plan: ServicePlan, run: str, pod: Object, *, timeout: int, **fields: Any) -> Object:
    """A Job that has one try."""
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": metadata(plan, run, fields.pop("labels", None)),
        "spec": {
            "backoffLimit": 0,
            "activeDeadlineSeconds": timeout,
            "ttlSecondsAfterFinished": KEPT_SECONDS,
            "template": pod,
            **fields,
        },
    }


def _scratch(resources: Resources) -> tuple[Volume, Mount]:
    """A volume for what the processes write, and where it is."""
    limit = resources.limits["ephemeral-storage"]
    volume = Volume(name="scratch", source={"emptyDir": {"sizeLimit": limit}})
    return volume, Mount(volume=volume.name, path=SCRATCH)


def _beside(plan: ServicePlan) -> Resources:
    """GPUs and network devices as the service has them; processor and memory for one process each."""
    ranks = plan.ranks_per_pod
    devices = {name: amount for name, amount in plan.resources.limits.items() if name not in _COUNTED}
    limits = {"cpu": str(4 * ranks), "memory": f"{10 * ranks}Gi", "ephemeral-storage": "10Gi"}
    requests = {"cpu": str(ranks), "memory": f"{4 * ranks}Gi", "ephemeral-storage": "1Gi"}
    return Resources(requests={**requests, **devices}, limits={**limits, **devices})
