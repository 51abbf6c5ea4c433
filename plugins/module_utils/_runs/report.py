# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What came of several runs, as the result of a module."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NoReturn, TypeVar

from .._discretion import DiscreetModule
from .all_reduce import Bandwidth
from .benchmark import Benchmark

Result = TypeVar("Result", Bandwidth, Benchmark)


def finish(
    module: DiscreetModule,
    results: Sequence[Result],
    *,
    facts: Callable[[Result], dict[str, Any]],
    row: Callable[[Result], dict[str, Any]],
) -> NoReturn:
    """Ends the task, as a failure where there is something to complain of. A run changes nothing."""
    answer: dict[str, Any] = {
        "changed": False,
        "services": [facts(result) for result in results],
        "rows": [row(result) for result in results],
    }
    problems = [str(one) for result in results for one in result.diagnosis]
    if problems:
        module.fail_json(msg="\n".join(problems), **answer)
    module.exit_json(**answer)
