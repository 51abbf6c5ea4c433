# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines that tell a person what a long wait is doing, and the way they take to the controller's screen.

A module's output is one JSON document at its end. So the action plugin names a file in the environment, the
module appends lines to it, and the plugin shows each as it comes. Without such a file the lines go nowhere.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable

from .._names import PROGRESS_CHANNEL
from .world import Key

Say = Callable[[str], None]

STILL_WAITING = 60.0
"""Seconds of silence after which a line says that the wait goes on."""
MASK = "********"


def progress(*, secrets: Iterable[str] = ()) -> Say:
    """A function that hands a line over to the controller; ``secrets`` never get through it."""
    path = os.environ.get(PROGRESS_CHANNEL)
    if not path:
        return lambda line: None
    hidden = sorted((secret for secret in secrets if secret), key=len, reverse=True)

    def say(line: str) -> None:
        for secret in hidden:
            line = line.replace(secret, MASK)
        try:
            # never created here: a file that is gone has no reader any more
            with open(
                os.open(path, os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW), "a", encoding="utf-8"
            ) as file:
                file.write(" ".join(line.split()) + "\n")
        except OSError:
            return  # another user's file, or another machine's: the wait itself does not need it

    return say


class Voice:
    """Says each thing once, and breaks long silences."""

    def __init__(self, say: Say) -> None:
        self._out = say
        self._said: dict[Key, str] = {}
        self._spoke = time.monotonic()

    def say(self, key: Key, line: str) -> None:
        if self._said.get(key) != line:
            self._said[key] = line
            self.note(line)

    def ready(self, key: Key, line: str) -> None:
        """News only of what was not ready before."""
        if key in self._said:
            self.say(key, line)

    def still_waiting(self, count: int, deadline: float) -> None:
        now = time.monotonic()
        if now - self._spoke >= STILL_WAITING:
            objects = "1 object" if count == 1 else f"{count} objects"
            self.note(f"still waiting for {objects}, {int(deadline - now)} s left")

    def note(self, line: str) -> None:
        self._spoke = time.monotonic()
        self._out(line)
