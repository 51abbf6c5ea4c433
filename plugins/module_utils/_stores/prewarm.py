# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Job that fills a shared cache before the servers start, so that they do not all download at once."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from .._names import HUB_TOKEN_KEYS
from .._workload import Container, Env, Job, Mount, Resources, SecretKey, Volume, Workload
from .volume import claim_volume

if TYPE_CHECKING:
    from .._fleet import Store
    from .._plan.facts import ServicePlan

DENIED = 64
"""Exit code where the hub has no such model, or not for us: trying again would not help."""

DOWNLOAD = f"""
import sys
from huggingface_hub import snapshot_download
from huggingface_hub.utils import RepositoryNotFoundError, RevisionNotFoundError

unused = "*.pth *.h5 *.msgpack *.ot *.onnx* *.tflite coreml/*".split()
for number, wanted in enumerate(sys.argv[1:]):
    source, _, revision = wanted.partition("@")
    ignored = None if number else unused
    try:
        print(snapshot_download(source, revision=revision or None, ignore_patterns=ignored), flush=True)
    except (RepositoryNotFoundError, RevisionNotFoundError) as error:
        print(error, flush=True)
        sys.exit({DENIED})
"""
"""Run by the Python of the engine's image. What is there already is not fetched again.

Of the model, which comes first, forms that no engine here loads are left out. Adapters come whole: engines
ask for all of them, and offline the library refuses what is not complete.
"""

_SCRATCH = "/tmp"  # noqa: S108 - a volume of the pod is mounted there
_LOCAL = "1Gi"
_LONGEST_NAME = 40
_RESOURCES = Resources(
    requests={"cpu": "500m", "memory": "1Gi", "ephemeral-storage": _LOCAL},
    limits={"cpu": "2", "memory": "4Gi", "ephemeral-storage": _LOCAL},
)


def prewarm_jobs(plan: ServicePlan, store: Store, mount_path: str) -> tuple[Job, ...]:
    """None where nothing is fetched from the hub, and none for a hub that cannot be reached: what is in the
    cache then was put there before."""
    wanted = plan.service.cache.prewarm and plan.location.delivery == "hub" and not plan.store.offline
    if not wanted:
        return ()
    workload = _workload(plan, store, mount_path)
    digest = hashlib.sha256(repr(workload).encode()).hexdigest()[:8]
    name = f"{plan.name[:_LONGEST_NAME]}-prewarm-{digest}"
    return (Job(name=name, workload=workload, permanent=(DENIED,)),)


def _workload(plan: ServicePlan, store: Store, mount_path: str) -> Workload:
    scratch = Volume(name="scratch", source={"emptyDir": {"sizeLimit": _LOCAL}})
    main = Container(
        name="prewarm",
        image=plan.image,
        pull_policy=plan.service.image_pull_policy,
        command=("python3", "-c", DOWNLOAD),
        args=tuple(_sources(plan)),
        env={**_environment(plan), **_proxies(plan)},
        resources=_RESOURCES,
        mounts=(Mount(volume="scratch", path=_SCRATCH), Mount(volume="cache", path=mount_path)),
    )
    return Workload(
        main=main,
        volumes=(scratch, claim_volume("cache", store, read_only=False)),
        labels=plan.labels,
        user=plan.user,
        pull_secrets=plan.pull_secrets,
    )


def _sources(plan: ServicePlan) -> list[str]:
    """The model and its adapters, each with its revision where that is said."""
    revision = f"@{plan.model.revision}" if plan.model.revision else ""
    adapters = [each.path for each in plan.adapter_locations.values() if each.delivery == "hub"]
    return [f"{plan.model.source}{revision}", *adapters]


def _environment(plan: ServicePlan) -> Env:
    env: dict[str, str | SecretKey] = {"HOME": _SCRATCH, "HF_HOME": str(plan.hub_cache)}
    if plan.store_secret is not None:
        env["HF_TOKEN"] = SecretKey(secret=plan.store_secret, key=HUB_TOKEN_KEYS[0])
    if plan.hub_endpoint is not None:
        env["HF_ENDPOINT"] = plan.hub_endpoint
    return env


def _proxies(plan: ServicePlan) -> dict[str, str]:
    """What the user says of the way to the hub."""
    return {name: value for name, value in plan.service.env.items() if name.lower().endswith("_proxy")}
