# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""GPU Feature Discovery."""

from __future__ import annotations

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._agents import AGENTS

from .settings import env, objects, one, pod, settings


@pytest.mark.req("S1-22")
@pytest.mark.parametrize("preset", ["seed", "current"])
def test_any_of_three_labels_is_enough(preset: str) -> None:
    affinity = pod(objects("gfd", preset=preset))["affinity"]["nodeAffinity"]
    terms = affinity["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"]
    assert [
        (term["matchExpressions"][0]["key"], term["matchExpressions"][0]["values"]) for term in terms
    ] == [
        ("feature.node.kubernetes.io/pci-10de.present", ["true"]),
        ("feature.node.kubernetes.io/cpu-model.vendor_id", ["NVIDIA"]),
        ("nvidia.com/gpu", ["true", "present"]),
    ]


@pytest.mark.req("S1-22")
def test_a_new_version_publishes_objects_and_has_what_that_needs() -> None:
    made = objects("gfd")
    assert env(made)["NODE_NAME"] == {"fieldRef": {"fieldPath": "spec.nodeName"}}
    assert {"NAMESPACE", "POD_NAME"} <= env(made).keys()
    assert pod(made)["serviceAccountName"] == "gpu-feature-discovery"
    assert any("nodefeatures" in rule["resources"] for rule in one(made, "Role")["rules"])
    assert [volume["hostPath"]["path"] for volume in pod(made)["volumes"]] == ["/sys"]


@pytest.mark.req("S1-22")
def test_the_seed_publishes_by_file() -> None:
    made = objects("gfd", preset="seed")
    assert [obj["kind"] for obj in made] == ["DaemonSet"]
    assert env(made)["USE_NODE_FEATURE_API"] == "false"
    assert env(made)["MIG_STRATEGY"] == "none"
    paths = [volume["hostPath"]["path"] for volume in pod(made)["volumes"]]
    assert paths == ["/sys", "/etc/kubernetes/node-feature-discovery/features.d"]
    assert pod(made)["containers"][0]["securityContext"] == {"privileged": True}


def test_an_old_version_is_not_asked_to_publish_objects() -> None:
    asked = settings("gfd", preset="seed", values={"publish": "nodefeature"})
    assert "v0.15.0" in AGENTS["gfd"].problems(asked)[0]
    assert not AGENTS["gfd"].problems(settings("gfd", preset="seed"))


@pytest.mark.req("S1-20")
def test_its_labels_are_those_of_the_original() -> None:
    labels = one(objects("gfd", preset="seed"), "DaemonSet")["metadata"]["labels"]
    assert labels["app.kubernetes.io/name"] == "gpu-feature-discovery"
    assert labels["app.kubernetes.io/version"] == "0.8.2"
    assert labels["app.kubernetes.io/part-of"] == "nvidia-gpu"
