# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Local processes that outlive the command that started them, and that are ended only if they are ours.

A record `<directory>/run/<name>.json` keeps what identifies a process: its number and the moment it
started, as the kernel counts it. A number that was given to somebody else's process meanwhile does not
match.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

END_SECONDS = 10.0
# A long life is no place for what else may be in the environment of a command, credentials above all.
PASSED_ON = ("PATH", "HOME", "LANG", "TMPDIR", "GOGC")


@dataclass(frozen=True, kw_only=True)
class Process:
    """How one process is started and ended; `name` is unique in its lab.

    Most may die at any moment, as they must be able to anyway; `ends_by` names a signal for those that have
    something to put in order.
    """

    name: str
    argv: tuple[str, ...]
    directory: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    ends_by: signal.Signals = signal.SIGKILL

    @property
    def log(self) -> Path:
        return self.directory / "log" / f"{self.name}.log"

    def start(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        with self.log.open("ab") as log:
            child = subprocess.Popen(  # noqa: S603
                self.argv,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd=self.directory,
                env=environment | dict(self.environment),
            )
        record = {
            "pid": child.pid,
            "started": _started(child.pid),
            "argv": list(self.argv),
            "ends_by": self.ends_by,
        }
        path = _record_path(self.directory, self.name)
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(record))

    def last_words(self) -> str:
        return self.log.read_text(errors="replace")[-2000:] if self.log.exists() else ""


@dataclass(frozen=True)
class Running:
    """A process that a record names and that still is the one it names."""

    name: str
    pid: int
    argv: tuple[str, ...]
    ends_by: int


def running(directory: Path) -> dict[str, Running]:
    """The lab's living processes by name."""
    found = (_read(path) for path in sorted((directory / "run").glob("*.json")))
    return {process.name: process for process in found if process}


def recorded(directory: Path) -> tuple[str, ...]:
    """The names of all processes that were started and not stopped, alive or not."""
    return tuple(path.stem for path in sorted((directory / "run").glob("*.json")))


def stop(directory: Path, names: Iterable[str]) -> list[str]:
    """Ends these processes of the lab, in this order, and returns the names of those that were alive."""
    alive = running(directory)
    ended = []
    for name in names:
        if name in alive:
            _end(directory, alive[name])
            ended.append(name)
        _record_path(directory, name).unlink(missing_ok=True)
    return ended


def memory_mib(pid: int) -> int:
    """Proportional set size: pages shared by several processes are counted once over all of them."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) // 1024
    except OSError:
        pass
    return 0


def listening_ports(pid: int) -> list[int]:
    """The TCP ports on which this process accepts connections."""
    inodes = set()
    with contextlib.suppress(OSError):  # it ended meanwhile, or is another user's
        for descriptor in list(Path(f"/proc/{pid}/fd").iterdir()):
            with contextlib.suppress(FileNotFoundError):  # it was closed meanwhile
                target = os.readlink(descriptor)
                if target.startswith("socket:["):
                    inodes.add(target[8:-1])
    return sorted({port for port, inode in _listeners() if inode in inodes})


def _listeners() -> Iterator[tuple[int, str]]:
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            rows = Path(table).read_text().splitlines()[1:]
        except OSError:
            continue
        for row in rows:
            columns = row.split()
            if columns[3] == "0A":
                yield int(columns[1].rsplit(":", 1)[1], 16), columns[9]


def taken(ports: Iterable[int]) -> list[int]:
    """Those of the ports on which some process of this machine listens already."""
    busy = {port for port, _inode in _listeners()}
    return sorted(busy.intersection(ports))


def _record_path(directory: Path, name: str) -> Path:
    return directory / "run" / f"{name}.json"


def _read(path: Path) -> Running | None:
    try:
        record = json.loads(path.read_text())
        pid = int(record["pid"])
        if _started(pid) != record["started"] or record["started"] is None:
            return None
        return Running(path.stem, pid, tuple(record["argv"]), record["ends_by"])
    except (OSError, ValueError, KeyError):
        return None


def _started(pid: int) -> str | None:
    """Boot and clock tick at which the process began; None when it is gone or only waits to be reaped."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return None
    threads = int(fields[17])  # of a killed program the first may be gone while others still hold its ports
    return None if fields[0] in "ZX" and threads <= 1 else f"{boot}/{fields[19]}"


def _end(directory: Path, process: Running) -> None:
    path = _record_path(directory, process.name)
    for number in (process.ends_by, signal.SIGKILL):
        if _read(path):
            try:
                os.kill(process.pid, number)
            except ProcessLookupError:
                return
        deadline = time.monotonic() + END_SECONDS
        while time.monotonic() < deadline:
            _reap(process.pid)
            if _read(path) is None:
                return
            time.sleep(0.01)


def _reap(pid: int) -> None:
    with contextlib.suppress(ChildProcessError):  # not started by this very command
        os.waitpid(pid, os.WNOHANG)
