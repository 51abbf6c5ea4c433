# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a platform wants to know of a service besides its pods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..option import option
from .pod import Resources, Scaling
from .topology import Topology


@dataclass(frozen=True, kw_only=True)
class Kserve:
    mode: str | None = option(
        "Deployment mode of the InferenceService. It cannot change on an existing one.",
        choices=("Standard", "Knative"),
        default=None,
        implied="O(llm_cluster.components.kserve.deployment_mode)",
    )
    runtime: str | None = option(
        "V(existing:<name>) uses a ClusterServingRuntime or ServingRuntime that is already there.",
        default=None,
        implied="a ServingRuntime of this service",
    )


@dataclass(frozen=True, kw_only=True)
class Llmd:
    provider: str = option(
        "V(native) makes the pods, the pool and the endpoint picker itself; V(kserve) makes an"
        " LLMInferenceService.",
        choices=("native", "kserve"),
        default="native",
    )


@dataclass(frozen=True, kw_only=True)
class Router:
    prefix_aware: bool = option("Prefer the copy that has the prompt's prefix in its cache.", default=True)
    scheduler_replicas: int = option("Copies of the endpoint picker.", default=1, minimum=1)
    plugins: dict[str, Any] = option(
        "Configuration of the endpoint picker, C(EndpointPickerConfig) without kind and version.", default={}
    )
    objectives: dict[str, Any] = option("Specs of InferenceObjectives by name.", default={})
    model_rewrites: dict[str, Any] = option("Specs of InferenceModelRewrites by name.", default={})


@dataclass(frozen=True, kw_only=True)
class Prefill:
    replicas: int = option("Copies that only read prompts.", default=1, minimum=0)
    scaling: Scaling | None = option(
        "What decides their number.", default=None, implied="O(llm_serving[].prefill.replicas)"
    )
    topology: Topology = option("GPUs of one of them.", default=Topology())
    resources: Resources = option("Resources of one of them.", default=Resources())
