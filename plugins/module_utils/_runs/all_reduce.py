# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How fast the GPUs of one copy of a service reach each other: an all-reduce over all of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .._apply import Diagnosis
from .._apply.engine import Say, silent
from .._catalogue.pins import PINS
from .._cluster import Client
from .._plan import ServicePlan
from .indexed_job import indexed_job
from .mpi_job import MPI_GROUP, MPI_KIND, mpi_job
from .run import NOT_RUN, Run, carry_out, trouble

_LINE = re.compile(
    r"^\s*(?P<bytes>\d+)\s+\d+\s+\w+\s+\w+\s+-?\d+"
    r"\s+(?P<time_us>[\d.]+)\s+(?P<algbw>[\d.]+)\s+(?P<busbw>[\d.]+)\s+(?P<wrong>\d+|N/A)\b"
)


@dataclass(frozen=True, kw_only=True)
class Size:
    """One line of the result; bandwidths in GB/s."""

    bytes: int
    time_us: float
    algbw: float
    busbw: float
    wrong: int


@dataclass(frozen=True, kw_only=True)
class Bandwidth:
    """What came of the check of one service."""

    name: str
    namespace: str
    runner: str
    """Kind of the object that ran it."""
    pods: int
    gpus: int
    sizes: Sequence[Size] = ()
    diagnosis: Sequence[Diagnosis] = ()
    skipped: str = ""
    """Why there was nothing to check."""

    @property
    def ok(self) -> bool:
        return not self.diagnosis

    @property
    def busbw(self) -> float | None:
        """The best bus bandwidth, which large messages reach."""
        return max((size.busbw for size in self.sizes), default=None)


def check_all_reduce(
    client: Client,
    plan: ServicePlan,
    *,
    image: str | None,
    max_bytes: int,
    min_busbw: float | None,
    timeout: int,
    check_mode: bool = False,
    progress: Say = silent,
) -> Bandwidth:
    """With an *image* of nccl-tests the MPI operator runs it, without one an indexed Job of the engine's."""
    gpus = 0 if plan.gpu_mode == "none" else plan.pods_per_copy * plan.ranks_per_pod
    about: dict[str, Any] = {
        "name": plan.name,
        "namespace": plan.namespace,
        "runner": MPI_KIND if image else "Job",
        "pods": plan.pods_per_copy,
        "gpus": gpus,
    }
    if gpus <= 1:
        return Bandwidth(**about, skipped="a copy of it has one GPU" if gpus else "it has no GPU")
    if image:
        run = mpi_job(plan, image=image, max_bytes=max_bytes, timeout=timeout)
    else:
        run = indexed_job(plan, max_bytes=max_bytes, timeout=timeout)
    if image and client.served(MPI_GROUP, MPI_KIND) is None:
        return Bandwidth(**about, diagnosis=[_no_operator(run)])
    ended = carry_out(client, run, check_mode=check_mode, timeout=timeout, progress=progress)
    if ended.diagnosis or check_mode:
        return Bandwidth(**about, diagnosis=ended.diagnosis, skipped=NOT_RUN if check_mode else "")
    sizes = read(ended.log)
    return Bandwidth(**about, sizes=sizes, diagnosis=judge(run, sizes, ended.log, min_busbw=min_busbw))


def read(log: str) -> tuple[Size, ...]:
    """The lines of all_reduce_perf; of two results of a line the first, which is out of place."""
    found = (_LINE.match(line) for line in log.splitlines())
    return tuple(
        Size(
            bytes=int(line["bytes"]),
            time_us=float(line["time_us"]),
            algbw=float(line["algbw"]),
            busbw=float(line["busbw"]),
            wrong=0 if line["wrong"] == "N/A" else int(line["wrong"]),
        )
        for line in found
        if line
    )


def judge(run: Run, sizes: Sequence[Size], log: str, *, min_busbw: float | None) -> list[Diagnosis]:
    if not sizes:
        said = " ".join(log.strip().splitlines()[-3:]) or "its log is empty"
        hint = "Look into the log; the image must have all_reduce_perf of nccl-tests, or PyTorch with NCCL."
        return [trouble("NoResult", run, f"wrote no line of all_reduce_perf: {said}", hint)]
    found = []
    wrong = sum(size.wrong for size in sizes)
    if wrong:
        hint = "Data is damaged on the way. Take the node out, and look for Xid errors in its kernel log."
        found.append(trouble("WrongData", run, f"{wrong} elements of the sums are wrong.", hint))
    best = max(size.busbw for size in sizes)
    if min_busbw is not None and best < min_busbw:
        hint = "Look with NCCL_DEBUG=INFO which way NCCL took; gpu_topology shows how the GPUs are linked."
        found.append(
            trouble("Slow", run, f"the best bus bandwidth is {best} GB/s, {min_busbw} GB/s are wanted.", hint)
        )
    return found


def _no_operator(run: Run) -> Diagnosis:
    return trouble(
        "KindMissing",
        run,
        f"the cluster does not serve {MPI_KIND} of {MPI_GROUP}.",
        f"Install the MPI operator ({PINS['mpi_operator'].current} is known to fit), or leave the image out:"
        " a Job of the engine's own image then makes the check.",
    )
