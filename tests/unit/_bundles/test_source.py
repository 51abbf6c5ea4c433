# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a bundle comes from, and whether it is what was meant."""

from __future__ import annotations

import hashlib
import io
import tarfile
from pathlib import Path

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._apply import ManifestError
from ansible_collections.inferops.serving.plugins.module_utils._bundles import Source, SourceError, fetch

TEXT = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
SUM = "sha256:" + hashlib.sha256(TEXT.encode()).hexdigest()
URL = "https://example.com/bundle.yaml"


def names(place: Path | str, *, content: bytes = b"", **given: object) -> list[str]:
    objects, _sum = fetch(Source(place=str(place), **given), lambda _address: content)
    return [obj["metadata"]["name"] for obj in objects]


def test_a_file_is_read_and_its_checksum_told(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(TEXT)
    assert fetch(Source(place=str(tmp_path / "a.yaml")), lambda _address: b"")[1] == SUM


def test_a_directory_is_read_in_order_and_has_a_checksum_that_follows_its_content(tmp_path: Path) -> None:
    (tmp_path / "b.yaml").write_text(TEXT.replace("name: a", "name: b"))
    (tmp_path / "a.json").write_text('{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}')
    (tmp_path / "README.md").write_text("not read")
    first = fetch(Source(place=str(tmp_path)), lambda _address: b"")
    assert [obj["metadata"]["name"] for obj in first[0]] == ["a", "b"]
    (tmp_path / "b.yaml").write_text(TEXT.replace("name: a", "name: c"))
    assert fetch(Source(place=str(tmp_path)), lambda _address: b"")[1] != first[1]


def archive(path: Path, **files: str) -> Path:
    with tarfile.open(path, "w:gz") as made:
        for name, text in files.items():
            member = tarfile.TarInfo(name.replace("__", "/") + ".yaml")
            member.size = len(text)
            made.addfile(member, io.BytesIO(text.encode()))
    return path


def test_an_archive_is_read_in_the_order_of_its_names(tmp_path: Path) -> None:
    second = TEXT.replace("name: a", "name: b")
    assert names(archive(tmp_path / "x.tgz", deep__b=second, deep__a=TEXT)) == ["a", "b"]


def test_of_an_archive_only_the_files_of_a_pattern_are_read(tmp_path: Path) -> None:
    second = TEXT.replace("name: a", "name: b")
    place = archive(
        tmp_path / "x.tgz", x__deploy__v1__driver=TEXT, x__deploy__v1__other=second, x__Chart="name: x"
    )
    assert names(f"{place}#deploy/v1/*.yaml") == ["a", "b"]
    assert names(f"{place}#deploy/v1/*driver*") == ["a"]
    with pytest.raises(SourceError, match="none of its files is deploy/v2"):
        names(f"{place}#deploy/v2/*")


def test_a_kustomization_beside_manifests_is_none_of_them(tmp_path: Path) -> None:
    place = archive(tmp_path / "x.tgz", a=TEXT, kustomization="resources: [a.yaml]")
    assert names(place) == ["a"]


def test_a_file_may_have_the_mark_in_its_name(tmp_path: Path) -> None:
    (tmp_path / "a#1.yaml").write_text(TEXT)
    assert names(tmp_path / "a#1.yaml") == ["a"]


def test_a_chart_is_no_manifest(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="helm template"):
        names(archive(tmp_path / "x.tgz", chart__Chart="name: x"))


def test_a_url_needs_a_checksum() -> None:
    with pytest.raises(SourceError, match="needs a checksum"):
        names(URL, content=TEXT.encode())
    assert names(URL, content=TEXT.encode(), checksum=SUM) == ["a"]
    assert names(URL, content=TEXT.encode(), checksum=SUM.removeprefix("sha256:").upper()) == ["a"]
    assert names(URL, content=TEXT.encode(), unverified=True) == ["a"]


def test_what_has_changed_is_not_parsed() -> None:
    with pytest.raises(SourceError, match=SUM) as caught:
        names(URL, content=b"a: [", checksum=SUM)
    assert "before you change the checksum" in str(caught.value)


def test_a_url_may_be_an_archive(tmp_path: Path) -> None:
    content = archive(tmp_path / "x.tgz", a=TEXT).read_bytes()
    assert names("https://example.com/x.tgz?token=1", content=content, unverified=True) == ["a"]


@pytest.mark.parametrize("place", ["none.yaml", "none.tgz"])
def test_a_missing_file_is_named(tmp_path: Path, place: str) -> None:
    with pytest.raises(SourceError, match=place):
        names(tmp_path / place)


def test_a_key_that_comes_twice_and_a_bare_equals_sign(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(TEXT + "kind: Secret\n")
    with pytest.raises(ManifestError, match="twice"):
        names(tmp_path / "a.yaml")
    (tmp_path / "a.yaml").write_text(TEXT + "data: {sign: =}\n")
    assert names(tmp_path / "a.yaml") == ["a"]


def test_a_file_that_is_no_object_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(TEXT + "---\nkind: Configuration\napiVersion: config.example/v1\n")
    with pytest.raises(SourceError, match=r"document 2 \(Configuration\)"):
        names(tmp_path / "a.yaml")
