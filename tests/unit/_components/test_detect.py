# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is recognised, and as whose."""

from __future__ import annotations

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._components import COMPONENTS
from ansible_collections.inferops.serving.plugins.module_utils._components.snapshot import (
    DAEMON_SETS,
    Listing,
)

from .samples import OURS, cluster, definition, found, named, node, workload

POLICY = Listing(group="nvidia.com", kind="ClusterPolicy")


@pytest.mark.parametrize("name", COMPONENTS)
def test_nothing_is_found_in_an_empty_cluster(name: str) -> None:
    finding = found(name, cluster())
    assert (finding.present, finding.owner, finding.evidence) == (False, "nobody", ())


@pytest.mark.req("S1-18")
@pytest.mark.parametrize(
    ("plugin", "owner"),
    [
        (workload("nvidia-device-plugin-daemonset"), "other"),
        (workload("nvidia-gpu-device-plugin-small-cos"), "cloud"),
        (
            workload("anything", namespace="gpu-resources", image="nvcr.io/nvidia/k8s-device-plugin:v0.19.3"),
            "other",
        ),
        (workload("x", image="registry.example:5000/mirror/k8s-device-plugin@sha256:0f"), "other"),
        (
            workload(
                "nvidia-device-plugin-daemonset",
                namespace="gpu-operator",
                ownerReferences=[{"kind": "ClusterPolicy", "name": "cluster-policy", "controller": True}],
            ),
            "operator",
        ),
        (workload("nvdp", image="k8s-device-plugin:v0.20.0", managedFields=OURS), "us"),
    ],
)
def test_a_device_plugin_is_recognised_under_any_name(plugin: dict, owner: str) -> None:
    finding = found("device_plugin", cluster(plugin))
    assert finding.present
    assert finding.owner == owner


@pytest.mark.req("S1-18")
def test_a_plugin_in_the_nodes_system_is_recognised_by_what_nodes_advertise() -> None:
    finding = found("device_plugin", cluster(nodes=(node("a", gpus="8"), node("b"))))
    assert (finding.present, finding.owner) == (True, "other")
    assert finding.evidence == ("node a advertise nvidia.com/gpu",)


@pytest.mark.req("S1-18")
def test_capacity_alone_is_no_plugin() -> None:
    """The kubelet keeps the capacity when a plugin stops, and allocates nothing."""
    assert not found("device_plugin", cluster(nodes=(node("a", gpus="0"),))).present


def test_what_nodes_advertise_belongs_to_the_plugin_that_runs() -> None:
    ours = workload("nvidia-device-plugin-daemonset", managedFields=OURS)
    assert found("device_plugin", cluster(ours, nodes=(node("a", gpus="8"),))).owner == "us"


def test_somebody_elses_is_not_overlooked_beside_ours() -> None:
    ours = workload("nvidia-device-plugin-daemonset", managedFields=OURS)
    theirs = workload("nvdp", image="nvcr.io/nvidia/k8s-device-plugin:v0.19.3")
    finding = found("device_plugin", cluster(ours, theirs))
    assert (finding.owner, finding.version) == ("other", "v0.19.3")


def test_feature_discovery_from_the_plugins_image_is_not_the_plugin() -> None:
    discovery = workload(
        "gfd", image="nvcr.io/nvidia/k8s-device-plugin:v0.20.0", args=("gpu-feature-discovery",)
    )
    assert not found("device_plugin", cluster(discovery)).present
    assert found("gfd", cluster(discovery)).present


@pytest.mark.req("S1-26")
@pytest.mark.parametrize("name", ["nfd", "device_plugin", "gfd", "dcgm"])
def test_the_gpu_operator_brings_all_four(name: str) -> None:
    policy = named("ClusterPolicy", "cluster-policy", group="nvidia.com", spec={})
    finding = found(name, cluster(others={POLICY: [policy]}))
    assert (finding.owner, finding.by) == ("operator", "ClusterPolicy cluster-policy")


@pytest.mark.req("S1-26")
def test_an_operand_that_is_switched_off_is_not_brought() -> None:
    policy = named("ClusterPolicy", "p", group="nvidia.com", spec={"devicePlugin": {"enabled": False}})
    snapshot = cluster(others={POLICY: [policy]})
    assert not found("device_plugin", snapshot).present
    assert found("gfd", snapshot).present


