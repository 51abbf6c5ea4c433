# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import tarfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.inferops.serving.plugins.module_utils._inventory import read
from ansible_collections.inferops.serving.plugins.module_utils._manifests import (
    Export,
    NotOurs,
    export,
    shown,
    write_directory,
    write_tarball,
)
from ansible_collections.inferops.serving.plugins.module_utils._manifests.dump import dump
from ansible_collections.inferops.serving.plugins.module_utils._objects import service_objects

TOKEN = "hf_a-token-that-must-stay-here"

VARIABLES: dict[str, Any] = {
    "llm_cluster": {"namespaces": [{"name": "chat", "labels": {"team": "поиск"}}]},
    "llm_secrets": [{"name": "hf", "kind": "hf-token", "value": TOKEN}],
    "llm_stores": [
        {"name": "hub", "kind": "hf", "secret": "hf"},
        {
            "name": "models",
            "kind": "nfs",
            "size": "100Gi",
            "pv": {"nfs": {"server": "nfs.example", "path": "/m"}},
        },
    ],
    "llm_models": [
        {"name": "small", "source": "facebook/opt-125m", "store": "hub"},
        {"name": "large", "source": "org/large", "store": "models"},
    ],
    "llm_serving": [
        {"name": "small", "namespace": "chat", "model": "small", "engine": "vllm"},
        {"name": "large", "namespace": "chat", "model": "large", "engine": "vllm"},
        {"name": "gone", "namespace": "chat", "model": "small", "engine": "vllm", "state": "absent"},
    ],
}


def made(*, with_secrets: bool = False) -> Export:
    found = read(VARIABLES)
    assert not found.errors
    return export(found.fleet, found.plans, with_secrets=with_secrets)


@pytest.mark.req("S0-01", "XC-14")
def test_a_service_is_a_directory_with_a_file_for_each_object_in_apply_order() -> None:
    plans = {plan.name: plan for plan in read(VARIABLES).plans}
    files = made().files
    names = [path.split("/")[1] for path in files if path.startswith("small/")]
    objects = [yaml.safe_load(files[f"small/{name}"]) for name in names if name != "kustomization.yaml"]
    assert objects == service_objects(plans["small"])
    assert [name[:3] for name in names[:-1]] == [f"{number:02}-" for number in range(len(objects))]


def test_a_kustomization_lists_the_files_and_the_top_one_the_directories() -> None:
    files = made().files
    top = yaml.safe_load(files["kustomization.yaml"])
    assert top["resources"] == ["_namespaces", "_stores", "small", "large"]
    small = yaml.safe_load(files["small/kustomization.yaml"])
    assert [f"small/{name}" for name in small["resources"]] == [
        path for path in files if path.startswith("small/") and not path.endswith("kustomization.yaml")
    ]


def test_an_absent_service_is_not_rendered() -> None:
    assert not [path for path in made().files if path.startswith("gone/")]


@pytest.mark.req("XC-13", "XC-14")
def test_no_secret_is_rendered_unless_it_is_asked_for() -> None:
    assert not [path for path in made().files if path.startswith("_secrets/")]
    assert TOKEN not in "".join(made().files.values())
    assert [path for path in made(with_secrets=True).files if path.startswith("_secrets/")]


@pytest.mark.req("XC-14")
def test_the_same_inventory_gives_the_same_bytes() -> None:
    assert made() == made()
    assert made().version == made().version != made(with_secrets=True).version


@pytest.mark.req("XC-14")
def test_a_second_run_writes_nothing(tmp_path: Path) -> None:
    assert write_directory(made(), tmp_path, private=False, check_mode=False)
    assert write_directory(made(), tmp_path, private=False, check_mode=False) == []


def test_check_mode_tells_the_same_and_writes_nothing(tmp_path: Path) -> None:
    dest = tmp_path / "out"
    foretold = write_directory(made(), dest, private=False, check_mode=True)
    assert not dest.exists()
    assert write_directory(made(), dest, private=False, check_mode=False) == foretold


def test_files_that_are_no_longer_rendered_are_removed_and_those_of_others_stay(tmp_path: Path) -> None:
    write_directory(made(), tmp_path, private=False, check_mode=False)
    (tmp_path / "small" / "notes.txt").write_text("mine")
    fewer = Export(files={"kustomization.yaml": "resources: []\n"})
    write_directory(fewer, tmp_path, private=False, check_mode=False)
    left = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file())
    assert left == [".inferops-manifests", "kustomization.yaml", "small/notes.txt"]


def test_a_file_of_somebody_else_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "kustomization.yaml").write_text("mine")
    with pytest.raises(NotOurs, match="was not written by this module"):
        write_directory(made(), tmp_path, private=False, check_mode=False)
    assert (tmp_path / "kustomization.yaml").read_text() == "mine"
    assert not (tmp_path / "small").exists()


@pytest.mark.req("XC-13")
def test_files_with_credentials_are_for_their_owner_and_in_no_diff(tmp_path: Path) -> None:
    differences = write_directory(made(with_secrets=True), tmp_path, private=True, check_mode=False)
    modes = {path.stat().st_mode & 0o777 for path in tmp_path.rglob("*") if path.is_file()}
    assert modes == {0o600}
    assert not [one for one in shown(differences) if "_secrets" in one["after_header"]]


@pytest.mark.req("S0-01")
def test_the_tarball_holds_the_same_files_below_their_version(tmp_path: Path) -> None:
    dest = tmp_path / "manifests.tar.gz"
    assert write_tarball(made(), dest, private=False, check_mode=False)
    with tarfile.open(dest) as archive:
        files = {member.name: archive.extractfile(member).read().decode() for member in archive}  # type: ignore[union-attr]
    assert files == {f"manifests-{made().version}/{path}": text for path, text in made().files.items()}


def test_the_tarball_is_the_same_to_the_byte_the_second_time(tmp_path: Path) -> None:
    dest = tmp_path / "manifests.tar.gz"
    write_tarball(made(), dest, private=False, check_mode=False)
    before = dest.read_bytes()
    assert not write_tarball(made(), dest, private=False, check_mode=False)
    assert dest.read_bytes() == before


@pytest.mark.req("S4-46")
def test_text_that_is_not_ascii_survives() -> None:
    assert "поиск" in made().files["_namespaces/00-namespace-chat.yaml"]


@pytest.mark.parametrize(
    "text", ["1", "0x1f", "1e3", "true", "No", "off", "~", "", "2026-01-01", "012", "=", "a: b"]
)
def test_text_stays_text_for_every_parser(text: str) -> None:
    written = dump({"value": text})
    assert yaml.safe_load(written) == {"value": text}
    assert written == f'value: "{text}"\n'
