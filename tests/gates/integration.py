# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The integration tests, all on one lab: ``python -m tests.gates.integration [arguments of pytest]``."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import ExitStack

from tests.integration.conftest import CONTROLLERS, CRDS
from tests.support.lab import running

from . import BUILD, WORKERS


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with ExitStack() as stack:
        environment = dict(os.environ)
        if not environment.get("LAB_KUBECONFIG"):
            lab = stack.enter_context(running(BUILD / "lab", controllers=CONTROLLERS, crds=CRDS))
            environment["LAB_KUBECONFIG"] = str(lab.kubeconfig)
        command = [sys.executable, "-m", "pytest", "tests/integration", "--quiet", "-ra"]
        command += ["--numprocesses", str(WORKERS), "--dist", "loadfile", "--timeout", "900"]
        command += ["--basetemp", str(BUILD / "tmp"), *sys.argv[1:]]
        return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
