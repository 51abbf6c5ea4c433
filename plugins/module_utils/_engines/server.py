# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of a workload that all engines share: a server in one container."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._workload import ConfigFiles, Container, Env, Mount, Volume, Workload
from .kv_offload import attach_offload

if TYPE_CHECKING:
    from .._plan.facts import ServicePlan

SCRATCH = "/tmp"  # noqa: S108 - a volume of the pod is mounted there


def server(
    plan: ServicePlan,
    *,
    command: tuple[str, ...],
    args: tuple[str, ...],
    env: Env,
    config: tuple[ConfigFiles, ...] = (),
    grace_period: int | None = None,
) -> Workload:
    """The workload of a server process; the user's environment wins over the engine's.

    Without a *grace_period* of its own the engine finishes the requests in flight.
    """
    service = plan.service
    local = plan.resources.limits["ephemeral-storage"]
    volumes = [Volume(name="scratch", source={"emptyDir": {"sizeLimit": local}})]
    mounts = [Mount(volume="scratch", path=SCRATCH)]
    if plan.shm_size is not None:
        volumes.append(
            Volume(name="dshm", source={"emptyDir": {"medium": "Memory", "sizeLimit": plan.shm_size}})
        )
        mounts.append(Mount(volume="dshm", path="/dev/shm"))  # noqa: S108
    for name in plan.service.resources.extra:
        page = name.removeprefix(_HUGE_PAGES)
        if page != name:
            volume = f"{_HUGE_PAGES}{page.lower()}"
            volumes.append(Volume(name=volume, source={"emptyDir": {"medium": f"HugePages-{page}"}}))
            mounts.append(Mount(volume=volume, path=f"/dev/{name}"))
    main = Container(
        name=plan.container_name,
        image=plan.image,
        pull_policy=service.image_pull_policy,
        command=command,
        args=args,
        env={**env, **plan.gpu_environment, **plan.credentials, **service.env},
        ports=plan.ports,
        startup=plan.startup_probe,
        readiness=plan.readiness_probe,
        liveness=plan.liveness_probe,
        drain_seconds=plan.endpoint_removal,
        resources=plan.resources,
        mounts=tuple(mounts),
        capabilities=("IPC_LOCK",) if any(map(_pins_memory, plan.service.resources.extra)) else (),
    )
    workload = Workload(
        main=main,
        volumes=tuple(volumes),
        config=config,
        labels=plan.labels,
        annotations=service.annotations,
        tolerations=plan.tolerations,
        affinity=plan.affinity,
        node_selector=service.node_selector,
        user=plan.user,
        group=service.run_as.group,
        scheduler=plan.scheduler,
        service_account=plan.service_account,
        pull_secrets=plan.pull_secrets,
        grace_period=plan.grace_period if grace_period is None else grace_period,
    )
    return attach_offload(plan, workload)


_HUGE_PAGES = "hugepages-"


def _pins_memory(resource: str) -> bool:
    """Whether a network card reads the process's memory by itself."""
    return resource.startswith("rdma/") or resource.endswith("/efa")
