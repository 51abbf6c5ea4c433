# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Components of the inventory, as the role of the serving platform takes them."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from ansible.errors import AnsibleFilterError
from ansible_collections.inferops.serving.plugins.filter.bundles import PLATFORM, bundles

ROOT = Path(__file__).parents[3]
CLUSTER = {
    "components": {
        "kserve": {"state": "existing"},
        "lws": {"state": "present", "source": "helm:lws", "checksum": "sha256:00", "values": {"a": 1}},
        "keda": {"state": "auto"},
        "kueue": {"state": "absent", "source": "builtin", "managed_namespaces": ["chat"]},
        "nfd": {"state": "present"},
    }
}


def test_what_is_wanted_has_mode_and_source() -> None:
    assert bundles(CLUSTER) == [
        {"name": "lws", "mode": "install", "source": "helm:lws", "checksum": "sha256:00", "values": {"a": 1}},
        {"name": "kserve", "mode": "existing"},
    ]


def test_what_goes_is_picked_by_its_state() -> None:
    assert [each["name"] for each in bundles(CLUSTER, ["absent", "present"])] == ["lws", "kueue"]


def test_kueue_is_held_to_the_namespaces_of_the_inventory() -> None:
    [kueue] = bundles(CLUSTER, ["absent"])
    assert kueue["managed_namespaces"] == ["chat"]


def test_a_cluster_without_components_has_none() -> None:
    assert bundles({}) == bundles({"components": None}) == []


def test_something_else_is_refused() -> None:
    with pytest.raises(AnsibleFilterError):
        bundles("kserve")


def test_the_role_knows_the_same_components_in_the_same_order() -> None:
    role = ROOT / "roles" / "serving_platform"
    order = yaml.safe_load((role / "vars/main.yml").read_text())["__serving_platform_order"]
    options = yaml.safe_load((role / "meta/argument_specs.yml").read_text())["argument_specs"]["main"][
        "options"
    ]
    assert order == list(PLATFORM)
    assert options["serving_platform_components"]["options"]["name"]["choices"] == order
