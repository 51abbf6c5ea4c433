# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._engine_image import (
    LABEL,
    BuildFailed,
    NoBuilder,
    Recipe,
    find_builder,
    make,
    recipe,
)
from ansible_collections.inferops.serving.plugins.module_utils._engine_image import builder as builder_module

from tests.unit._engines.trtllm import IMAGE, engines, llm_api

BUILDER = """\
#!/bin/sh
echo "$@" >> {log}
case "$1" in
  image) [ -f {image} ] && cat {image} || exit 1 ;;
  build) [ -z "$FAILS" ] && echo '[{{"Config": {{"Labels": {{"{label}": "{digest}"}}}}}}]' > {image} ;;
  push) true ;;
esac
"""


@pytest.fixture
def wanted() -> Recipe:
    found = recipe(engines())
    assert found is not None
    return found


@pytest.fixture
def builder(tmp_path: Path, wanted: Recipe, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for podman that keeps one image; what it was told."""
    log, program = tmp_path / "log", tmp_path / "bin/podman"
    program.parent.mkdir()
    text = BUILDER.format(log=log, image=tmp_path / "image.json", label=LABEL, digest=wanted.digest)
    program.write_text(text, encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    return log


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Puts a program of that name and text into the PATH, where no builder is otherwise."""
    monkeypatch.setenv("PATH", f"{tmp_path}/bin")
    (tmp_path / "bin").mkdir()

    def install(name: str, script: str) -> None:
        program = tmp_path / "bin" / name
        program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        program.chmod(0o755)

    return install


def told(log: Path) -> list[str]:
    return [line.split()[0] for line in log.read_text(encoding="utf-8").splitlines()]


def test_the_recipe_is_that_of_the_release_inside(wanted: Recipe) -> None:
    assert wanted.image == IMAGE
    assert wanted.base.endswith("tritonserver:24.04-trtllm-python-py3")
    assert f"ARG BASE={wanted.base}\nFROM ${{BASE}}" in wanted.text
    assert wanted.text.count("--branch v0.9.0") == 2
    for line in ("WORKDIR /workspace", 'ENTRYPOINT ["/bin/bash"]', "HF_HOME=/var/run/models/hugging_face"):
        assert line in wanted.text
    for name in ("ENGINE_DEST_PATH", "MODEL_DEST_PATH"):
        assert name in wanted.text


def test_the_base_may_be_another(wanted: Recipe) -> None:
    other = recipe(engines(), base="registry.example/triton:mine")
    assert other is not None
    assert "ARG BASE=registry.example/triton:mine" in other.text
    assert other.digest != wanted.digest


def test_the_base_comes_from_the_clusters_registry() -> None:
    found = recipe(engines(cluster={"registry": {"mirrors": {"nvcr.io": "mirror.example/nv"}}}))
    assert found is not None
    assert found.base == "mirror.example/nv/nvidia/tritonserver:24.04-trtllm-python-py3"


def test_who_builds_no_engines_needs_no_image() -> None:
    assert recipe(llm_api()) is None


def test_what_was_built_is_not_built_again(builder: Path, wanted: Recipe, tmp_path: Path) -> None:
    path = tmp_path / "Containerfile"
    silent = replace(wanted, image="127.0.0.1:9/triton_trt-llm:24.04")
    first = make("podman", silent, path, push=True, check_mode=False)
    assert (first.built, first.pushed) == (True, True)
    assert first.notice.startswith("pushed without knowing what the registry has: 127.0.0.1:9")
    assert told(builder) == ["image", "build", "push"]
    again = make("podman", wanted, path, push=False, check_mode=False)
    assert (again.built, again.pushed) == (False, False)
    assert told(builder)[3:] == ["image"]


def test_in_check_mode_nothing_is_built(builder: Path, wanted: Recipe, tmp_path: Path) -> None:
    silent = replace(wanted, image="127.0.0.1:9/triton_trt-llm:24.04")
    made = make("podman", silent, tmp_path / "Containerfile", push=True, check_mode=True)
    assert made.built
    assert made.pushed
    assert told(builder) == ["image"]


def test_what_the_builder_says_at_its_end_is_told(
    builder: Path, wanted: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAILS", "yes")
    with pytest.raises(BuildFailed, match="podman build ended with 1"):
        make("podman", wanted, tmp_path / "Containerfile", push=False, check_mode=False)


@pytest.mark.parametrize(
    "described",
    [
        [{"Config": {"Labels": {LABEL: "x"}}}],
        [{"Labels": {LABEL: "x"}}],
        {"OCIv1": {"config": {"Labels": {LABEL: "x"}}}},
    ],
)
def test_builders_tell_labels_at_different_places(
    described: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "docker"
    program.write_text(f"#!/bin/sh\necho '{json.dumps(described)}'\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    one = Recipe(image="i", base="b", text="t")
    assert make("docker", one, tmp_path / "Containerfile", push=False, check_mode=True).built


ABSENT_DAEMON = "Cannot connect to the Docker daemon at unix:///var/run/docker.sock."


def test_a_builder_without_its_daemon_is_passed_over(installed: Callable[[str, str], None]) -> None:
    installed("docker", f'[ "$1" = version ] && echo "{ABSENT_DAEMON}" >&2 && exit 1')
    installed("buildah", '[ "$1" = info ]')
    assert find_builder() == "buildah"


def test_the_first_that_works_is_taken(installed: Callable[[str, str], None]) -> None:
    for name in ("buildah", "docker", "podman"):
        installed(name, "exit 0")
    assert find_builder() == "podman"
    assert find_builder("docker") == "docker"


def test_where_none_works_each_says_why(
    installed: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(builder_module, "_PATIENCE", 0.2)
    installed("docker", f'echo "context default" >&2; echo "{ABSENT_DAEMON}" >&2; exit 1')
    installed("buildah", "exec /bin/sleep 60")
    with pytest.raises(NoBuilder) as none:
        find_builder()
    for reason in (
        "podman is not installed",
        f"docker version: {ABSENT_DAEMON}",
        "buildah info did not answer for 0.2 s",
    ):
        assert reason in str(none.value)


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("exit 3", "podman info: ended with 3"),
        ("echo 'no newuidmap' >&2; exit 125", "podman info: no newuidmap"),
    ],
)
def test_the_one_that_is_asked_for_is_asked_alone(
    installed: Callable[[str, str], None], script: str, reason: str
) -> None:
    installed("podman", script)
    installed("docker", "exit 0")
    with pytest.raises(NoBuilder, match=reason) as none:
        find_builder("podman")
    assert "docker" not in str(none.value)


def test_what_cannot_be_started_does_not_build(installed: Callable[[str, str], None], tmp_path: Path) -> None:
    installed("podman", "")
    (tmp_path / "bin/podman").write_text("#!/nowhere\n", encoding="utf-8")
    with pytest.raises(NoBuilder, match="podman info does not start"):
        find_builder("podman")
