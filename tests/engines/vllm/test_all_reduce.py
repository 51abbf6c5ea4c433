# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command of the check with the engine's real PyTorch: two pods meet, reduce, and the first tells it.
gloo stands in for NCCL, which needs GPUs."""

from __future__ import annotations

import os
import socket
import subprocess
from pathlib import Path

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._runs.all_reduce import judge, read
from ansible_collections.inferops.serving.plugins.module_utils._runs.indexed_job import INDEX, indexed_job
from ansible_collections.inferops.serving.plugins.module_utils._runs.programs import all_reduce

from tests.engines.vllm.installation import Installation
from tests.unit._runs.samples import planned

pytestmark = [pytest.mark.proof("E", stand_in="gloo")]
TOPOLOGY = {"tensor": 1, "pipeline": 2, "pods": "per-node", "gpus_per_node": 1}


def test_two_pods_meet_and_the_first_writes_the_lines_that_are_read(installation: Installation) -> None:
    run = indexed_job(planned(topology=TOPOLOGY, expose={}), max_bytes=2**16, timeout=60)
    (container,) = run.objects[-1]["spec"]["template"]["spec"]["containers"]
    env = {one["name"]: one["value"] for one in container["env"] if "value" in one}
    (index,) = [one for one in container["env"] if "valueFrom" in one]
    assert INDEX in index["valueFrom"]["fieldRef"]["fieldPath"]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    elsewhere = {
        "python3": str(installation.python),
        "--master-addr=large-nccl-0.large-nccl": "--master-addr=127.0.0.1",
        "--master-port=29500": f"--master-port={port}",
        "/opt/inferops/all_reduce.py": str(Path(all_reduce.__file__)),
    }
    assert elsewhere.keys() <= set(container["command"])
    pods = [
        subprocess.Popen(
            [
                elsewhere.get(word, word).replace(f"$({index['name']})", str(rank))
                for word in container["command"]
            ],
            env={**os.environ, **env, "ALL_REDUCE_BACKEND": "gloo", "OMP_NUM_THREADS": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for rank in (0, 1)
    ]
    (log, errors), (other, _errors) = (pod.communicate(timeout=120) for pod in pods)
    assert [pod.returncode for pod in pods] == [0, 0], errors
    assert other == ""
    sizes = read(log)
    assert [size.bytes for size in sizes] == [8, 32, 128, 512, 2048, 8192, 32768]
    assert judge(run, sizes, log, min_busbw=None) == []
