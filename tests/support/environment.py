# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Python environments of programs that tests run: made once, from pins, into the cache of this user."""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from ansible_collections.inferops.serving.plugins.module_utils._lab.build import fingerprint, locked
from ansible_collections.inferops.serving.plugins.module_utils._lab.config import default_cache

Say = Callable[[str], None]
PIP = ("-m", "pip", "--quiet", "--no-input", "--disable-pip-version-check")
NEWS = 20
"""Seconds after which a silent command says that it is still at work."""


def environment(name: str, *, keyed_by: Sequence[Path], make: Callable[[Path], None], say: Say) -> Path:
    """A directory in the cache that *make* fills, with a virtual environment in ``venv``.

    All that its content depends on is in the files *keyed_by*. Raises CalledProcessError where something
    cannot be had; nothing is kept then.
    """
    key = fingerprint(keyed_by, sys.version, platform.machine())
    home = default_cache().parent / name / key
    with locked(home.with_name(f".{key}.lock"), say):
        if not (home / "complete").exists():
            started = time.monotonic()
            shutil.rmtree(home, ignore_errors=True)
            run([sys.executable, "-m", "venv", home / "venv"], f"{name}: making the environment", say)
            try:
                make(home)
            except BaseException:
                shutil.rmtree(home, ignore_errors=True)
                raise
            (home / "complete").touch()
            say(f"{name}: ready after {time.monotonic() - started:.0f} s")
    return home


def run(command: Sequence[str | Path], what: str, say: Say) -> None:
    """Runs a command and tells from time to time that it does. Raises CalledProcessError."""
    say(what)
    started = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        while True:
            try:
                status = process.wait(NEWS)
                break
            except subprocess.TimeoutExpired:
                say(f"{what} ({time.monotonic() - started:.0f} s)")
    if status:
        raise subprocess.CalledProcessError(status, [str(each) for each in command])
