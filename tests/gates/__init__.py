# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gates: every check that a change must pass, as a table of commands."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.contract.evidence import scenarios

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / ".build"
COPY = BUILD / "collection" / "ansible_collections" / "inferops" / "serving"
"""The files that git knows, where Ansible's own tools want to see a collection."""
RECORDS = BUILD / "records"
LOGS = BUILD / "logs"

TOOLS = Path(sys.executable).parent
INSTANCES = Path("/proc/sys/fs/inotify/max_user_instances")
PER_WORKER = 64
"""Instances of inotify: a worker's labs and steps, each process of which watches files, take up to 50."""
WORKERS = max(2, min(4, os.cpu_count() or 2, int(INSTANCES.read_text()) // PER_WORKER))
"""What runs side by side: steps, and tests on the lab. Both wait for a third of their time."""
STAGES = ("integration", "lint", "unit", "engines", "molecule", "coverage")
"""In the order in which their steps start: the longest first, the many short ones last."""
NEED_A_LAB = {"integration", "molecule"}
"""Stages for which a lab is started."""
BESIDE_OTHERS = {"on_the_lab": True, "crowded": True}
INTEGRATION = ("--timeout", "900", "--basetemp", str(BUILD / "tmp"))


@dataclass(frozen=True, kw_only=True)
class Step:
    """One command with one verdict."""

    name: str
    command: tuple[str, ...]
    cwd: Path = ROOT
    env: dict[str, str] = field(default_factory=dict)
    scenario: str = ""
    """The molecule scenario that it runs."""
    on_the_lab: bool = False
    """Whether it waits for the lab, where one is started."""
    crowded: bool = False
    """Whether other steps may starve its tests, which have a second chance then."""
    reads_records: bool = False
    """Whether it looks at what the others have left, and so comes last."""

    @property
    def log(self) -> Path:
        return LOGS / f"{self.name.replace(' ', '-')}.log"

    @property
    def record(self) -> Path:
        return RECORDS / f"{self.name.replace(' ', '-')}.json"

    def alone(self, tests: Sequence[str]) -> Step:
        """The same step for these tests only, one after the other."""
        return _pytest(f"{self.name} again", tests, *INTEGRATION)[0]

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "PATH": f"{TOOLS}{os.pathsep}{os.environ['PATH']}",
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".collections"),
            "ANSIBLE_INJECT_FACT_VARS": "false",  # as it will be from ansible-core 2.24 on
            "ANSIBLE_NOCOLOR": "1",
            "PYTHONUNBUFFERED": "1",
            **self.env,
        }


def steps(stage: str) -> tuple[Step, ...]:
    """The steps of a stage, longest first."""
    makers = {
        "lint": _lint,
        "unit": _unit,
        "integration": _integration,
        "molecule": _molecule,
        "engines": _engines,
        "coverage": _coverage,
    }
    return makers[stage]()


def _lint() -> tuple[Step, ...]:
    in_copy = {"cwd": COPY, "env": {"ANSIBLE_COLLECTIONS_PATH": str(COPY.parents[2])}}
    return (
        Step(name="ansible-test sanity", command=(sys.executable, "-m", "tests.gates.sanity")),
        Step(name="mypy", command=("mypy", "plugins")),
        Step(
            name="ansible-lint", command=("ansible-lint", "--offline", "--profile", "production"), **in_copy
        ),
        Step(name="galaxy-importer", command=(sys.executable, "-m", "tests.gates.importer")),
        Step(
            name="antsibull-docs",
            command=("antsibull-docs", "lint-collection-docs", "--plugin-docs", "."),
            **in_copy,
        ),
        Step(name="antsibull-changelog", command=("antsibull-changelog", "lint"), **in_copy),
        Step(name="yamllint", command=("yamllint", "--strict", ".")),
        Step(name="ruff", command=("ruff", "check", ".")),
    )


def _pytest(name: str, tests: Sequence[str], *arguments: str, **facts: bool) -> tuple[Step, ...]:
    step = Step(name=name, command=(), **facts)
    told = ("--quiet", "-ra", "--durations", "40", "--record", str(step.record))
    command = (sys.executable, "-m", "pytest", *tests, *told)
    return (replace(step, command=(*command, *arguments)),)


def _unit() -> tuple[Step, ...]:
    return _pytest("unit", ["tests/unit"])


def _integration() -> tuple[Step, ...]:
    parallel = ("--numprocesses", str(WORKERS), "--dist", "loadfile", "--no-loadscope-reorder")
    return _pytest("integration", ["tests/integration"], *parallel, *INTEGRATION, **BESIDE_OTHERS)


def _molecule() -> tuple[Step, ...]:
    packed = {
        "ANSIBLE_CALLBACK_PLUGINS": str(ROOT / "tests" / "support" / "callbacks"),
        "ANSIBLE_CALLBACKS_ENABLED": "packed",
    }
    return tuple(
        Step(
            name=f"molecule {name}",
            command=("molecule", "test", "--scenario-name", name),
            env=packed,
            scenario=name,
            on_the_lab=True,
        )
        for name in scenarios()
    )


def _engines() -> tuple[Step, ...]:
    return _pytest("engines", ["tests/engines"], "--timeout", "1800", **BESIDE_OTHERS)


def _coverage() -> tuple[Step, ...]:
    return (
        Step(
            name="coverage-of-contract",
            command=(sys.executable, "-m", "tests.contract", "--results", str(RECORDS), "--check"),
            reads_records=True,
        ),
    )
