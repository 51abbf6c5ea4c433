# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far the contract is proved: ``python -m tests.contract``."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections import Counter
from pathlib import Path

from . import KINDS, Standing, defects, not_run, standings
from .evidence import claimed, recorded

BEGIN, END = "<!-- contract:begin -->", "<!-- contract:end -->"
SECTIONS = {
    "XC": "cross-cutting",
    "S0": "vLLM on Triton under KServe",
    "S1": "multi-node Triton with TensorRT-LLM",
    "S2": "vLLM with KServe and llm-d",
    "S3": "aiDAPTIVCache inference",
    "S4": "gpt2 with vLLM in Triton from S3",
}


def counts(found: tuple[Standing, ...], section: str | None = None) -> list[int]:
    """How many are proved, partly proved and open."""
    states = Counter(each.state for each in found if section in {None, each.requirement.section})
    return [states[state] for state in ("proved", "partly", "open")]


def lines(found: tuple[Standing, ...]) -> list[str]:
    """The report for a terminal."""
    out = []
    for section, title in SECTIONS.items():
        proved, partly, untouched = counts(found, section)
        out.append(f"{section}  {title}: {proved} proved, {partly} partly, {untouched} open")
        for each in found:
            if each.requirement.section == section and each.state == "partly":
                names = ", ".join(KINDS[kind] for kind in sorted(each.missing))
                out.append(f"    {each.requirement.id:6} lacks {names}: {each.requirement.title}")
    proved, partly, untouched = counts(found)
    out.append(f"contract: {proved} of {len(found)} proved, {partly} partly, {untouched} open")
    return out


def table(found: tuple[Standing, ...]) -> str:
    """The table for docs/status.md."""
    rows = [(f"{section} {title}", counts(found, section)) for section, title in SECTIONS.items()]
    rows.append(("all", counts(found)))
    partly = [
        f"{each.requirement.id} (lacks {' '.join(sorted(each.missing))})"
        for each in found
        if each.state == "partly"
    ]
    return "\n".join(
        [
            "| section | requirements | proved | partly | open |",
            "|---|---|---|---|---|",
            *(f"| {name} | {sum(number)} | {' | '.join(map(str, number))} |" for name, number in rows),
            "",
            f"Partly proved: {', '.join(partly) or 'none'}.",
        ]
    )


def fill(page: Path, text: str) -> None:
    """Puts the table between its marks in the page."""
    before = page.read_text(encoding="utf-8")
    pattern = re.compile(f"({re.escape(BEGIN)}\n).*?({re.escape(END)})", re.DOTALL)
    after = pattern.sub(lambda match: f"{match[1]}{text}\n{match[2]}", before)
    if after != before:
        page.write_text(after, encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.contract", description=__doc__)
    parser.add_argument("--results", type=Path, help="count what passed in the records of this folder only")
    parser.add_argument(
        "--check", action="store_true", help="fail on wrong marks, and in CI on tests that did not run"
    )
    parser.add_argument("--page", type=Path, help="write the table between the marks of this page")
    parser.add_argument("--open", action="store_true", help="list the open requirements too")
    options = parser.parse_args()

    evidence = recorded(options.results) if options.results else claimed()
    found = standings(evidence)
    print("\n".join(lines(found)))
    if options.open:
        for each in found:
            if each.state == "open":
                print(
                    f"open {each.requirement.id:6} {' '.join(sorted(each.missing))}: {each.requirement.title}"
                )
    if options.page:
        fill(options.page, table(found))
    problems = [f"wrong mark: {each}" for each in defects(evidence)]
    missed = [f"not run: {each}" for each in not_run(evidence)]
    for problem in problems + missed:
        print(problem, file=sys.stderr)
    if "CI" in os.environ:
        problems += missed
    return 1 if options.check and problems else 0


if __name__ == "__main__":
    sys.exit(main())
