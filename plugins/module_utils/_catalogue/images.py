# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Container images: which one an engine has by default, and what a reference tells of its contents."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from . import aidaptiv
from .pins import pinned
from .triton import TRTLLM_IN_TRITON, VLLM_IN_TRITON

HUB = "docker.io"

REPOSITORIES = {
    "vllm": "docker.io/vllm/vllm-openai:{version}",
    "triton-vllm": "nvcr.io/nvidia/tritonserver:{version}-vllm-python-py3",
    "triton-trtllm": "nvcr.io/nvidia/tritonserver:{version}-trtllm-python-py3",
    "aidaptiv": aidaptiv.IMAGE,
    "simulator": "ghcr.io/llm-d/llm-d-inference-sim:{version}",
}
"""The engines' default images."""

_INSIDE = {"triton-vllm": VLLM_IN_TRITON, "triton-trtllm": TRTLLM_IN_TRITON}

TRITON = "tritonserver"
"""Triton's own image; its tags name the backends that it carries."""

FIRST_TRITON_WITH_VLLM = (23, 10)

_TRITON_TAG = re.compile(
    r"(?P<year>\d\d)\.(?P<month>\d\d)(?:-(?P<backend>vllm|trtllm)-python-py3)?(?:$|[-.])"
)
_VLLM_TAG = re.compile(r"v(?P<version>\d+\.\d+\.\d+(?:\.post\d+)?)(?:$|[-+])")


@dataclass(frozen=True, kw_only=True)
class Reference:
    """The parts of an image's name."""

    registry: str
    repository: str
    tag: str = ""
    digest: str = ""

    @property
    def name(self) -> str:
        """The last part of the repository, which mirrors keep."""
        return self.repository.rpartition("/")[2]


def parse(image: str) -> Reference:
    """The parts of ``[registry/]repository[:tag][@digest]``."""
    name, _at, digest = image.partition("@")
    head, slash, rest = name.partition("/")
    if slash and ("." in head or ":" in head or head == "localhost"):
        registry, name = head, rest
    else:
        registry = HUB
    repository, _colon, tag = name.partition(":")
    return Reference(registry=registry, repository=repository, tag=tag, digest=digest)


def default_image(engine: str, preset: str, version: str | None = None) -> str | None:
    """The pinned image of an engine, or the one with a version inside; None where the preset pins none."""
    tag = pinned(engine, preset)
    if version and engine == "vllm":
        tag = f"v{version.removeprefix('v')}"
    elif version and (inside := _INSIDE.get(engine)) and inside.get(tag or "") != version:
        tag = max((release for release, carried in inside.items() if carried == version), default=tag)
    return REPOSITORIES[engine].format(version=tag) if tag else None


def is_published_nowhere(image: str) -> bool:
    """Whether it is a vendor's name for what its registry does not have: a node has it, or a mirror does."""
    named = parse(image)
    return named.registry == HUB and named.repository.removeprefix("library/") == "aidaptiv"


def vllm_version(image: str) -> str | None:
    """The version of vLLM inside, where the tag tells it: of vLLM's own image, or of Triton's with vLLM."""
    tag = parse(image).tag
    if release := triton_release(tag, "vllm"):
        return VLLM_IN_TRITON.get("{:02}.{:02}".format(*release))
    match = _VLLM_TAG.match(tag)
    return match["version"] if match else None


def trtllm_version(image: str) -> str | None:
    """The version of TensorRT-LLM inside, where a tag of Triton's image with it tells it.

    An image that is made on top of Triton's usually has the release alone as its tag.
    """
    reference = parse(image)
    own = reference.name != TRITON
    release = triton_release(reference.tag, "" if own else "trtllm")
    return TRTLLM_IN_TRITON.get("{:02}.{:02}".format(*release)) if release else None


def triton_release(tag: str, backend: str = "") -> tuple[int, int] | None:
    """Year and month of a Triton tag, where it says that it carries the backend."""
    match = _TRITON_TAG.match(tag)
    told = match is not None and (not backend or match["backend"] == backend)
    return (int(match["year"]), int(match["month"])) if match and told else None


def has_vllm_backend(image: str) -> bool:
    """Whether the tag shows that Triton carries its vLLM backend."""
    release = triton_release(parse(image).tag, "vllm")
    return release is not None and release >= FIRST_TRITON_WITH_VLLM


def relocated(image: str, *, prefix: str | None, mirrors: Mapping[str, str]) -> str:
    """The image under the mirror of its registry, else under the prefix, else as it is."""
    reference = parse(image)
    place = mirrors.get(reference.registry) or prefix
    if not place:
        return image
    tag = f":{reference.tag}" if reference.tag else ""
    digest = f"@{reference.digest}" if reference.digest else ""
    return f"{place.rstrip('/')}/{reference.repository}{tag}{digest}"