@pytest.mark.req("S3-11")
def test_hami_and_the_device_plugin_are_rivals() -> None:
    hami = workload("hami-device-plugin", image="docker.io/projecthami/hami:v2.10.0")
    plugin = workload("nvidia-device-plugin-daemonset")
    assert "hami-device-plugin" in found("device_plugin", cluster(hami)).conflicts[0]
    assert "nvidia-device-plugin" in found("hami", cluster(plugin)).conflicts[0]
    assert not found("hami", cluster(hami)).conflicts


@pytest.mark.req("S1-21")
@pytest.mark.parametrize(
    "snapshot",
    [
        cluster(workload("gpu-feature-discovery", namespace="gpu-operator")),
        cluster(nodes=(node("a", **{"nvidia.com/gpu.product": "NVIDIA-L40S"}),)),
    ],
)
def test_feature_discovery_is_recognised_by_name_and_by_its_labels(snapshot: object) -> None:
    assert found("gfd", snapshot).present


@pytest.mark.req("S1-21")
def test_a_device_plugin_is_not_feature_discovery() -> None:
    assert not found("gfd", cluster(workload("nvidia-device-plugin-daemonset"))).present


def test_a_definition_that_was_left_over_is_evidence_and_no_component() -> None:
    finding = found("nfd", cluster(definitions=(definition("nodefeatures.nfd.k8s-sigs.io"),)))
    assert not finding.present
    assert finding.evidence == ("CustomResourceDefinition nodefeatures.nfd.k8s-sigs.io",)


def test_definitions_tell_the_version_of_what_is_nothing_else() -> None:
    crd = definition(
        "gateways.gateway.networking.k8s.io", **{"gateway.networking.k8s.io/bundle-version": "v1.5.1"}
    )
    finding = found("gateway", cluster(definitions=(crd,)))
    assert (finding.present, finding.version) == (True, "v1.5.1")


def test_helm_and_other_tools_are_named() -> None:
    release = workload(
        "node-feature-discovery-worker",
        image="registry.k8s.io/nfd/node-feature-discovery:v0.15.4",
        annotations={"meta.helm.sh/release-name": "nfd"},
    )
    finding = found("nfd", cluster(release))
    assert (finding.by, finding.version, finding.namespace) == ("Helm release nfd", "v0.15.4", "kube-system")


@pytest.mark.req("S3-01")
def test_aidaptiv_is_recognised_by_its_resource_and_by_its_storage_class() -> None:
    advertised = {"metadata": {"name": "a"}, "status": {"allocatable": {"phison.com/ai100": "2"}}}
    assert found("aidaptiv", cluster(nodes=(advertised,))).present
    storage = named("StorageClass", "aidaptiv-cache", group="storage.k8s.io", provisioner="topolvm.io")
    storage["parameters"] = {"topolvm.io/device-class": "aidaptiv"}
    listing = Listing(group="storage.k8s.io", kind="StorageClass")
    assert found("aidaptiv", cluster(others={listing: [storage]})).present


@pytest.mark.req("S1-31")
def test_whoever_answers_for_custom_metrics_is_named() -> None:
    listing = Listing(group="apiregistration.k8s.io", kind="APIService", name="v1beta1.custom.metrics.k8s.io")
    service = named("APIService", "v1beta1.custom.metrics.k8s.io", group="apiregistration.k8s.io")
    service["metadata"]["annotations"] = {"meta.helm.sh/release-name": "datadog"}
    assert found("adapter", cluster(others={listing: [service]})).by == "Helm release datadog"


def test_what_could_not_be_read_is_said() -> None:
    assert "DaemonSet.apps" in found("nfd", cluster(unread=frozenset({DAEMON_SETS}))).unread


def test_the_nfs_driver_is_told_by_its_own_image_and_not_by_its_helpers() -> None:
    agent = workload("nfs", image="registry.k8s.io/sig-storage/livenessprobe:v2.19.0")
    agent["spec"]["template"]["spec"]["containers"].append({"name": "nfs", "image": "site/nfsplugin:v4.13.4"})
    finding = found("nfs_csi", cluster(agent))
    assert (finding.present, finding.version) == (True, "v4.13.4")
