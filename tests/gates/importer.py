# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds the tarball and shows it to the importer that the public collection servers run."""

from __future__ import annotations

import os
import subprocess
import sys

from . import BUILD, COPY, TOOLS

SETTINGS = """\
[galaxy-importer]
RUN_ANSIBLE_DOC = True
RUN_ANSIBLE_LINT = False
RUN_FLAKE8 = False
RUN_ANSIBLE_TEST = False
CHECK_REQUIRED_TAGS = True
"""


def main() -> int:
    folder = BUILD / "importer"
    folder.mkdir(parents=True, exist_ok=True)
    settings = folder / "galaxy-importer.cfg"
    settings.write_text(SETTINGS, encoding="utf-8")
    build = [
        str(TOOLS / "ansible-galaxy"),
        "collection",
        "build",
        "--force",
        "--output-path",
        str(folder),
        str(COPY),
    ]
    subprocess.run(build, check=True)
    (tarball,) = folder.glob("inferops-serving-*.tar.gz")
    environment = {**os.environ, "GALAXY_IMPORTER_CONFIG": str(settings)}
    importer = [sys.executable, "-m", "galaxy_importer.main", str(tarball)]
    done = subprocess.run(
        importer,
        cwd=folder,
        env=environment,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    print(done.stdout)
    return 1 if done.returncode or "ERROR: " in done.stdout else 0


if __name__ == "__main__":
    sys.exit(main())
