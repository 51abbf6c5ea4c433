# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stores that are a registry: each model is an image, which the node mounts as a volume."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any

from .._workload import Mount, Volume, Workload
from .kind import ADAPTERS, Location, StoreKind

if TYPE_CHECKING:
    from .._fleet import Fleet, Store
    from .._plan.facts import ServicePlan

_MOUNTED = "/mnt/models"


def reference(store: Store, source: str, revision: str | None = None) -> str:
    """The image's name; a revision is its tag, or its digest."""
    name = posixpath.join(str(store.registry).rstrip("/"), source.strip("/"))
    if revision is None:
        return name
    return f"{name}{'@' if revision.startswith('sha256:') else ':'}{revision}"


def _locate(plan: ServicePlan) -> Location:
    model, platform = plan.model, plan.platform
    image = reference(plan.store, model.source, model.revision)
    if platform.model_dir is not None:
        return Location(delivery="uri", path=platform.model_dir, uri=f"oci://{image}")
    return Location(delivery="image", path=f"{_MOUNTED}/{plan.model.name}", uri=image)


def _adapter(plan: ServicePlan, source: str) -> Location:
    path = f"{ADAPTERS}/{source.strip('/')}"
    return Location(delivery="image", path=path, uri=reference(plan.store, source))


def _attach(plan: ServicePlan, workload: Workload) -> Workload:
    locations = [plan.location, *plan.adapter_locations.values()]
    images = [each for each in locations if each.delivery == "image"]
    policy = plan.service.image_pull_policy
    return workload.with_mounts(
        *(
            (
                Volume(
                    name=f"image-{number}", source={"image": {"reference": each.uri, "pullPolicy": policy}}
                ),
                Mount(volume=f"image-{number}", path=each.path, read_only=True),
            )
            for number, each in enumerate(images)
        )
    )


def _objects(fleet: Fleet, store: Store) -> list[dict[str, Any]]:
    return []


OCI = StoreKind(locate=_locate, adapter=_adapter, attach=_attach, objects=_objects)
