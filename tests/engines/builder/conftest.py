# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real buildah and a real registry, from packages of Debian that are unpacked and not installed.

A builder needs no containers: what a recipe runs, runs in a chroot, and layers are plain directories.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._catalogue.trtllm import TEMPLATES
from ansible_collections.inferops.serving.plugins.module_utils._engines.triton_trtllm_conversion import (
    EXAMPLES,
)

from tests.support.packages import unpacked
from tests.support.registry import PACKAGE, PASSWORD, PROGRAM, USER, serving

PACKAGES = (
    "buildah",
    "busybox-static",
    PACKAGE,
    "golang-github-containers-common",
    "golang-github-containers-image",
    "libassuan0",
    "libdevmapper1.02.1",
    "libgpg-error0",
    "libgpgme11",
    "libseccomp2",
    "patchelf",
)
BASE = f"""\
FROM scratch
COPY . /
RUN echo there > {EXAMPLES}/build.py; echo there > {TEMPLATES}/config.pbtxt
"""
SHELL = ("sh", "mkdir", "ls")


@dataclass(frozen=True)
class Host:
    """A host with a builder, what the builder was told, and the environment of who uses it."""

    environ: dict[str, str]
    told: Path

    def commands(self) -> list[str]:
        """What was asked of the builder since the last time."""
        lines = self.told.read_text(encoding="utf-8").splitlines() if self.told.exists() else []
        self.told.unlink(missing_ok=True)
        return lines


@pytest.fixture(scope="session")
def programs() -> Path:
    if os.geteuid() != 0:
        pytest.skip("not run: a builder changes the root directory, which only root may")
    try:
        return unpacked("builder", PACKAGES)
    except (subprocess.CalledProcessError, OSError) as error:
        pytest.skip(f"not run: a builder cannot be had here ({error})")


@pytest.fixture(scope="session")
def buildah(programs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """It starts itself again with an empty environment, so where its libraries are is written into it."""
    made = tmp_path_factory.mktemp("buildah") / "buildah"
    shutil.copy(programs / "usr/bin/buildah", made)
    libraries = next(programs.glob("usr/lib/*/libgpgme.so.11")).parent
    patchelf = [programs / "usr/bin/patchelf", "--force-rpath", "--set-rpath", libraries, made]
    subprocess.run(patchelf, check=True)
    return made


@pytest.fixture
def registry(programs: Path, tmp_path: Path) -> Iterator[str]:
    """Its address."""
    with serving(programs / PROGRAM, tmp_path) as address:
        yield address


def host(where: Path, buildah: Path, programs: Path, registry: str, *, base: str) -> Host:
    """A host that is logged in at the registry, whose builder has made nothing yet but the base image."""
    told = where / "told"
    settings = where / "home/.config/containers"
    settings.mkdir(parents=True)
    login = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    _write(settings / "auth.json", json.dumps({"auths": {registry: {"auth": login}}}))
    _write(settings / "policy.json", (programs / "etc/containers/policy.json").read_text(encoding="utf-8"))
    _write(settings / "registries.conf", f'[[registry]]\nlocation = "{registry}"\ninsecure = true\n')
    storage = f'[storage]\ndriver = "vfs"\ngraphroot = "{where}/images"\nrunroot = "{where}/run"\n'
    _write(settings / "storage.conf", storage)
    _write(where / "bin/buildah", f'#!/bin/sh\necho "$@" >> {told}\nexec {buildah} "$@"\n')
    (where / "bin/buildah").chmod(0o755)
    environ = {
        "HOME": str(where / "home"),
        "XDG_CONFIG_HOME": str(where / "home/.config"),
        "XDG_RUNTIME_DIR": str(where / "runtime"),
        "PATH": f"{where / 'bin'}:/usr/bin:/bin",
        "BUILDAH_ISOLATION": "chroot",
        "REGISTRY_AUTH_FILE": str(settings / "auth.json"),
        "CONTAINERS_REGISTRIES_CONF": str(settings / "registries.conf"),
        "CONTAINERS_STORAGE_CONF": str(settings / "storage.conf"),
    }
    made = Host(environ=environ, told=told)
    _base(where / "base", programs, made, base)
    made.commands()
    return made


def _base(where: Path, programs: Path, host: Host, name: str) -> None:
    """An image with a shell and with what later images of Triton have, so that nothing is fetched."""
    for folder in ("bin", "etc", "tmp", EXAMPLES.lstrip("/"), TEMPLATES.lstrip("/")):
        (where / folder).mkdir(parents=True, exist_ok=True)
    shutil.copy(programs / "bin/busybox", where / "bin/busybox")
    for applet in SHELL:
        (where / "bin" / applet).symlink_to("busybox")
    _write(where / "etc/passwd", "root:x:0:0:root:/:/bin/sh\n")
    _write(where / "etc/group", "root:x:0:\n")
    recipe = where.with_name("base.recipe")
    _write(recipe, BASE)
    command = ["buildah", "build", "--quiet", "--file", str(recipe), "--tag", name, str(where)]
    subprocess.run(command, env=host.environ, check=True, stdout=subprocess.DEVNULL)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
