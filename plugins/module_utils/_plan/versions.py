# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images and the versions inside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._catalogue import aidaptiv
from .._catalogue.images import (
    default_image,
    is_published_nowhere,
    parse,
    relocated,
    triton_release,
    trtllm_version,
    vllm_version,
)
from .._catalogue.pins import PINS, pinned
from .._catalogue.vllm import release

if TYPE_CHECKING:
    from .._fleet import Cluster
    from .entry import Entry

_RCLONE = "docker.io/rclone/rclone:{version}"
_ROUTER = {
    "picker": "ghcr.io/llm-d/llm-d-router-endpoint-picker:{version}",
    "proxy": "ghcr.io/llm-d/llm-d-router-disagg-sidecar:{version}",
}


def image(plan: Entry) -> str:
    """The given image as it is written, else the engine's pinned one from the cluster's own registry.

    A vendor's image that is published nowhere is taken from there too, under the vendor's name for it.
    """
    given = plan.service.image
    if given is not None:
        return relocated_in(plan.cluster, given) if is_published_nowhere(given) else given
    name, version = plan.engine.name, plan.service.version
    pinned_image = default_image(name, plan.cluster.version_preset, version)
    return relocated_in(plan.cluster, pinned_image or str(default_image(name, "current", version)))


def copier_image(cluster: Cluster) -> str:
    return relocated_in(cluster, _RCLONE.format(version=PINS["rclone"].current))


def router_image(cluster: Cluster, part: str) -> str:
    version = cluster.components.llmd.version or PINS["llmd"].current
    return relocated_in(cluster, _ROUTER[part].format(version=version))


def engine_version(plan: Entry) -> str:
    """The version of vLLM or TensorRT-LLM inside the image; where nothing tells it, the usual one."""
    if plan.engine.name == "triton-trtllm":
        told = trtllm_version(plan.image)
        return plan.service.version or told or str(pinned("tensorrt_llm", plan.cluster.version_preset))
    usual = aidaptiv.VLLM if plan.engine.name == "aidaptiv" else PINS["vllm"].current.removeprefix("v")
    return plan.service.version or vllm_version(plan.image) or usual


def exporter_version(plan: Entry) -> str:
    """The version by which the engine's series have their names: of vLLM, or the release of Triton."""
    if plan.engine.protocol == "openai":
        return engine_version(plan)
    release = triton_release(parse(plan.image).tag)
    return "{:02}.{:02}".format(*release) if release else PINS[plan.engine.name].current


def kserve_version(cluster: Cluster) -> str:
    return cluster.components.kserve.version or str(pinned("kserve", cluster.version_preset))


def at_least(version: str, floor: str) -> bool:
    """Whether a version, with or without a leading v, is the floor or newer."""
    return release(version) >= release(floor)


def relocated_in(cluster: Cluster, name: str) -> str:
    return relocated(name, prefix=cluster.registry.prefix, mirrors=cluster.registry.mirrors)
