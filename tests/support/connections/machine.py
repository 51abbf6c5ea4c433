# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How Ansible, and a test, run commands in a machine of tests/support/machine.py."""

from __future__ import annotations

import os
import select
import shlex
import uuid
from pathlib import Path

from ansible.errors import AnsibleError
from ansible.plugins.connection import ConnectionBase

DOCUMENTATION = """
name: machine
short_description: Runs commands in a machine of the tests
description: Commands and what they say are files in a directory that both sides see; a line tells when.
author: Inferops contributors (@inferops)
extends_documentation_fragment: [connection_pipelining]
options:
  folder:
    description: Directory of the machine.
    type: path
    required: true
    vars: [{name: machine_folder}]
"""

PATIENCE = 300
"""Seconds after which a machine that does not answer counts as broken."""
LAST_WORDS = 2000


def execute(folder: Path, command: str, stdin: bytes = b"") -> tuple[int, bytes, bytes]:
    """Runs one command as root in a machine; its status, standard output and standard error."""
    files = send(folder, command, stdin)
    status = int(answer(folder))
    return status, files.with_suffix(".stdout").read_bytes(), files.with_suffix(".stderr").read_bytes()


def send(folder: Path, command: str, stdin: bytes = b"") -> Path:
    """Has a machine run a command. The files of the command are named like the result, with suffixes."""
    files = folder / "shared" / uuid.uuid4().hex
    files.with_suffix(".command").write_text(command, encoding="utf-8")
    files.with_suffix(".stdin").write_bytes(stdin)
    commands = os.open(folder / "in", os.O_WRONLY | os.O_NONBLOCK)  # an error where the machine is gone
    os.write(commands, f"{files.name}\n".encode())
    os.close(commands)
    return files


def answer(folder: Path, *, patience: float = PATIENCE) -> str:
    """The next line that a machine says. Raises AnsibleError where it says none in time."""
    with open(os.open(folder / "out", os.O_RDONLY | os.O_NONBLOCK), "rb", buffering=0) as out:
        said = out.readline() if select.select([out], [], [], patience)[0] else b""
    if not said:
        console = (folder / "console").read_text(errors="replace")[-LAST_WORDS:]
        raise AnsibleError(f"The machine in {folder} does not answer:\n{console}")
    return said.decode().strip()


class Connection(ConnectionBase):
    """To one machine, as root."""

    transport = "machine"
    has_pipelining = True

    def _connect(self) -> Connection:
        return self

    def exec_command(
        self, cmd: str, in_data: bytes | None = None, sudoable: bool = True
    ) -> tuple[int, bytes, bytes]:
        super().exec_command(cmd, in_data=in_data, sudoable=sudoable)
        return execute(Path(self.get_option("folder")), cmd, in_data or b"")

    def put_file(self, in_path: str, out_path: str) -> None:
        status, _, error = self.exec_command(f"cat > {shlex.quote(out_path)}", Path(in_path).read_bytes())
        if status:
            raise AnsibleError(f"{out_path}: {error.decode()}")

    def fetch_file(self, in_path: str, out_path: str) -> None:
        status, content, error = self.exec_command(f"cat {shlex.quote(in_path)}")
        if status:
            raise AnsibleError(f"{in_path}: {error.decode()}")
        Path(out_path).write_bytes(content)

    def close(self) -> None:
        """Nothing is held between commands."""
