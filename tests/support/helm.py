# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Helm itself, built once from its Go module into the cache of this user, and a small chart."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.inferops.serving.plugins.module_utils._lab import build

from tests.support.programs import program

HELM_SOURCES = Path(__file__).parent
HELM = build.Binary("helm", "helm4", "helm.sh/helm/v4/cmd/helm")
GREETER = HELM_SOURCES / "charts" / "greeter"
VALUES = {"greeting": "good morning", "adminPassword": "open-sesame"}

_NOTING = """#!{python}
import json, os, pathlib, subprocess, sys
told, home = pathlib.Path({told!r}), {home!r}
given = sys.stdin.read()
calls = json.loads(told.read_text()) if told.exists() else []
told.write_text(json.dumps([*calls, [sys.argv[1:], given]]))
own = {{f"HELM_{{each}}_HOME": f"{{home}}/{{each}}" for each in ("CACHE", "CONFIG", "DATA")}}
done = subprocess.run([{helm!r}, *sys.argv[1:]], input=given, text=True, env={{**os.environ, **own}})
sys.exit(done.returncode)
"""


@dataclass(frozen=True)
class NotedHelm:
    """A program that writes down what it is told, and has the real one do it, in a home of its own."""

    path: Path
    told: Path

    @property
    def calls(self) -> list[tuple[list[str], str]]:
        """Arguments and standard input of each call."""
        return [tuple(call) for call in json.loads(self.told.read_text())] if self.told.exists() else []

    def forget(self) -> None:
        self.told.unlink(missing_ok=True)

    def run(self, *arguments: str | Path, given: str = "") -> str:
        """What it says. Raises CalledProcessError."""
        command = [self.path, *arguments]
        return subprocess.run(command, input=given, text=True, check=True, stdout=subprocess.PIPE).stdout


def noted_helm(directory: Path) -> NotedHelm:
    """At ``directory/helm``. Skips the test where helm cannot be built."""
    made = NotedHelm(path=directory / "helm", told=directory / "told.json")
    made.path.write_text(
        _NOTING.format(
            python=sys.executable,
            told=str(made.told),
            home=str(directory / "helm-home"),
            helm=str(program(HELM, HELM_SOURCES)),
        )
    )
    made.path.chmod(0o755)
    return made
