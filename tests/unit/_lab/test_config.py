# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the module's options to what a lab is."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.inferops.serving.plugins.module_utils._lab import Controllers, LabError, argspec
from ansible_collections.inferops.serving.plugins.module_utils._lab.config import PORTS, Config
from ansible_collections.inferops.serving.plugins.module_utils._lab.manifests import crd_groups

ROLE = Path(__file__).resolve().parents[3] / "roles" / "lab"


def parsed(**options: object) -> Config:
    checked = ArgumentSpecValidator(deepcopy(argspec.ARGUMENT_SPEC)).validate(
        {"dir": "/tmp/lab", "sources": "/tmp/sources", **options}
    )
    assert not checked.error_messages
    return argspec.config(checked.validated_parameters)


def test_the_defaults_of_the_role_are_a_lab() -> None:
    defaults = yaml.safe_load((ROLE / "defaults" / "main.yml").read_text())
    config = parsed(nodes=defaults["lab_nodes"], controllers=defaults["lab_controllers"])
    assert [(group.name, group.count, group.gpus) for group in config.nodes] == [
        ("gpu", 2, 8),
        ("gpu", 2, 8),
        ("cpu", 2, 0),
    ]
    assert config.controllers == Controllers(kserve=True, llmisvc=True, lws=True, gateway=True)


def test_label_values_are_text() -> None:
    (group,) = parsed(nodes=[{"name": "n", "labels": {"tier": 1}}]).nodes
    assert group.labels == {"tier": "1"}


def test_a_lab_uses_a_block_of_ports() -> None:
    config = parsed(port=7000)
    assert [config.port_of(name) for name in PORTS] == list(range(7000, 7000 + len(PORTS)))
    assert config.address == "https://127.0.0.1:7000"


def test_switches_bring_their_definitions() -> None:
    assert crd_groups(parsed()) == ("kwok",)
    assert crd_groups(parsed(controllers={"gateway": True})) == ("gateway", "kwok")
    assert set(crd_groups(parsed(controllers={"kserve": True}, crds=["keda"]))) == {
        "kserve",
        "lws",
        "gateway",
        "inference",
        "keda",
        "kwok",
    }


def test_without_sources_one_learns_why() -> None:
    options = (
        ArgumentSpecValidator(deepcopy(argspec.ARGUMENT_SPEC))
        .validate({"dir": "/tmp/lab"})
        .validated_parameters
    )
    with pytest.raises(LabError, match="action plugin"):
        argspec.config(options)
