# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""vLLM without a GPU: 0.32.0 whole, 0.33.0 as far as it is Python."""

from __future__ import annotations

import shutil
import sys
import tempfile
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.support.environment import PIP, Say, environment, run

REQUIREMENTS = Path(__file__).parents[3] / "requirements"
SERVER = REQUIREMENTS / "vllm.txt"
PARSER = REQUIREMENTS / "vllm-parser.txt"
SERVED = "0.32.0"
"""The version that can serve here."""

CUDA = """
    libcublas.so.13 libcublasLt.so.13 libcudnn.so.9 libcufft.so.12 libcufile.so.0 libcupti.so.13
    libcurand.so.10 libcusolver.so.12 libcusparse.so.12 libcusparseLt.so.0 libnccl.so.2 libnvrtc.so.13
    libnvshmem_host.so.3
"""
"""Libraries of 2 GB that torch is linked with and calls only on a GPU."""


@dataclass(frozen=True)
class Installation:
    home: Path

    @property
    def python(self) -> Path:
        return self.home / "venv" / "bin" / "python"

    @property
    def program(self) -> Path:
        """``vllm``, of the version that can serve."""
        return self.home / "venv" / "bin" / "vllm"

    def sources(self, version: str) -> Path:
        """What to put before the packages, so that this version is imported."""
        return self.home / "sources" / version


def install(say: Say) -> Installation:
    """Finds or makes it. Raises CalledProcessError where the packages cannot be had."""
    keyed_by = [SERVER, PARSER, Path(__file__)]
    return Installation(environment("vllm", keyed_by=keyed_by, make=lambda home: _make(home, say), say=say))


def _make(home: Path, say: Say) -> None:
    python = home / "venv" / "bin" / "python"
    packages = home / "venv" / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
    pinned = ["--no-deps", "--require-hashes", "--no-cache-dir"]
    with tempfile.TemporaryDirectory(dir=home) as folder, ThreadPoolExecutor(2) as pool:
        install = [python, *PIP, "install", *pinned, "--no-compile", "--requirement", SERVER]
        fetch = [python, *PIP, "download", *pinned, "--dest", folder, "--requirement", PARSER]
        jobs = [
            pool.submit(run, install, "vllm: installing 0.9 GB", say),
            pool.submit(run, fetch, "vllm: fetching 0.3 GB of another version", say),
        ]
        for job in jobs:
            job.result()
        (wheel,) = Path(folder).iterdir()
        _unpack(wheel, home)
    _without_cuda(packages)
    _named(packages)
    serve = [python, "-m", "vllm.entrypoints.cli.main", "serve", "--help"]
    run(serve, "vllm: starting it for the first time", say)


def _unpack(wheel: Path, home: Path) -> None:
    """Whatever is not a library goes where only those find it who ask for this version."""
    version = wheel.name.split("-")[1]
    with zipfile.ZipFile(wheel) as content:
        for name in content.namelist():
            if not name.endswith(".so"):
                content.extract(name, home / "sources" / version)
    (home / "sources" / SERVED).mkdir()


def _without_cuda(packages: Path) -> None:
    """Puts an empty library in the place of each, and lets functions be looked up when they are called."""
    libraries = packages / "torch" / "lib"
    for name in CUDA.split():
        shutil.copy(libraries / "libtorch_global_deps.so", libraries / name)
    (packages / "lazy_binding.pth").write_text("import os, sys; sys.setdlopenflags(os.RTLD_LAZY)\n")


def _named(packages: Path) -> None:
    """The program asks for the version of ``vllm``, but the package for CPUs has another name."""
    version = f"{SERVED}+cpu"
    information = packages / f"vllm-{version}.dist-info"
    information.mkdir()
    (information / "METADATA").write_text(f"Metadata-Version: 2.1\nName: vllm\nVersion: {version}\n")
