# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the ways of reaching share: the cluster, the Job's image, and how an outcome is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ..._cluster import Client
from ..asking import Verdict
from ..target import Target


@dataclass(frozen=True, kw_only=True)
class JobOptions:
    """How the Job's pod runs. The image needs `python3`, 3.10 or later, and nothing else."""

    image: str
    pull_secrets: tuple[str, ...] = ()
    run_as_user: int = 65534
    """0 leaves the user to the image or to the cluster, as OpenShift wants it."""


@dataclass(frozen=True, kw_only=True)
class Site:
    """Where the question is asked from."""

    client: Client | None
    job: JobOptions | None = None
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """A verdict and the way it was come by, such as `pod chat-7f9c:8000`."""

    verdict: Verdict
    via: str


Way = Callable[[Target, Site, float], Outcome]
"""Asks a target before a deadline (time.monotonic). Raises NotReached where this way leads nowhere."""
