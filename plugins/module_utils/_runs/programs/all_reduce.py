# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An all-reduce over all ranks, timed by size; the first rank writes the lines of all_reduce_perf.

It runs under torch.distributed.run, one process for each GPU, with the PyTorch and NCCL of the engine itself.
"""

from __future__ import annotations

import os
import sys
import time

WARMUP = 5
ITERATIONS = 20
SMALLEST = 8
STEP = 4
FLOAT_BYTES = 4


def main() -> int:
    import torch  # type: ignore[import-not-found,unused-ignore]
    from torch import distributed

    # gloo tries this file where there is no GPU
    backend = os.environ.get("ALL_REDUCE_BACKEND", "nccl")
    gpu = backend == "nccl"
    if gpu:
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    distributed.init_process_group(backend)
    rank, ranks = distributed.get_rank(), distributed.get_world_size()
    if rank == 0:
        _write("#  size(B)  count  type  redop  root  time(us)  algbw(GB/s)  busbw(GB/s)  #wrong")
    size, largest, wrong_ones = SMALLEST, int(os.environ["ALL_REDUCE_MAX_BYTES"]), 0
    while size <= largest:
        count = size // FLOAT_BYTES
        data = torch.full((count,), float(rank + 1), device="cuda" if gpu else "cpu")
        distributed.all_reduce(data)
        wrong = int((data != ranks * (ranks + 1) / 2).sum())
        data.zero_()
        for _warm_up in range(WARMUP):
            distributed.all_reduce(data)
        distributed.barrier()
        if gpu:
            torch.cuda.synchronize()
        began = time.perf_counter()
        for _iteration in range(ITERATIONS):
            distributed.all_reduce(data)
        if gpu:
            torch.cuda.synchronize()
        took = (time.perf_counter() - began) / ITERATIONS
        wrong_ones += wrong
        if rank == 0:
            # each byte goes over the slowest link 2 (n - 1) / n times, whatever the algorithm
            algorithm = size / took / 1e9
            bus = algorithm * 2 * (ranks - 1) / ranks
            _write(f"{size} {count} float sum -1 {took * 1e6:.2f} {algorithm:.2f} {bus:.2f} {wrong}")
        size *= STEP
    distributed.destroy_process_group()
    return 1 if wrong_ones else 0


def _write(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
