# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Models on storage of the pod itself: something fills it before the engine starts, the engine only reads."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from .._workload import Container, Env, Mount, Resources, Volume, Workload

if TYPE_CHECKING:
    from .._plan.facts import ServicePlan

_VOLUME = "model"
_PATTERN = re.compile(r"[\\*?\[\]{}]")
"""What means something else in a pattern of rclone."""

RESOURCES = Resources(
    requests={"cpu": "500m", "memory": "256Mi", "ephemeral-storage": "64Mi"},
    limits={"cpu": "2", "memory": "1Gi", "ephemeral-storage": "256Mi"},
)
"""Of a container that fills it; the files themselves count on the volume."""


def local_path(plan: ServicePlan, source: str) -> str:
    """Where a model or an adapter of this source comes to lie."""
    return posixpath.join(plan.service.shared_path, source.strip("/"))


def read_local(plan: ServicePlan, workload: Workload) -> Workload:
    """The workload with the volume, which its engine only reads."""
    volume = Volume(name=_VOLUME, source=_room(plan))
    seen = Mount(volume=_VOLUME, path=plan.service.shared_path, read_only=True)
    return workload.with_mounts((volume, seen))


def _room(plan: ServicePlan) -> dict[str, Any]:
    if plan.service.shared_storage_class is None:
        return {"emptyDir": {"sizeLimit": plan.local_size}}
    claim = {
        "accessModes": ["ReadWriteOnce"],
        "storageClassName": plan.service.shared_storage_class,
        "resources": {"requests": {"storage": plan.local_size}},
    }
    return {"ephemeral": {"volumeClaimTemplate": {"spec": claim}}}


def writable(plan: ServicePlan) -> Mount:
    """The volume for the container that fills it."""
    return Mount(volume=_VOLUME, path=plan.service.shared_path)


def copier(
    plan: ServicePlan, *, source: str, env: Env, mounts: Iterable[Mount] = (), options: tuple[str, ...] = ()
) -> Container:
    """A container that copies the model and its adapters from *source*, in the words of rclone.

    What is there already is not copied again; an unfinished file has another name until it is whole.
    """
    return Container(
        name="copy-model",
        image=plan.copier_image,
        pull_policy=plan.service.image_pull_policy,
        args=(
            "copy",
            source,
            plan.service.shared_path,
            *options,
            *(f"--include={_pattern(each)}/**" for each in _copied(plan)),
        ),
        env={"RCLONE_CONFIG": "", **env},
        resources=RESOURCES,
        mounts=(writable(plan), *mounts),
    )


def _copied(plan: ServicePlan) -> list[str]:
    """The directories of model and adapters below the shared path."""
    root = plan.service.shared_path.rstrip("/")
    named = [location.path for location in plan.adapter_locations.values()]
    return [path.removeprefix(root) for path in (plan.location.path, *named)]


def _pattern(path: str) -> str:
    return _PATTERN.sub(r"\\\g<0>", path)
