# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is built, when it is not, and what a person is told."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._lab import build
from ansible_collections.inferops.serving.plugins.module_utils._lab.config import (
    Config,
    Controllers,
    LabError,
)

SOURCES = Path(__file__).resolve().parents[3] / "roles" / "lab" / "files"


def config(tmp_path: Path, **options: object) -> Config:
    given = {"directory": tmp_path / "lab", "sources": SOURCES, "cache": tmp_path / "cache", **options}
    return Config(**given)  # type: ignore[arg-type]


@pytest.fixture
def no_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "go_version", lambda: None)


def program(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o700)
    return path


def silent(_line: str) -> None:
    pass


def test_only_what_the_controllers_need_is_built(tmp_path: Path) -> None:
    assert build.needed(config(tmp_path)) == ("klab", "llm-d-inference-sim")
    assert "kserve-manager" in build.needed(config(tmp_path, controllers=Controllers(kserve=True)))


@pytest.mark.usefixtures("no_go")
def test_without_go_one_learns_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(
        LabError, match=r"Install Go 1\.\d+.* or give the paths .*: klab, llm-d-inference-sim\."
    ):
        build.binaries(config(tmp_path), silent)


@pytest.mark.usefixtures("no_go")
def test_given_programs_are_used(tmp_path: Path) -> None:
    given = {name: program(tmp_path / "given" / name) for name in ("klab", "llm-d-inference-sim")}
    assert build.binaries(config(tmp_path, binaries=given), silent) == given


def test_a_given_program_must_be_executable(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="not an executable file"):
        build.binaries(config(tmp_path, binaries={"klab": tmp_path / "none"}), silent)


def test_an_unknown_program_is_named(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="kubelet is none of klab"):
        build.binaries(config(tmp_path, binaries={"kubelet": tmp_path}), silent)


@pytest.mark.usefixtures("no_go")
def test_what_was_built_is_found_again_without_go(tmp_path: Path) -> None:
    wanted = config(tmp_path)
    made = {}
    for name in build.needed(wanted):
        binary = build.BINARIES[name]
        key = f"{binary.wrapper}-{build._source_key(wanted, binary)}-go1.26.8"
        made[name] = program(wanted.cache / key / name)
    assert build.binaries(wanted, silent) == made


def test_the_key_changes_with_the_sources(tmp_path: Path) -> None:
    source = tmp_path / "module"
    source.mkdir()
    (source / "go.mod").write_text("module a")
    before = build.fingerprint([source])
    (source / "go.mod").write_text("module b")
    assert build.fingerprint([source]) != before


def test_the_version_of_kubernetes_comes_from_its_pin(tmp_path: Path) -> None:
    assert build.kubernetes_version(config(tmp_path)) in (SOURCES / "klab" / "go.mod").read_text()


@pytest.mark.skipif(not build.go_version(), reason="no Go toolchain")
def test_a_build_is_installed_whole_and_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "sources" / "tiny"
    source.mkdir(parents=True)
    (source / "go.mod").write_text("module tiny\n\ngo 1.21\n")
    (source / "main.go").write_text('package main\n\nvar word = ""\n\nfunc main() { print(word) }\n')
    binary = build.Binary("tiny", "tiny", ".", variables=("main.word=linked",))
    monkeypatch.setattr(build, "BINARIES", {"tiny": binary})
    wanted = config(tmp_path, sources=tmp_path / "sources")
    said: list[str] = []
    (path,) = build.binaries(wanted, said.append).values()
    assert os.access(path, os.X_OK)
    assert subprocess.run([path], capture_output=True, check=True).stderr == b"linked"
    assert said[0] == "building tiny (1 of 1)"
    assert build.binaries(wanted, said.append) == {"tiny": path}
    assert len([line for line in said if line.startswith("built")]) == 1


@pytest.mark.skipif(not build.go_version(), reason="no Go toolchain")
def test_a_failed_build_shows_the_words_of_the_compiler(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "sources" / "tiny"
    source.mkdir(parents=True)
    (source / "go.mod").write_text("module tiny\n\ngo 1.21\n")
    (source / "main.go").write_text("package main\n\nfunc main() { nonsense }\n")
    monkeypatch.setattr(build, "BINARIES", {"tiny": build.Binary("tiny", "tiny", ".")})
    with pytest.raises(LabError, match="undefined: nonsense"):
        build.binaries(config(tmp_path, sources=tmp_path / "sources"), silent)
