# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The benchmark: runs, prints the table, and keeps it in docs/benchmarks.md."""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import re
import shutil
import sys
from contextlib import ExitStack
from importlib.metadata import version
from itertools import chain
from pathlib import Path

from . import ROOT, WORK, Row, applying, planning

PAGE = ROOT / "docs" / "benchmarks.md"
HEAD = ("what", "measured", "compared with", "ratio", "wanted", "met")


def table(rows: list[Row]) -> str:
    lines = [HEAD, tuple("---" for _ in HEAD), *(row.cells for row in rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def keep(text: str) -> None:
    before = PAGE.read_text(encoding="utf-8")
    pattern = re.compile(r"(<!-- bench:begin -->\n).*?(<!-- bench:end -->)", re.DOTALL)
    PAGE.write_text(pattern.sub(lambda match: f"{match[1]}{text}\n{match[2]}", before), encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    cluster = os.environ.get("LAB_KUBECONFIG")
    parser.add_argument(
        "--kubeconfig", type=Path, default=cluster, help="cluster to measure on; without it, a lab"
    )
    parser.add_argument("--objects", type=int, default=300)
    parser.add_argument("--kubectl", default=shutil.which("kubectl"))
    parser.add_argument("--helm", type=Path, help="without it, the one that the tests build")
    options = parser.parse_args()
    WORK.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        if not options.kubeconfig:
            from tests.support.lab import running

            options.kubeconfig = stack.enter_context(running(WORK / "lab")).kubeconfig
        return measure(options)


def measure(options: argparse.Namespace) -> int:
    field = applying.Field(options.kubeconfig, options.objects)
    rows = []
    try:
        measured = chain(
            planning.rows(options.kubeconfig),
            applying.rows(field, kubectl_program=options.kubectl, helm_program=options.helm),
        )
        for row in measured:
            rows.append(row)
            print("  ".join(cell for cell in row.cells if cell), flush=True)
    finally:
        field.clear()

    today = datetime.datetime.now(tz=datetime.UTC)
    facts = (
        f"{today:%Y-%m-%d}, {options.objects} objects, {os.cpu_count()} cores,"
        f" Python {platform.python_version()}, ansible-core {version('ansible-core')},"
        f" kubernetes client {version('kubernetes')}."
    )
    keep(f"{facts}\n\n{table(rows)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
