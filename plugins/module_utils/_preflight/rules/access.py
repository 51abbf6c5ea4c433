# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""V-23: rights that the run lacks, and facts that it may not read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..._fleet import Problem
from ..._rules.finding import error, warning
from ..facts import Facts
from ..pods import Wanted

CODE = "V-23"
PATH = "llm_connection"


def check(services: Sequence[Wanted], facts: Facts) -> Iterator[Problem]:
    for right in facts.missing_rights:
        hint = "Grant it to the account that runs the play; the tag serving_rights prints all that it needs."
        yield error(CODE, PATH, f"the account may not {right}.", hint)
    if facts.unread:
        message = f"not checked what needs {', '.join(facts.unread)}: the account may not."
        yield warning(CODE, PATH, message, "Grant it for reading, or check by other means.")
