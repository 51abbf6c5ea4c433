# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several streamed answers at once: what one user feels when others ask too."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from statistics import median

from .door import NoAnswer
from .talk import Check, Heard, Protocol, Talk


def under_load(protocol: Protocol, talk: Talk) -> dict[str, float]:
    """Ask `concurrency` times at once; time to first token in ms, tokens per second, answers that failed."""
    count = talk.question.concurrency

    def one(_index: int) -> Heard | Check | None:
        try:
            return protocol.stream(talk)
        except NoAnswer:
            return None

    began = time.monotonic()
    with ThreadPoolExecutor(count) as pool:
        answers = list(pool.map(one, range(count)))
    seconds = time.monotonic() - began
    heard = [answer for answer in answers if isinstance(answer, Heard)]
    figures: dict[str, float] = {"concurrency": count, "failed": count - len(heard)}
    if heard:
        figures["ttft_ms"] = round(median(answer.ttft_ms for answer in heard), 1)
        figures["ttft_ms_max"] = round(max(answer.ttft_ms for answer in heard), 1)
        figures["tokens_per_second"] = round(sum(answer.tokens for answer in heard) / seconds, 1)
    return figures
