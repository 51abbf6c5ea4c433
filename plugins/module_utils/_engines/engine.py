# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is to be known of an engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from .._catalogue.metrics import Exporter
from .._workload import Pace, Port, Workload

if TYPE_CHECKING:
    from .._plan.facts import ServicePlan

USUAL = Pace()
PATIENT = Pace(timeout=10, failures=6)
"""A restart costs a model load, an unready pod only its traffic."""


@dataclass(frozen=True, kw_only=True)
class Amounts:
    """Requests and limits of CPU and storage that are not given in the inventory."""

    cpu: tuple[str, str]
    memory: tuple[str, str]
    ephemeral: tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Engine:
    """An engine: how its process is started, asked and watched."""

    name: str
    protocol: Literal["openai", "triton", "triton-ensemble", "triton-llmapi"]
    """What its clients speak."""
    served_names: tuple[str, ...] = ()
    """Under which requests address the model; empty: as the inventory says."""
    model_format: tuple[str, str]
    """Name and version of what it loads, as model servers advertise it."""
    inference_protocols: tuple[str, ...] = ()
    """Versions of the open inference protocol that it speaks."""
    ports: tuple[Port, ...]
    """Its ports; requests go to the first."""
    metrics_port: str
    startup_path: str
    readiness_path: str
    liveness_path: str
    startup_timeout: int = 1200
    """Seconds from start to ready, where the service says nothing else."""
    startup_pace: Pace = USUAL
    readiness_pace: Pace = USUAL
    liveness_pace: Pace = PATIENT
    api_key_variable: str | None = None
    """Variable from which it takes the key that its clients must show; None: it asks for none."""
    uses_gpu: bool
    loads_model: bool
    """Whether it needs the model's files."""
    repository: Callable[[ServicePlan], Mapping[str, str]] | None = None
    """Of an engine that fetches a model repository from S3 by itself: path below its root to content."""
    converts: bool = False
    """Whether a Job brings the model into another form first, which the servers then only read."""
    before: tuple[str, Engine] | None = None
    """What it was before a version."""
    container: str | None = None
    """Name of its container; None: its own name."""
    shared_memory: Mapping[int, str] = field(default_factory=dict)
    """Shared memory that it wants for up to so many GPUs, from few to many."""
    amounts: Mapping[str, Amounts]
    """Defaults by size class of the model."""
    exporter: Exporter
    """The series that it exports to Prometheus."""
    workload: Callable[[ServicePlan], Workload]
