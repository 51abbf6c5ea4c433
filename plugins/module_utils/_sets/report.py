# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of several sets, as the result of a module."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn

from .._apply import Outcome
from .._apply.module import shown_actions
from .._discretion import DiscreetModule


def report(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    return {
        "changed": any(outcome.changed for outcome in outcomes),
        "actions": [action for outcome in outcomes for action in shown_actions(outcome.actions)],
        "diagnosis": [one.result() for outcome in outcomes for one in outcome.diagnosis],
        "diff": [diff for outcome in outcomes for diff in outcome.diff],
    }


def finish(module: DiscreetModule, outcomes: Sequence[Outcome], **facts: object) -> NoReturn:
    """Ends the task, as a failure where there is something to complain of."""
    result = {**report(outcomes), **facts}
    if result["diagnosis"]:
        module.fail_json(msg="\n".join(str(one) for each in outcomes for one in each.diagnosis), **result)
    module.exit_json(**result)
