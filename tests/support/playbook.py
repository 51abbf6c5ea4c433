# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running ansible-playbook as a user does, and reading what came of it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from ansible_collections.inferops.serving.plugins.module_utils._lab.build import fingerprint

ROOT = Path(__file__).parents[2]
COLLECTIONS = str(ROOT / ".collections")
CALLBACKS = Path(__file__).parent / "callbacks"
PACKED = tempfile.TemporaryDirectory(prefix="packed-")
"""Archives of modules, by where their collection is: packing one again costs as much as running it."""


@dataclass(frozen=True, kw_only=True)
class Run:
    status: int
    output: str
    """Standard output and error."""
    tasks: list[dict[str, Any]]

    @property
    def changed(self) -> int:
        return sum(int(number) for number in re.findall(r"changed=(\d+)", self.output))

    def result(self, action: str) -> dict[str, Any]:
        """The result of the last task that ran a module, by the end of its name."""
        return next(
            task["result"]
            for task in reversed(self.tasks)
            if task["action"].endswith(f".{action}") and task["outcome"] != "skipped"
        )


def run_playbook(
    playbook: str | Path,
    *arguments: str,
    variables: Mapping[str, Any] | None = None,
    environ: Mapping[str, str] | None = None,
    cwd: Path = ROOT,
) -> Run:
    """Runs a playbook to its end. Extra variables travel in a file, as JSON."""
    with tempfile.TemporaryDirectory() as scratch:
        record = Path(scratch, "record")
        extra = Path(scratch, "variables.json")
        extra.write_text(json.dumps(dict(variables or {})), encoding="utf-8")
        collections = {"ANSIBLE_COLLECTIONS_PATH": COLLECTIONS, **(environ or {})}["ANSIBLE_COLLECTIONS_PATH"]
        packed = Path(PACKED.name, fingerprint([], collections))
        done = subprocess.run(
            [
                str(Path(sys.executable).parent / "ansible-playbook"),
                str(playbook),
                "--extra-vars",
                f"@{extra}",
                *arguments,
            ],
            cwd=cwd,
            env={
                **{
                    name: value
                    for name, value in os.environ.items()
                    if not name.startswith(("ANSIBLE_", "K8S_AUTH_"))
                },
                "ANSIBLE_COLLECTIONS_PATH": COLLECTIONS,
                "ANSIBLE_CALLBACK_PLUGINS": str(CALLBACKS),
                "ANSIBLE_CALLBACKS_ENABLED": "record,packed",
                "ANSIBLE_NOCOLOR": "1",
                "ANSIBLE_LOCALHOST_WARNING": "false",
                "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
                "RECORD": str(record),
                "PACKED": str(packed),
                **(environ or {}),
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=900,
            check=False,
        )
        lines = record.read_text(encoding="utf-8").splitlines() if record.exists() else []
    return Run(status=done.returncode, output=done.stdout, tasks=[json.loads(line) for line in lines])


def run_tasks(
    tasks: Sequence[Mapping[str, Any]],
    *arguments: str,
    kubeconfig: Path | None = None,
    variables: Mapping[str, Any] | None = None,
    environ: Mapping[str, str] | None = None,
) -> Run:
    """Runs tasks as a play of their own against the control plane of *kubeconfig*."""
    play = {
        "hosts": "localhost",
        "connection": "local",
        "gather_facts": False,
        "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
        "tasks": list(tasks),
    }
    connection = {"K8S_AUTH_KUBECONFIG": str(kubeconfig)} if kubeconfig is not None else {}
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch, "play.yml")
        path.write_text(yaml.safe_dump([play], sort_keys=False), encoding="utf-8")
        return run_playbook(path, *arguments, variables=variables, environ={**connection, **(environ or {})})
