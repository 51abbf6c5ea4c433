# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A rendered container as a process of this machine: its command, its environment, a user as in a cluster."""

from __future__ import annotations

import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.inferops.serving.plugins.module_utils._engines.server import SCRATCH
from ansible_collections.inferops.serving.plugins.module_utils._plan import ServicePlan

from tests.engines.vllm.asking import words
from tests.engines.vllm.installation import Installation
from tests.integration.render.triton.server import free_ports

PATIENCE = 600
USER = 1000650042
"""A user id as OpenShift gives one; this machine has no name for it."""

ON_A_CPU = {
    "VLLM_CPU_KVCACHE_SPACE": "1",
    "VLLM_CPU_CI_ENV": "1",
    "VLLM_ENABLE_V1_MULTIPROCESSING": "0",
}
"""The share of GPU memory is one of main memory here: so much is free of that rule. The rest saves time."""


@dataclass(frozen=True)
class Served:
    url: str
    user: int
    process: subprocess.Popen[bytes]
    log: Path

    def wait_until(self, path: str) -> None:
        """Raises AssertionError with the log where the server ends or does not answer in time."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                with urllib.request.urlopen(self.url + path, timeout=5):  # noqa: S310
                    return
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.5)
        raise AssertionError(self.log.read_text(errors="replace")[-3000:])


def memory() -> int:
    """Bytes that a new process can have."""
    (line,) = (each for each in Path("/proc/meminfo").read_text().splitlines() if "MemAvailable" in each)
    return int(line.split()[1]) * 1024


def stranger() -> list[str]:
    """What runs a command as a user that owns nothing; nothing where that cannot be done.

    That user may read everything, as the files of an image are for all, but write only where others may.
    """
    command = ["setpriv", f"--reuid={USER}", "--regid=0", "--clear-groups"]
    command += ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search", "--"]
    try:
        tried = subprocess.run([*command, "true"], capture_output=True, check=False)
    except OSError:
        return []
    return [] if tried.returncode else command


@contextmanager
def served(
    installation: Installation, plan: ServicePlan, *, model: Path, scratch: Path, as_user: Sequence[str]
) -> Iterator[Served]:
    """The container with *model* and *scratch* in the places of its mounts, on a free port of loopback."""
    (port,) = free_ports(1)
    here = {plan.location.path: str(model), f"--port={plan.http_port.number}": f"--port={port}"}
    program, *arguments = (here.get(word, word) for word in words(plan))
    assert program == "vllm"
    env = {
        name: value.replace(SCRATCH, str(scratch), 1) if value.startswith(SCRATCH) else value
        for name, value in plan.workload.main.env.items()
        if isinstance(value, str)
    }
    log = scratch.parent / "vllm.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*as_user, installation.program, *arguments, "--host=127.0.0.1"],
            stdout=output,
            stderr=output,
            cwd=scratch,
            start_new_session=True,
            env={"PATH": os.environ["PATH"], "TMPDIR": str(scratch), **ON_A_CPU, **env},
        )
        try:
            made = Served(f"http://127.0.0.1:{port}", USER if as_user else os.getuid(), process, log)
            made.wait_until(plan.startup_probe.path)
            yield made
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
