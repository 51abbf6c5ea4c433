# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Node Feature Discovery."""

from __future__ import annotations

import json

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._agents import AGENTS

from .settings import objects, one, pod


def configuration(made: list[dict], file: str) -> dict:
    [text] = [obj["data"][file] for obj in made if obj["kind"] == "ConfigMap" and file in obj["data"]]
    return json.loads(text)


@pytest.mark.req("S1-16")
def test_the_label_of_a_card_names_its_vendor_only() -> None:
    pci = configuration(objects("nfd"), "nfd-worker.conf")["sources"]["pci"]
    assert pci["deviceLabelFields"] == ["vendor"]
    assert {"03", "12"} <= set(pci["deviceClassWhitelist"])


def test_more_configuration_is_merged_and_wins() -> None:
    more = {"sources": {"pci": {"deviceLabelFields": ["class", "vendor"]}, "cpu": {"cpuid": {}}}}
    sources = configuration(objects("nfd", values={"worker_config": more}), "nfd-worker.conf")["sources"]
    assert sources["pci"]["deviceLabelFields"] == ["class", "vendor"]
    assert "deviceClassWhitelist" in sources["pci"]
    assert "cpu" in sources


@pytest.mark.req("S1-15")
def test_the_seed_stands_where_its_guide_puts_it() -> None:
    made = objects("nfd", preset="seed")
    assert one(made, "DaemonSet")["metadata"]["namespace"] == "kube-system"
    assert one(made, "DaemonSet")["metadata"]["name"] == "node-feature-discovery-worker"


def test_the_worker_needs_no_privilege() -> None:
    container = pod(objects("nfd"))["containers"][0]
    assert container["securityContext"]["runAsNonRoot"] is True
    assert all(mount["readOnly"] for mount in container["volumeMounts"])


def test_the_collector_is_optional() -> None:
    names = {obj["metadata"]["name"] for obj in objects("nfd", values={"collector": False})}
    assert not any(name.endswith("-gc") for name in names)


def test_definitions_come_along() -> None:
    names = [obj["metadata"]["name"] for obj in AGENTS["nfd"].definitions()]
    assert names == [
        "nodefeatures.nfd.k8s-sigs.io",
        "nodefeaturerules.nfd.k8s-sigs.io",
        "nodefeaturegroups.nfd.k8s-sigs.io",
    ]
