# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked when everything was applied."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from .._apply import Diagnosis, Outcome
from .._apply.codes import CODES
from .._cluster import Unreachable

GONE = "ApiUnavailable"
Found = TypeVar("Found")


def afterwards(outcome: Outcome, ask: Callable[[], Found]) -> Found | None:
    """What *ask* finds. An API server that went away takes back nothing that was done: the outcome stays what
    it is and tells it too. One that went away before is not asked again."""
    if any(one.code == GONE for one in outcome.diagnosis):
        return None
    try:
        return ask()
    except Unreachable as error:
        where = f"ConfigMap {outcome.namespace}/{outcome.name}"
        outcome.diagnosis.append(
            Diagnosis(code=GONE, object=where, message=str(error), hint=CODES[GONE].hint)
        )
        return None
