# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The process in the Job: reads the question, asks, leaves the verdict where the controller looks for it.

Environment: PROBE_QUESTION (path of the question), PROBE_URL, PROBE_UNTIL (seconds since the epoch),
PROBE_API_KEY (optional), PROBE_TERMINATION_LOG (path of the termination message).
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from . import Question, Verdict, ask, bearer, open_url, patiently, unanswered
from .door import NotReached

# However late the pod has started, and whatever its clock says.
LEAST_SECONDS = 5.0
# Kubernetes keeps 4096 bytes of a termination message.
ROOM = 4096


def main() -> int:
    environment = os.environ
    question = Question.from_json(Path(environment["PROBE_QUESTION"]).read_text(encoding="utf-8"))
    door = open_url(environment["PROBE_URL"], credentials=bearer(environment.get("PROBE_API_KEY")))
    deadline = time.monotonic() + max(LEAST_SECONDS, float(environment["PROBE_UNTIL"]) - time.time())

    def attempt() -> Verdict:
        try:
            return ask(door, question, deadline=deadline)
        except NotReached as silence:
            return Verdict(ok=False, checks=(unanswered("connect", silence),))

    verdict = patiently(attempt, deadline=deadline).within(ROOM)
    sys.stdout.write(verdict.to_json() + "\n")
    Path(environment["PROBE_TERMINATION_LOG"]).write_text(verdict.to_json(), encoding="utf-8")
    return 0 if verdict.ok else 1


if __name__ == "__main__":
    raise SystemExit(main())
