# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What others brought is recognised, and nothing is written beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._apply import Refused
from ansible_collections.inferops.serving.plugins.module_utils._cluster import Client
from ansible_collections.inferops.serving.plugins.module_utils._prerequisites import (
    Request,
    provide,
    withdraw,
)

from tests.support.lab import eventually

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


@pytest.fixture
def advertise(client: Client) -> Iterator[Callable[[str], None]]:
    """Lets a node say how many GPUs it has to give."""

    def say(number: str) -> None:
        amounts = {"nvidia.com/gpu": number}
        client.request(
            "PATCH",
            "/api/v1/nodes/bare-0/status",
            body={"status": {"capacity": amounts, "allocatable": amounts}},
            content_type="application/merge-patch+json",
        )

    yield say
    say("0")


@pytest.mark.req("S1-18")
def test_gpus_that_nodes_advertise_are_a_plugin_too(
    client: Client, asking: Ask, advertise: Callable[[str], None]
) -> None:
    advertise("8")
    result = provide(client, asking("device_plugin", expected_nodes=1), wait=False)
    assert (result.decision.action, result.changed) == ("verify", False)


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


PLUGIN = "nvidia-device-plugin-daemonset"


def theirs(selector: dict[str, str]) -> dict[str, Any]:
    """As a chart would bring it, with a container and a setting that ours does not have."""
    made = daemon_set(PLUGIN)
    made["spec"] |= {"selector": {"matchLabels": selector}, "minReadySeconds": 7}
    made["spec"]["template"]["metadata"]["labels"] = selector
    helm = {"app.kubernetes.io/managed-by": "Helm"}
    made["metadata"] |= {"labels": helm, "annotations": {"meta.helm.sh/release-name": "nvdp"}}
    return made


@pytest.mark.parametrize(
    ("selector", "action"),
    [({"name": "nvidia-device-plugin-ds"}, "configured"), ({"app": "nvdp"}, "recreated")],
    ids=["the same selector", "another selector"],
)
def test_adopted_objects_are_ours_alone(
    client: Client, asking: Ask, put: Put, selector: dict[str, str], action: str
) -> None:
    """Nobody else keeps a field any more, and what ours has not goes; another selector takes a new object."""
    put(theirs(selector))
    before = written(client)
    adopting = asking("device_plugin", if_exists="adopt", expected_nodes=0)
    foretold = provide(client, adopting, check_mode=True, wait=False)
    assert written(client) == before
    result = provide(client, adopting, wait=False, wait_timeout=30)
    for found, done in ((foretold, f"would-{action.removesuffix('d')}"), (result, action)):
        [outcome] = [one for one in found.outcomes if any(each.name == PLUGIN for each in one.actions)]
        assert [each.action for each in outcome.actions] == [done]
        assert "Helm release nvdp" in outcome.warnings[0]
    live = client.get("apps/v1", "DaemonSet", PLUGIN, "kube-system")
    assert live
    [container] = live["spec"]["template"]["spec"]["containers"]
    assert container["image"] == adopting.settings.image
    assert live["spec"].get("minReadySeconds", 0) == 0
    assert "meta.helm.sh/release-name" not in live["metadata"]["annotations"]
    assert {
        entry["manager"] for entry in live["metadata"]["managedFields"] if "subresource" not in entry
    } <= {"inferops.serving", "kube-controller-manager"}
    again = provide(client, adopting, wait=False)
    assert (again.changed, again.finding.owner) == (False, "us")
    withdraw(client, adopting, force=True)
    assert client.get("apps/v1", "DaemonSet", PLUGIN, "kube-system") is None


@pytest.mark.parametrize(
    "other", [daemon_set("nvdp-nvidia-device-plugin"), None], ids=["a chart", "the cloud"]
)
def test_under_another_name_nothing_is_adopted(
    client: Client, asking: Ask, put: Put, advertise: Callable[[str], None], other: dict[str, Any] | None
) -> None:
    """Ours beside it would be a second plugin for the same GPUs."""
    put(other) if other else advertise("8")
    before = written(client)
    with pytest.raises(Refused, match="ours would run beside it"):
        provide(client, asking("device_plugin", if_exists="adopt", expected_nodes=0), wait=False)
    assert written(client) == before


def test_a_plugin_of_others_that_a_taint_keeps_away_is_named(client: Client, asking: Ask, put: Put) -> None:
    """Its controller calls the rollout complete, and without waiting too nothing passes for well."""
    put(daemon_set("nvidia-gpu-device-plugin", nodeSelector={"nvidia.com/gpu": "present"}))
    found = provide(client, asking("device_plugin", mode="verify"), wait=False).diagnosis
    assert {one.object for one in found} == {"Node bare-0", "Node bare-1"}
    assert all("taint nvidia.com/gpu=present:NoSchedule is not tolerated" in one.hint for one in found)


def test_what_is_not_there_is_said_not_to_be(client: Client, asking: Ask) -> None:
    for mode in ("existing", "verify"):
        first, *nodes = provide(client, asking("dcgm", mode=mode), wait_timeout=30).diagnosis
        assert (first.object, first.message) == ("dcgm", "is not there, and mode says that it is.")
        assert {one.object for one in nodes} == {"Node bare-0", "Node bare-1"}


def test_a_namespace_that_would_admit_no_agent_is_refused_before(
    client: Client, asking: Ask, put: Put
) -> None:
    strict = {"pod-security.kubernetes.io/enforce": "baseline"}
    put({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "strict", "labels": strict}})
    eventually(lambda: client.get("v1", "ServiceAccount", "default", "strict") is not None)
    before = written(client)
    with pytest.raises(Refused, match=r"Namespace strict: enforces .*: baseline"):
        provide(client, asking("gfd", namespace="strict"), wait=False)
    assert written(client) == before
