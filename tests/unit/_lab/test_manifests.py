# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where definitions of other products come from."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._lab import manifests

FILES = Path(__file__).resolve().parents[3] / "roles" / "lab" / "files"


@pytest.mark.parametrize("module", manifests.WRAPPERS)
def test_every_module_is_pinned_by_its_wrapper(module: str) -> None:
    pins = (FILES / manifests.WRAPPERS[module] / "go.mod").read_text()
    assert any(f"{module} v" in line for line in pins.splitlines())


@pytest.mark.parametrize("group", manifests.CRD_GROUPS)
def test_every_group_comes_from_a_known_module(group: str) -> None:
    assert {source.module for source in manifests.CRD_GROUPS[group]} <= set(manifests.WRAPPERS)


def test_the_conditions_of_a_chart_are_no_part_of_a_definition(tmp_path: Path) -> None:
    file = tmp_path / "definition.yaml"
    file.write_text("{{- if .Values.enabled }}\n---\nkind: CustomResourceDefinition\n{{- end }}\n")
    assert list(manifests._load_yaml(file)) == [{"kind": "CustomResourceDefinition"}]
