# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts of Kubernetes itself inside a bundle, which have to be of the cluster's version.

HAMi brings a kube-scheduler, whose tag its chart takes from the cluster that it is rendered for: what was
rendered once is good for one minor version.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from .._apply import Diagnosis
from .._apply.world import title
from .._catalogue.images import parse
from .._cluster import Client, Object
from .transform import image_holders

SCHEDULER = "kube-scheduler"
_VERSION = re.compile(r"v?(\d+)\.(\d+)(?:\.\d+)?")


def out_of_step(client: Client, objects: Sequence[Object]) -> list[Diagnosis]:
    """One diagnosis for each scheduler of another minor version than the cluster's. A tag that is no version
    tells nothing."""
    found = [
        (obj, holder["image"])
        for obj in objects
        for holder in image_holders(obj)
        if parse(holder["image"]).name == SCHEDULER
    ]
    if not found:
        return []
    cluster = client.version()
    return [
        _diagnosis(obj, image, cluster)
        for obj, image in dict.fromkeys((title(obj), image) for obj, image in found)
        if _minor(parse(image).tag) not in (None, _minor(cluster))
    ]


def _minor(version: str) -> tuple[str, ...] | None:
    match = _VERSION.match(version)
    return match.groups() if match else None


def _diagnosis(obj: str, image: str, cluster: str) -> Diagnosis:
    match = _VERSION.match(cluster)
    version = match[0] if match else cluster
    fitting = f"{image.partition('@')[0].removesuffix(parse(image).tag)}{version}"
    return Diagnosis(
        code="Rejected",
        object=obj,
        message=f"{image} is not of the cluster's version, {cluster}.",
        hint=f"Render it for this cluster (helm template --kube-version {version}), give the chart as source,"
        f" or replace the image (hami_kube_scheduler_image: {fitting}).",
    )
