# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes into the image: Triton's own, with the converters and templates of the release inside it.

Scripts are no part of it: they come from ConfigMaps, so the image changes with the release alone.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .._catalogue.images import REPOSITORIES
from .._catalogue.triton import TRTLLM_IN_TRITON
from .._catalogue.trtllm import TEMPLATES
from .._engines.triton_trtllm_conversion import EXAMPLES

if TYPE_CHECKING:
    from .._plan import ServicePlan

LABEL = "inferops.serving.recipe"
"""Label of an image with the hash of its recipe."""

_TEXT = """\
# Triton {triton} with what converts models for TensorRT-LLM {version}.
ARG BASE={base}
FROM ${{BASE}}
ARG TENSORRT_LLM=https://github.com/NVIDIA/TensorRT-LLM
ARG BACKEND=https://github.com/triton-inference-server/tensorrtllm_backend
USER root
RUN set -e; mkdir -p {examples} {templates}; \\
    if [ -z "$(ls -A {examples})" ]; then \\
      git clone --quiet --depth 1 --branch v{version} ${{TENSORRT_LLM}} /tmp/trtllm; \\
      cp -r /tmp/trtllm/examples/. {examples}/; rm -rf /tmp/trtllm; fi; \\
    if [ -z "$(ls -A {templates})" ]; then \\
      git clone --quiet --depth 1 --branch v{version} ${{BACKEND}} /tmp/backend; \\
      cp -r /tmp/backend/all_models/inflight_batcher_llm/. {templates}/; rm -rf /tmp/backend; fi
ENV ENGINE_DEST_PATH=/var/run/models/engine \\
    MODEL_DEST_PATH=/var/run/models/model \\
    HF_HOME=/var/run/models/hugging_face
WORKDIR /workspace
ENTRYPOINT ["/bin/bash"]
"""


@dataclass(frozen=True, kw_only=True)
class Recipe:
    image: str
    """Name under which the services of the inventory want it."""
    base: str
    text: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()[:16]


def recipe(plan: ServicePlan, *, base: str | None = None) -> Recipe | None:
    """None for a service that needs no image of its own."""
    if not plan.engine.converts or plan.service.image is None:
        return None
    version = plan.engine_version
    triton = next((tag for tag, inside in TRTLLM_IN_TRITON.items() if inside == version), "")
    named = plan.relocated(REPOSITORIES["triton-trtllm"].format(version=triton))
    wanted = base or named
    text = _TEXT.format(triton=triton, version=version, base=wanted, examples=EXAMPLES, templates=TEMPLATES)
    return Recipe(image=plan.image, base=wanted, text=text)
