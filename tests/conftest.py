# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every run can leave a record of what its tests prove; skips are listed with their reasons."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from tests.contract import Evidence
from tests.contract.evidence import write

UNIT = Path(__file__).parent / "unit"


class Recorder:
    """Gathers the outcome of every test and the requirements that it names."""

    def __init__(self, record: Path | None) -> None:
        self.record = record
        self.evidence: dict[str, Evidence] = {}

    def add(self, node: str, marks: dict[str, object], outcome: str, reason: str = "") -> None:
        self.evidence[node] = Evidence(
            source=node,
            outcome=outcome,
            reason=reason,
            requirements=tuple(marks["requirements"]),
            kinds=frozenset(marks["kinds"]),
            stand_in=bool(marks["stand_in"]),
        )

    @property
    def skipped(self) -> list[Evidence]:
        return [each for each in self.evidence.values() if each.outcome == "skipped"]

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        if session.config.option.collectonly:
            for item in session.items:
                skip = item.get_closest_marker("skip")
                reason = str(skip.kwargs.get("reason", "")) if skip else ""
                self.add(item.nodeid, _marks(item), "skipped" if skip else "collected", reason)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or not report.passed:
            reason = str(report.longrepr[-1]) if report.skipped and isinstance(report.longrepr, tuple) else ""
            self.add(report.nodeid, dict(report.user_properties)["contract"], report.outcome, reason)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.record:
            write(self.record, self.evidence.values())
        if "CI" in os.environ and any(each.requirements for each in self.skipped):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        reasons = Counter((each.reason, bool(each.requirements)) for each in self.skipped)
        for (reason, proves), number in reasons.items():
            note = " (they prove requirements: not allowed in CI)" if proves else ""
            terminalreporter.write_line(f"{number} not run{note}: {reason.removeprefix('Skipped: ')}")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--record", type=Path, help="write what the tests prove to this file")


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Recorder(config.getoption("--record")), "contract")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        item.user_properties.append(("contract", _marks(item)))


def _marks(item: pytest.Item) -> dict[str, object]:
    proofs = list(item.iter_markers("proof"))
    kinds = {kind for proof in proofs for kind in proof.args}
    return {
        "requirements": list(dict.fromkeys(each for mark in item.iter_markers("req") for each in mark.args)),
        "kinds": sorted(kinds | {"U"} if UNIT in item.path.parents else kinds),
        "stand_in": any(proof.kwargs.get("stand_in") for proof in proofs),
    }
