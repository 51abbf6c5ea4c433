# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a predicate says about one object."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ..symptoms import Symptom
from ..world import Object


@dataclass(frozen=True, kw_only=True)
class State:
    """``summary`` in a few words for people, ``reason`` the condition or phase that is not met, ``since``
    its time."""

    ready: bool
    summary: str
    reason: str = ""
    message: str = ""
    since: str = ""
    symptoms: tuple[Symptom, ...] = ()


def done(summary: str = "ready") -> State:
    return State(ready=True, summary=summary)


def pending(
    summary: str, *, reason: str = "", message: str = "", since: str = "", symptoms: Iterable[Symptom] = ()
) -> State:
    return State(
        ready=False, summary=summary, reason=reason, message=message, since=since, symptoms=tuple(symptoms)
    )


def status_of(obj: Object) -> dict[str, Any]:
    return obj.get("status") or {}


def unmet(condition: dict[str, Any], kind: str, *, symptoms: Iterable[Symptom] = ()) -> State:
    """Not ready for a condition that is False, Unknown or not there yet."""
    status = condition.get("status", "missing")
    reason = condition.get("reason", "")
    return pending(
        f"{kind} is {status}{f' ({reason})' if reason else ''}",
        reason=reason or kind,
        message=condition.get("message", ""),
        since=condition.get("lastTransitionTime", ""),
        symptoms=symptoms,
    )


__all__ = ["State", "done", "pending", "status_of", "unmet"]
