# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._apply.manifests import (
    ManifestError,
    load,
    parse,
)


def value(text: str) -> object:
    [obj] = parse(f"value: {text}", name="test")
    return obj["value"]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("=", "="),  # the bare sign that the schemas of some definitions contain
        ("2026-01-01", "2026-01-01"),
        ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"),
        ("22:22", "22:22"),
        ("190:20:30.15", "190:20:30.15"),
        ("0644", 0o644),
        ("0x10", 16),
        ("1e3", 1000.0),
        ("1.5", 1.5),
        ("8080", 8080),
        ("'8080'", "8080"),
        ("yes", True),
        ("~", None),
        ("1Gi", "1Gi"),
    ],
)
def test_scalars_mean_what_they_mean_to_kubernetes(text: str, meant: object) -> None:
    read = value(text)
    assert read == meant
    assert type(read) is type(meant)
    assert not isinstance(read, datetime.date)


def test_documents_lists_and_empty_parts() -> None:
    text = """
---
apiVersion: v1
kind: ConfigMap
metadata: {name: a}
---
# nothing here
---
apiVersion: v1
kind: List
items:
  - {apiVersion: v1, kind: Secret, metadata: {name: b}}
  - {apiVersion: v1, kind: Service, metadata: {name: c}}
---
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources: [a.yaml]
"""
    assert [obj["kind"] for obj in parse(text, name="test")] == ["ConfigMap", "Secret", "Service"]


def test_merge_keys_and_anchors_work() -> None:
    [obj] = parse("base: &base {a: 1, b: 2}\nvalue: {<<: *base, b: 3}", name="test")
    assert obj["value"] == {"a": 1, "b": 3}


def test_json_means_what_it_means_as_yaml() -> None:
    text = """{"kind": "List", "items": [
      {"kind": "A", "n": 1, "f": 1.5, "t": true, "z": null, "d": "2026-01-01", "u": "\\u00e9"}, {"kind": "B"}
    ]}"""
    assert parse(text, name="test") == parse(f"---\n{text}", name="test")
    assert [obj["kind"] for obj in parse(text, name="test")] == ["A", "B"]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("a: 1\nb: {c: 1, c: 2}", r"file\.yaml:2:11: the key 'c' comes twice"),
        ('{"a": 1,\n "b": {"c": 1, "c": 2}}', r"file\.yaml:2:16: the key 'c' comes twice"),
        ("a: [1", r"file\.yaml:\d:\d: "),
        ("just text", "a document is a str"),
        ("a: !!python/object/apply:os.system [ls]", "could not determine a constructor"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(text: str, where: str) -> None:
    with pytest.raises(ManifestError, match=where):
        parse(text, name="file.yaml")


def test_a_directory_is_read_in_the_order_of_its_names(tmp_path: Path) -> None:
    (tmp_path / "20-b.yml").write_text("{kind: B}")
    (tmp_path / "10-a.yaml").write_text("{kind: A}")
    (tmp_path / "30-c.json").write_text('{"kind": "C"}')
    (tmp_path / "README.md").write_text("no manifest")
    assert [obj["kind"] for obj in load(tmp_path)] == ["A", "B", "C"]


@pytest.mark.parametrize("name", ["kustomization.yaml", "kustomization.yml", "Kustomization"])
def test_a_kustomization_is_known_by_its_name_where_it_says_no_kind(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("resources: [a.yaml]\n")
    with pytest.raises(ManifestError, match="is no kustomization"):
        load(tmp_path)
    (tmp_path / "a.yaml").write_text("{kind: A}")
    assert [obj["kind"] for obj in load(tmp_path)] == ["A"]


def test_a_missing_file_and_an_empty_directory_are_told(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="No such file"):
        load(tmp_path / "none.yaml")
    with pytest.raises(ManifestError, match="holds no manifest"):
        load(tmp_path)
