# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A machine for tests of host roles: a Linux kernel of its own, as a process of this user.

User-mode Linux needs no virtualization, no rights and no image: the machine's root is that of this machine,
read only, below Debian's packages that it needs besides, below a disk of its own that outlives a boot.
Its first process is systemd.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from ansible.errors import AnsibleError

from tests.support.connections.machine import answer, execute, send
from tests.support.packages import WITH_WHAT_IS_MISSING, unpacked

HERE = Path(__file__).parent
ROOT = HERE / "root"
"""Files of every machine, above all others."""
KERNEL = ("user-mode-linux", "systemd", "kmod", "iproute2", "e2fsprogs")
DISK = 128 << 20
MEMORY = "512M"
START = 90
"""Seconds for a machine to start. Seldom one stops halfway, on a crowded host: it is switched off and on."""
GRACE = 60
"""Seconds for a machine to end by itself. Seldom one does not: it is switched off."""

# This kernel traces its processes, and cannot give them back registers wider than it knows (AMX). So it is
# told that there are none but those of SSE, and so are programs that would look for themselves.
NARROW = {
    "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX_Fast_Unaligned_Load,-AVX,-AVX2,-AVX512F,-AVX512VL,-AVX512BW",
    "OPENSSL_ia32cap": "~0x1000000000000000:~0x10020",
}


@dataclass(frozen=True)
class Machine:
    """One machine; `folder` holds its disk, and what it shares with this one."""

    folder: Path
    files: Path
    """What it is started with."""
    aside: Path
    """Programs that it may run, and does not have in their places."""

    @contextmanager
    def running(self) -> Iterator[None]:
        """The machine is up, and ends as machines do."""
        with ExitStack() as stack:
            process = self._start(stack)
            try:
                answer(self.folder, patience=START)
            except AnsibleError:
                _end(process)
                process = self._start(stack)
                answer(self.folder, patience=START)
            yield
            send(self.folder, "systemctl poweroff")
            with suppress(subprocess.TimeoutExpired):
                process.wait(GRACE)

    def _start(self, stack: ExitStack) -> subprocess.Popen[bytes]:
        ends = [os.open(self.folder / name, os.O_RDWR) for name in ("in", "out")]
        console = stack.enter_context((self.folder / "console").open("ab"))
        process = subprocess.Popen(
            self._command(*ends),
            env={**os.environ, "TMPDIR": str(self.folder)},
            pass_fds=ends,
            stdin=subprocess.PIPE,  # it ends with us
            stdout=console,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # what ends us must not end the runner before it has done its work
        )
        stack.callback(_end, process)
        for end in ends:
            os.close(end)  # the machine has them alone, and so the other sides see when it is gone
        return process

    def run(self, command: str) -> str:
        """What a command in the machine prints. Fails where it does."""
        status, out, error = execute(self.folder, command)
        assert status == 0, f"{command}: {error.decode()}"
        return out.decode()

    def _command(self, commands: int, answers: int) -> Sequence[str]:
        return [
            *(sys.executable, str(HERE / "runner.py"), str(self.files / "usr" / "bin" / "linux.uml")),
            *(f"mem={MEMORY}", f"uml_dir={self.folder}/uml", f"ubd0={self.folder}/disk"),
            *("root=/dev/root", "rootfstype=hostfs", "rootflags=/", "ro", f"init={HERE}/boot.sh"),
            *("con=null", "con0=null,fd:1", f"con1=fd:{commands},fd:{answers}", "quiet"),
            *("systemd.unit=machine.target", "systemd.show_status=0"),
            *(f"MACHINE_FILES={self.files}", f"MACHINE_ROOT={ROOT}", f"MACHINE_SHARED={self.folder}/shared"),
            *(f"{name}={value}" for name, value in NARROW.items()),
            *(f"systemd.setenv={name}={value}" for name, value in NARROW.items()),
            f"systemd.setenv=ASIDE={self.aside}",
        ]


def machine(folder: Path, *, aside: Sequence[str]) -> Machine:
    """A machine that was never booted, with packages *aside*. Raises OSError or CalledProcessError where its
    parts cannot be had."""
    files = unpacked("machine", KERNEL, fetch=WITH_WHAT_IS_MISSING)
    beside = unpacked("machine", aside, fetch=WITH_WHAT_IS_MISSING)
    for name in ("shared", "uml"):
        (folder / name).mkdir(parents=True)
    for name in ("in", "out"):
        os.mkfifo(folder / name)
    with (folder / "disk").open("wb") as disk:
        disk.truncate(DISK)
    return Machine(folder, files, beside)


def _end(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin
    process.stdin.close()
    process.wait()
