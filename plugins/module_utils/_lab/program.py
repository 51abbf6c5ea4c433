# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The keeper's program, copied into the lab: it must outlive the command that started it and the place that
came from.
"""

from __future__ import annotations

import hashlib
import inspect
import signal
import sys
from pathlib import Path

from . import api, config, keeper, nodes, processes, waiting
from .config import Config
from .keeper import (
    agents,
    backends,
    engines,
    exporters,
    gateway,
    hami,
    knative_ingress,
    logs,
    main,
    pods,
    triton_standin,
    watching,
)
from .processes import Process

PACKAGE = "inferops_lab"
MODULES = (
    *(api, config, nodes, processes, waiting),
    *(keeper, agents, backends, engines, exporters, gateway, hami, knative_ingress, logs),
    *(main, pods, triton_standin, watching),
)


def process(lab: Config, simulator: Path) -> Process:
    """The keeper's process; its program is written where it runs from."""
    sources = {
        _relative(module.__name__, is_package=module is keeper): inspect.getsource(module)
        for module in MODULES
    }
    digest = hashlib.sha256(repr(sorted(sources.items())).encode()).hexdigest()[:12]
    program = lab.directory / f"program-{digest}"
    for file, text in {"__init__.py": "", **sources}.items():
        path = program / PACKAGE / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    argv = [
        sys.executable,
        "-m",
        f"{PACKAGE}.keeper.main",
        f"--kubeconfig={lab.directory}/keeper.kubeconfig",
        f"--directory={lab.directory}",
        f"--simulator={simulator}",
    ]
    if lab.controllers.gateway:
        argv.append("--gateway")
    if lab.controllers.knative:
        argv.append("--knative")
    environment = {"PYTHONPATH": str(program), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1"}
    return Process(
        name="keeper",
        argv=(*argv, f"--program={digest}"),
        directory=lab.directory,
        environment=environment,
        ends_by=signal.SIGTERM,  # it ends those that answer for pods
    )


def _relative(module: str, *, is_package: bool) -> str:
    inner = module.rsplit("._lab.", 1)[1].replace(".", "/")
    return f"{inner}/__init__.py" if is_package else f"{inner}.py"
