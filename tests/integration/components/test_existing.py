# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What others brought is recognised, and nothing is written beside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._apply import Refused
from ansible_collections.inferops.serving.plugins.module_utils._cluster import Client
from ansible_collections.inferops.serving.plugins.module_utils._prerequisites import Request, provide

from .conftest import daemon_set, written

pytestmark = [pytest.mark.proof("A", "C")]
Ask = Callable[..., Request]
Put = Callable[[dict[str, Any]], dict[str, Any]]


@pytest.mark.req("S1-18")
@pytest.mark.parametrize(
    "plugin",
    [
        daemon_set("nvidia-device-plugin-daemonset"),
        daemon_set("nvidia-gpu-device-plugin-large-cos"),
        daemon_set("nvdp", namespace="default", image="nvcr.io/nvidia/k8s-device-plugin:v0.19.3"),
    ],
    ids=["static", "cloud", "chart"],
)
def test_a_device_plugin_under_any_name_is_left_alone(
    client: Client, asking: Ask, put: Put, plugin: dict
) -> None:
    put(plugin)
    before = written(client)
    result = provide(client, asking("device_plugin"), wait=False)
    assert (result.decision.action, result.changed) == ("verify", False)
    assert plugin["metadata"]["name"] in result.finding.evidence[0]
    assert written(client) == before


@pytest.mark.req("S1-18")
def test_gpus_that_nodes_advertise_are_a_plugin_too(client: Client, asking: Ask) -> None:
    def advertise(number: str) -> None:
        amounts = {"nvidia.com/gpu": number}
        client.request(
            "PATCH",
            "/api/v1/nodes/bare-0/status",
            body={"status": {"capacity": amounts, "allocatable": amounts}},
            content_type="application/merge-patch+json",
        )

    advertise("8")
    try:
        result = provide(client, asking("device_plugin", expected_nodes=1), wait=False)
        assert (result.decision.action, result.changed) == ("verify", False)
    finally:
        advertise("0")


@pytest.mark.req("S1-21")
def test_feature_discovery_of_others_is_left_alone(client: Client, asking: Ask, put: Put) -> None:
    put(daemon_set("gpu-feature-discovery", namespace="default"))
    before = written(client)
    assert provide(client, asking("gfd"), wait=False).decision.action == "verify"
    assert written(client) == before


@pytest.mark.req("S1-21")
def test_the_seeds_search_for_the_plugin_would_have_missed_it(client: Client, asking: Ask, put: Put) -> None:
    """A device plugin is no feature discovery: the latter is installed."""
    put(daemon_set("nvidia-device-plugin-daemonset"))
    result = provide(client, asking("gfd"), check_mode=True, wait=False)
    assert (result.decision.action, result.changed) == ("install", True)


@pytest.mark.req("S1-26")
def test_a_gpu_operator_turns_all_four_into_verifiers(client: Client, asking: Ask, put: Put) -> None:
    put(
        {
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": "clusterpolicies.nvidia.com"},
            "spec": {
                "group": "nvidia.com",
                "scope": "Cluster",
                "names": {"kind": "ClusterPolicy", "plural": "clusterpolicies"},
                "versions": [
                    {
                        "name": "v1",
                        "served": True,
                        "storage": True,
                        "schema": {
                            "openAPIV3Schema": {
                                "type": "object",
                                "x-kubernetes-preserve-unknown-fields": True,
                            }
                        },
                    }
                ],
            },
        }
    )
    while not client.served("nvidia.com", "ClusterPolicy"):
        pass
    put({"apiVersion": "nvidia.com/v1", "kind": "ClusterPolicy", "metadata": {"name": "cluster-policy"}})
    before = written(client)
    for name in ("nfd", "device_plugin", "gfd", "dcgm"):
        result = provide(client, asking(name), wait=False)
        assert (result.decision.action, result.finding.owner) == ("verify", "operator"), name
    assert written(client) == before


@pytest.mark.req("S3-11")
def test_two_device_plugins_are_refused(client: Client, asking: Ask, put: Put) -> None:
    put(daemon_set("hami-device-plugin", image="docker.io/projecthami/hami:v2.10.0"))
    before = written(client)
    with pytest.raises(Refused, match="hami-device-plugin"):
        provide(client, asking("device_plugin"), wait=False)
    assert written(client) == before


def test_fail_names_the_evidence(client: Client, asking: Ask, put: Put) -> None:
    put(daemon_set("dcgm-exporter", namespace="default"))
    with pytest.raises(Refused, match="DaemonSet default/dcgm-exporter"):
        provide(client, asking("dcgm", if_exists="fail"), wait=False)
