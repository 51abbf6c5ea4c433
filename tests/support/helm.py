# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stands in for helm, which the tests do not install: it writes down what it was told, fetches the small
chart beside it, and answers with what Helm 4.3 once rendered of that chart (``charts/greeter.yaml``)."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path

CHARTS = Path(__file__).parent / "charts"
GREETER = CHARTS / "greeter"
RENDERED = CHARTS / "greeter.yaml"
VALUES = {"greeting": "good morning", "adminPassword": "open-sesame"}
"""What it was rendered with."""

_PROGRAM = """#!{python}
import json, pathlib, shutil, sys
told = pathlib.Path({told!r})
calls = json.loads(told.read_text()) if told.exists() else []
calls.append([sys.argv[1:], sys.stdin.read()])
told.write_text(json.dumps(calls))
if {complaint!r}:
    sys.exit({complaint!r})
if sys.argv[1] == "pull":
    shutil.make_archive(sys.argv[-1] + "/greeter", "gztar", {charts!r}, "greeter")
else:
    print(pathlib.Path({rendered!r}).read_text())
"""


@dataclass(frozen=True)
class StandInHelm:
    path: Path
    told: Path

    @property
    def calls(self) -> list[tuple[list[str], str]]:
        """Arguments and standard input of each call."""
        return [tuple(call) for call in json.loads(self.told.read_text())] if self.told.exists() else []


def stand_in(directory: Path, *, complaint: str = "") -> StandInHelm:
    """A program at ``directory/helm``; with a ``complaint`` it fails with that."""
    made = StandInHelm(path=directory / "helm", told=directory / "told.json")
    made.path.write_text(
        _PROGRAM.format(
            python=sys.executable,
            told=str(made.told),
            complaint=complaint,
            charts=str(CHARTS),
            rendered=str(RENDERED),
        )
    )
    made.path.chmod(0o755)
    return made
