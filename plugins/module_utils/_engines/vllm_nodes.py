# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""vLLM over several pods of one copy, by its own executor of processes, without Ray."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from .._workload import Workload

if TYPE_CHECKING:
    from .._plan.facts import ServicePlan

SINCE = "0.12"
"""The oldest version that is known to have these arguments."""
_PORT = 29501
"""Where the first pod gathers the others."""


def over_pods(plan: ServicePlan, made: Workload) -> Workload:
    """The same workload; where a copy has several pods, each knows its number, and only the first answers."""
    meeting = plan.platform.rendezvous
    if meeting is None or plan.pods_per_copy == 1:
        return made
    nodes = (
        "--distributed-executor-backend=mp",
        f"--nnodes={plan.pods_per_copy}",
        f"--node-rank={meeting.rank}",
        f"--master-addr={meeting.leader}",
        f"--master-port={_PORT}",
        *((f"--data-parallel-address={meeting.leader}",) if plan.service.topology.data > 1 else ()),
    )
    main = replace(made.main, args=made.main.args + nodes)
    worker = replace(
        main,
        args=(*main.args, "--headless"),
        ports=(),
        startup=None,
        readiness=None,
        liveness=None,
        drain_seconds=0,
    )
    return replace(made, main=main, worker=worker)
