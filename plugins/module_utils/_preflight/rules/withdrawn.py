# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An entry that was taken out of service on purpose, and that a rollout would bring back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..._apply.revisions import ENTRY_ANNOTATION, REVISION_OF_LABEL, WITHDRAWN_ANNOTATION
from ..._fleet import Problem
from ..._plan import entry_hash
from ..._rules.finding import at, error
from ..._sets.services import set_of
from ..facts import Facts, Object
from ..pods import Wanted

CODE = "Withdrawn"


def check(services: Sequence[Wanted], facts: Facts) -> Iterator[Problem]:
    for one in services:
        reasons = [each for each in map(_annotations, _history(one, facts)) if WITHDRAWN_ANNOTATION in each]
        wanted = entry_hash(one.plan) if reasons else ""
        for each in reasons:
            if each.get(ENTRY_ANNOTATION) == wanted:
                message = f"this specification was taken out of service: {each[WITHDRAWN_ANNOTATION]}."
                hint = "Bring the entry up to date, or apply it all the same with withdrawn: apply."
                yield error(CODE, at(one.plan), message, hint)
                break


def _history(one: Wanted, facts: Facts) -> list[Object]:
    place = (one.plan.namespace, set_of(one.plan.name))
    return [
        each
        for each in facts.revisions or ()
        if (each["metadata"]["namespace"], each["metadata"]["labels"][REVISION_OF_LABEL]) == place
    ]


def _annotations(obj: Object) -> dict[str, str]:
    return obj["metadata"].get("annotations") or {}
