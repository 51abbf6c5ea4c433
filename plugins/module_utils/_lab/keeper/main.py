# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The keeper's loop: whenever something moves in the cluster, let everybody look at it."""

from __future__ import annotations

import argparse
import signal
import threading
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn, TypeAlias

from ..api import Api, ApiError
from ..nodes import NODES
from .agents import Agents
from .backends import Backends
from .exporters import Exporters
from .gateway import Gateway
from .hami import SharedGpus
from .knative_ingress import KnativeIngress
from .pods import PODS, Pods
from .watching import Store

Task: TypeAlias = "Pods | Agents | SharedGpus | Exporters | Gateway | KnativeIngress"

IDLE_SECONDS = 10.0
REPEAT_SECONDS = 0.5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kubeconfig", type=Path, required=True)
    parser.add_argument("--directory", type=Path, required=True)
    parser.add_argument("--simulator", required=True)
    parser.add_argument("--gateway", action="store_true")
    parser.add_argument("--knative", action="store_true")
    parser.add_argument("--program", help="names the copy that runs, so that a new one replaces it")
    arguments = parser.parse_args()

    api, changed = Api(arguments.kubeconfig), threading.Event()
    backends = Backends(arguments.directory, arguments.simulator)

    signal.signal(signal.SIGTERM, _end)
    try:
        pods, nodes = Store(api, PODS, changed), Store(api, NODES, changed)
        for store in (pods, nodes):
            store.listed.wait()
        tasks: list[Task] = [
            Pods(api, arguments.directory, backends, pods),
            Agents(api, nodes, pods),
            SharedGpus(api, nodes, pods),
            Exporters(api, nodes, pods),
        ]
        if arguments.gateway:
            tasks.append(Gateway(api, changed))
        if arguments.knative:
            tasks.append(KnativeIngress(api, changed))
        keep(tasks, changed)
    finally:
        backends.stop_all()


def keep(tasks: Sequence[Task], changed: threading.Event) -> NoReturn:
    """Lets every task look at the cluster whenever something moved in it."""
    while True:
        changed.wait(IDLE_SECONDS)
        changed.clear()
        for task in tasks:
            try:
                task.tick()
            except (OSError, ApiError):  # a conflict, or the API server is being restarted: look again
                traceback.print_exc()
                time.sleep(REPEAT_SECONDS)
                changed.set()


def _end(_signal: int, _frame: object) -> NoReturn:
    raise SystemExit


if __name__ == "__main__":
    main()
