# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``ansible-test sanity`` without containers and without any download but Python packages."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

from . import COPY, TOOLS

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "inferops" / "ansible-test"
"""Home of ansible-test: its environments are made once and serve every clone."""

BOOTSTRAP = """\
import subprocess
import sys

subprocess.run([sys.executable, "-m", "ensurepip"], check=True)
"""


def prepare() -> None:
    """Puts what ansible-test would fetch by itself, or would not see, into its home."""
    source = Path(
        str(distribution("ansible-core").locate_file("ansible_test/_internal/python_requirements.py"))
    )
    match = re.search(r"pip='([\d.]+)'", source.read_text(encoding="utf-8"))
    if not match:
        sys.exit(f"No version of pip found in {source}")
    script = CACHE / ".ansible" / "test" / "cache" / f"get_pip_{match[1].replace('.', '_')}.py"
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text(BOOTSTRAP, encoding="utf-8")

    # ansible-test hands no PIP_ variables on: what they say goes into a file.
    settings = re.findall(r"^[^.]+\.([\w-]+)='(.*)'$", _pip("config", "list"), re.MULTILINE)
    options = {
        **dict(settings),
        "cache-dir": _pip("cache", "dir").strip(),
        "disable-pip-version-check": "true",
    }
    pip_conf = CACHE / ".config" / "pip" / "pip.conf"
    pip_conf.parent.mkdir(parents=True, exist_ok=True)
    pip_conf.write_text(
        "\n".join(["[global]", *(f"{key} = {value}" for key, value in options.items())]) + "\n"
    )


def _pip(*arguments: str) -> str:
    command = [sys.executable, "-m", "pip", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def main() -> int:
    prepare()
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    command = [str(TOOLS / "ansible-test"), "sanity", "--local", "--python", python, "--color", "no"]
    return subprocess.run(command, cwd=COPY, env={**os.environ, "HOME": str(CACHE)}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
