# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is done about a component: a table of what is wanted and what is there."""

from __future__ import annotations

from dataclasses import dataclass

from .component import NOBODY, US, Component, Finding

INSTALL, ADOPT, VERIFY, SKIP, REFUSE = "install", "adopt", "verify", "skip", "refuse"
REMOVE, LEAVE = "remove", "leave"


@dataclass(frozen=True, kw_only=True)
class Decision:
    action: str
    reason: str


def decide(finding: Finding, *, mode: str = "install", if_exists: str = "skip") -> Decision:
    """``mode`` and ``if_exists`` are those of the roles."""
    if mode == "skip":
        return Decision(action=SKIP, reason="mode is skip")
    if mode in ("existing", "verify"):
        return Decision(action=VERIFY, reason=f"mode is {mode}")
    whose = f"{finding.by or 'somebody else'} keeps it" if finding.foreign else ""
    seen = "; ".join(finding.evidence)
    if finding.conflicts:
        return Decision(
            action=REFUSE, reason=f"cannot live beside what is there: {'; '.join(finding.conflicts)}"
        )
    if finding.unread and finding.owner == NOBODY:
        kinds = ", ".join(finding.unread)
        return Decision(
            action=REFUSE, reason=f"without the right to list {kinds} nobody can tell whether it is there"
        )
    if not finding.foreign:
        return Decision(action=INSTALL, reason="ours" if finding.present else "not there")
    if if_exists == "adopt":
        return Decision(action=ADOPT, reason=f"{whose}; its fields are taken over")
    if if_exists == "fail":
        return Decision(action=REFUSE, reason=f"{whose}: {seen}")
    return Decision(action=VERIFY, reason=whose)


def foresee(component: Component, finding: Finding, state: str) -> Decision:
    """What the playbook of prerequisites would do about it. ``state`` is the inventory's."""
    if not component.brought:
        return Decision(action=LEAVE, reason="no role brings it")
    if state == "auto":
        return Decision(action=LEAVE, reason="auto installs nothing")
    if state == "absent":
        ours = finding.owner == US
        return Decision(
            action=REMOVE if ours else LEAVE, reason="ours" if ours else "nothing of ours is there"
        )
    return decide(finding, mode="install" if state == "present" else state)
