# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where evidence comes from: marks of the tests, comments of the molecule scenarios, records of a run."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from . import Evidence

ROOT = Path(__file__).resolve().parents[2]
SCENARIOS = ROOT / "extensions" / "molecule"

# In a scenario's verify.yml:  # proves P C: S1-02, S1-07
_COMMENT = re.compile(r"^\s*# proves ([A-Z ]+): *(.+?)\.?$", re.MULTILINE)


def claimed() -> list[Evidence]:
    """What the tests and scenarios in the tree say they prove, without running them."""
    with tempfile.TemporaryDirectory() as folder:
        record = Path(folder) / "collected.json"
        subprocess.run(
            [sys.executable, "-m", "pytest", "tests", "--collect-only", "-qq", "--record", str(record)],
            cwd=ROOT,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        return [
            *read(record),
            *(item for name in scenarios() for item in scenario(name, outcome="collected")),
        ]


def recorded(folder: Path) -> list[Evidence]:
    """What the last run proved: one record per gate."""
    return [item for record in sorted(folder.glob("*.json")) for item in read(record)]


def scenarios() -> list[str]:
    return sorted(path.parent.name for path in SCENARIOS.glob("*/molecule.yml"))


def scenario(name: str, *, outcome: str) -> Iterator[Evidence]:
    """The evidence of one molecule scenario, from the comments in its playbooks."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted((SCENARIOS / name).glob("*.yml")))
    for kinds, ids in _COMMENT.findall(text):
        yield Evidence(
            source=f"molecule {name}",
            outcome=outcome,
            requirements=tuple(re.findall(r"[\w-]+", ids)),
            kinds=frozenset(kinds.split()),
        )


def read(record: Path) -> list[Evidence]:
    return [
        Evidence(**{**item, "requirements": tuple(item["requirements"]), "kinds": frozenset(item["kinds"])})
        for item in json.loads(record.read_text(encoding="utf-8"))
    ]


def write(record: Path, evidence: Iterable[Evidence]) -> None:
    record.parent.mkdir(parents=True, exist_ok=True)
    items = [{**vars(item), "kinds": sorted(item.kinds)} for item in evidence]
    record.write_text(json.dumps(items, indent=1), encoding="utf-8")
