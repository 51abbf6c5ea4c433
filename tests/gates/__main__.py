# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs gates and says how each went: ``python -m tests.gates lint unit …``."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from collections import Counter, deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.contract.evidence import read, scenario, write

from . import BUILD, LOGS, NEED_A_LAB, RECORDS, ROOT, STAGES, WORKERS, Step, collection, steps

NEWS = 60
"""Seconds after which a silent step says that it is still at work."""
FEW = 5
"""Failures among tests that run side by side that are looked at a second time."""
TAIL = 80
"""Lines of the log that are shown when a step fails."""
RUNNING: set[subprocess.Popen[bytes]] = set()


@dataclass(frozen=True)
class Verdict:
    step: Step
    passed: bool
    seconds: float

    @property
    def tests(self) -> Counter[str]:
        """How many tests ended how; a step that is not made of tests is one."""
        if self.step.record.exists() and not self.step.scenario:
            return Counter(each.outcome for each in read(self.step.record))
        return Counter({"passed" if self.passed else "failed": 1})


def run(step: Step, lab: Future[None] | None) -> Verdict:
    """Runs a step to its end and says how it went; of a crowded one that failed, others say it later."""
    trouble = lab.exception() if lab and step.on_the_lab else None
    started = time.monotonic()
    step.record.unlink(missing_ok=True)
    if trouble:
        step.log.write_text(f"The lab did not start: {trouble}\n", encoding="utf-8")
    passed = not trouble and _ends_well(step, started)
    verdict = Verdict(step, passed, time.monotonic() - started)
    if step.scenario:
        write(step.record, scenario(step.scenario, outcome="passed" if passed else "failed"))
    if passed or not step.crowded:
        tell(verdict)
    if step.scenario and not passed:
        destroy(step)
    return verdict


def _ends_well(step: Step, started: float) -> bool:
    with step.log.open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            step.command,
            cwd=step.cwd,
            env=step.environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        RUNNING.add(process)
        while (code := _ended(process)) is None:
            say("…", step, time.monotonic() - started, last(step.log, 1))
        RUNNING.discard(process)
    return code == 0


def run_alone(crowded: Verdict) -> Verdict:
    """Runs the few tests that failed once more, one after the other, and names them whatever comes of it.

    Side by side on a small machine, tests of a cluster can starve each other. Many failures are no accident.
    """
    step, started = crowded.step, time.monotonic()
    failed = [each for each in read(step.record) if each.outcome == "failed"] if step.record.exists() else []
    passed = False
    if 0 < len(failed) <= FEW:
        again = step.alone([each.source for each in failed])
        print("".join(f"again, alone: {each.source}\n" for each in failed), end="", flush=True)
        with step.log.open("a", encoding="utf-8") as log:
            done = subprocess.run(
                again.command,
                cwd=again.cwd,
                env=again.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                check=False,
            )
        passed = done.returncode == 0
        if again.record.exists():
            second = {each.source: each for each in read(again.record)}
            write(step.record, [second.get(each.source, each) for each in read(step.record)])
            again.record.unlink()
    verdict = Verdict(step, passed, crowded.seconds + time.monotonic() - started)
    tell(verdict)
    return verdict


def destroy(step: Step) -> None:
    """Ends the lab of a scenario that failed in its clean-up, after which molecule goes no further."""
    command = ("molecule", "destroy", "--scenario-name", step.scenario)
    with step.log.open("a", encoding="utf-8") as log:
        subprocess.run(
            command, cwd=step.cwd, env=step.environment, stdout=log, stderr=subprocess.STDOUT, check=False
        )


def _ended(process: subprocess.Popen[bytes]) -> int | None:
    try:
        return process.wait(NEWS)
    except subprocess.TimeoutExpired:
        return None


def stop(number: int, *_: object) -> None:
    """Ends what runs, and the labs of tests that had no chance to end their own."""
    running = list(RUNNING)
    for process in running:
        process.terminate()
    for process in running:
        process.wait()
    subprocess.run([sys.executable, ROOT / "tools/stop_labs.py", BUILD], check=False)
    os._exit(128 + number)  # threads may still wait for a compiler


