# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of several sets, as one module result."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .._apply import Outcome
from .._apply.module import shown_actions


def report(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    return {
        "changed": any(outcome.changed for outcome in outcomes),
        "actions": [action for outcome in outcomes for action in shown_actions(outcome.actions)],
        "diagnosis": [one.result() for outcome in outcomes for one in outcome.diagnosis],
        "diff": [diff for outcome in outcomes for diff in outcome.diff],
    }
