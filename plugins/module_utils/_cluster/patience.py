# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A limit for calls that have none of their own."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import TypeVar

from .errors import Unreachable

Result = TypeVar("Result")


def within(seconds: float, call: Callable[[], Result], *, what: str) -> Result:
    """The result of a call that a dead kubelet would hold for ever. *what* it brings, for messages."""
    answer: queue.SimpleQueue[tuple[list[Result], Exception | None]] = queue.SimpleQueue()

    def run() -> None:
        try:
            answer.put(([call()], None))
        except Exception as error:  # raised again where it is waited for
            answer.put(([], error))

    threading.Thread(target=run, daemon=True, name=what).start()
    try:
        results, error = answer.get(timeout=seconds)
    except queue.Empty:
        raise Unreachable(f"No {what} within {seconds:.0f} s: does the pod's node answer?") from None
    if error is not None:
        raise error
    return results[0]
