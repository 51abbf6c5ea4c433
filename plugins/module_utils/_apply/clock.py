# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long the phases of a run took."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from .._cluster import ClusterError


def deadline_in(seconds: float) -> float:
    """The moment on ``time.monotonic()`` in so many seconds. Raises ClusterError for none at all."""
    if seconds <= 0:
        raise ClusterError(f"The time for the task is {seconds} s; give wait_timeout more than 0.")
    return time.monotonic() + seconds


class Clock:
    def __init__(self) -> None:
        self._started = time.monotonic()
        self._phases: dict[str, float] = {}

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        started = time.monotonic()
        try:
            yield
        finally:
            self._phases[name] = self._phases.get(name, 0.0) + time.monotonic() - started

    def durations(self) -> dict[str, float]:
        """Seconds by phase, in order, and in ``total``."""
        phases = {**self._phases, "total": time.monotonic() - self._started}
        return {name: round(seconds, 3) for name, seconds in phases.items()}
