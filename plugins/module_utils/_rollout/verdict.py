# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of one service."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from .._apply import Action, Diagnosis, Outcome
from .._apply.model import CONFIGURED, CREATED, DELETED, IN_CHECK_MODE, UNCHANGED
from .._plan import ServicePlan


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """``ready`` tells whether the service can serve as it was asked to; None where nobody waited to see.
    ``action`` is that of the service as a whole."""

    name: str
    namespace: str
    engine: str
    platform: str
    state: str
    action: str
    changed: bool
    ready: bool | None
    address: str | None = None
    revision: int | None = None
    actions: Sequence[Action] = ()
    diagnosis: Sequence[Diagnosis] = field(default_factory=tuple)

    def result(self) -> dict[str, Any]:
        """The verdict as a module returns it."""
        return {
            **asdict(self),
            "actions": [asdict(action) for action in self.actions],
            "diagnosis": [one.result() for one in self.diagnosis],
        }


def overall(outcome: Outcome, *, state: str, check_mode: bool) -> str:
    """One word for all that happened to the objects of a set."""
    if not outcome.changed:
        return UNCHANGED
    done = {action.action for action in outcome.actions if action.changes}
    word = CONFIGURED
    if state == "absent":
        word = DELETED
    elif done <= {CREATED, IN_CHECK_MODE[CREATED]} and not any(
        action.action == UNCHANGED for action in outcome.actions
    ):
        word = CREATED
    return IN_CHECK_MODE[word] if check_mode else word


def verdict(
    plan: ServicePlan,
    outcome: Outcome,
    *,
    state: str,
    check_mode: bool,
    waited: bool,
    address: str | None = None,
    revision: int | None = None,
) -> Verdict:
    seen = waited and not check_mode
    return Verdict(
        name=plan.name,
        namespace=plan.namespace,
        engine=plan.engine.name,
        platform=plan.platform.name,
        state=state,
        action=overall(outcome, state=state, check_mode=check_mode),
        changed=outcome.changed,
        ready=False if outcome.diagnosis else (state == "present" if seen else None),
        address=address,
        revision=revision,
        actions=tuple(outcome.actions),
        diagnosis=tuple(outcome.diagnosis),
    )