def run_all(planned: Sequence[Step], lab: Future[None] | None) -> list[Verdict]:
    """Runs steps side by side, and once nothing else runs the tests that failed beside others."""
    with ThreadPoolExecutor(WORKERS) as pool:
        verdicts = list(pool.map(partial(run, lab=lab), planned))
    return [
        run_alone(verdict) if verdict.step.crowded and not verdict.passed else verdict for verdict in verdicts
    ]


def share_lab(labs: ExitStack) -> None:
    """One cluster for all tests and scenarios of this run, unless the environment names one already."""
    if not os.environ.get("LAB_KUBECONFIG"):
        from tests.integration.conftest import CONTROLLERS, CRDS
        from tests.support.lab import build_programs, running

        build_programs()
        lab = labs.enter_context(running(BUILD / "lab", controllers=CONTROLLERS, crds=CRDS))
        os.environ["LAB_KUBECONFIG"] = str(lab.kubeconfig)


def tell(verdict: Verdict) -> None:
    """Says how a step went; of one that failed, the end of what it said."""
    log = verdict.step.log
    if verdict.passed:
        say("ok", verdict.step, verdict.seconds, last(log, 1))
    else:
        say("FAILED", verdict.step, verdict.seconds, "")
        print(f"{last(log, TAIL)}\n--- the whole of it: {log.relative_to(ROOT)}", flush=True)


def say(word: str, step: Step, seconds: float, note: str) -> None:
    print(f"{word:7}{step.name:28}{seconds:7.1f} s  {note.strip()[:90]}", flush=True)


def last(log: Path, number: int) -> str:
    with log.open(encoding="utf-8", errors="replace") as lines:
        return "".join(deque((line for line in lines if line.strip()), number)).rstrip()


def closing_line(verdicts: list[Verdict], seconds: float) -> str:
    total: Counter[str] = sum((verdict.tests for verdict in verdicts), Counter())
    if any(not verdict.passed and not verdict.tests["failed"] for verdict in verdicts):
        total["errors"] = sum(not verdict.passed and not verdict.tests["failed"] for verdict in verdicts)
    words = ", ".join(
        f"{total[word]} {word}" for word in ("failed", "passed", "skipped", "errors") if total[word]
    )
    minutes, rest = divmod(round(seconds), 60)
    return f" {words} in {seconds:.2f}s ({minutes // 60}:{minutes % 60:02}:{rest:02}) ".center(100, "=")


def run_stages(stages: Sequence[str], only: str) -> list[Verdict]:
    """All steps of these stages, as if they were one, and after them what looks at their records."""
    for folder in (LOGS, RECORDS):
        folder.mkdir(parents=True, exist_ok=True)
    for record in RECORDS.glob("*.json"):
        record.unlink()
    if "lint" in stages:
        collection.stage()

    planned = [step for stage in STAGES if stage in stages for step in steps(stage) if only in step.name]
    first = [step for step in planned if not step.reads_records]
    with ExitStack() as labs, ThreadPoolExecutor(1) as starter:
        os.environ["PACKED"] = labs.enter_context(TemporaryDirectory(dir=BUILD, prefix="packed-"))
        lab = starter.submit(share_lab, labs) if NEED_A_LAB.intersection(stages) else None
        verdicts = run_all(first, lab)
    return verdicts + run_all([step for step in planned if step.reads_records], None)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.gates", description=__doc__)
    parser.add_argument("stages", nargs="+", choices=STAGES)
    parser.add_argument("--only", help="only the steps whose names contain this")
    options = parser.parse_args()

    sys.path.insert(0, str(ROOT / ".collections"))
    from ansible_collections.inferops.serving.plugins.module_utils._lab.build import locked

    signal.signal(signal.SIGTERM, stop)
    started = time.monotonic()
    linting = "lint" in options.stages  # in a copy, of which a clone has one
    with locked(BUILD / ".lint.lock", print) if linting else nullcontext():
        verdicts = run_stages(options.stages, options.only or "")

    coverage = next((each.step.log for each in verdicts if each.step.name == "coverage-of-contract"), None)
    if coverage:
        print(coverage.read_text(encoding="utf-8"), flush=True)
    failed = [verdict.step.name for verdict in verdicts if not verdict.passed]
    if failed:
        print(f"failed: {', '.join(failed)}")
    print(closing_line(verdicts, time.monotonic() - started))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
