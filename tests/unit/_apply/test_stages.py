# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._apply.stages import Stage, stage_of
from ansible_collections.inferops.serving.plugins.module_utils._names import (
    AFTER_SERVERS_ANNOTATION,
    BEFORE_SERVERS_ANNOTATION,
)


@pytest.mark.parametrize(
    ("api_version", "kind", "stage"),
    [
        ("v1", "Namespace", Stage.NAMESPACES),
        ("apiextensions.k8s.io/v1", "CustomResourceDefinition", Stage.DEFINITIONS),
        ("v1", "Secret", Stage.FOUNDATION),
        ("v1", "PersistentVolumeClaim", Stage.FOUNDATION),
        ("rbac.authorization.k8s.io/v1", "ClusterRole", Stage.FOUNDATION),
        ("storage.k8s.io/v1", "StorageClass", Stage.FOUNDATION),
        ("networking.k8s.io/v1", "NetworkPolicy", Stage.FOUNDATION),
        ("policy/v1", "PodDisruptionBudget", Stage.FOUNDATION),
        # a pod whose group is not there yet would be scheduled alone
        ("scheduling.volcano.sh/v1beta1", "PodGroup", Stage.FOUNDATION),
        ("scheduling.x-k8s.io/v1alpha1", "PodGroup", Stage.FOUNDATION),
        ("apps/v1", "Deployment", Stage.WORKLOADS),
        ("batch/v1", "Job", Stage.WORKLOADS),
        ("autoscaling/v2", "HorizontalPodAutoscaler", Stage.WORKLOADS),
        ("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", Stage.ADMISSION),
        ("apiregistration.k8s.io/v1", "APIService", Stage.ADMISSION),
        ("serving.kserve.io/v1alpha1", "ClusterServingRuntime", Stage.BLUEPRINTS),
        ("gateway.networking.k8s.io/v1", "Gateway", Stage.BLUEPRINTS),
        ("serving.kserve.io/v1beta1", "InferenceService", Stage.CUSTOM),
        ("gateway.networking.k8s.io/v1", "HTTPRoute", Stage.CUSTOM),
        ("leaderworkerset.x-k8s.io/v1", "LeaderWorkerSet", Stage.CUSTOM),
        ("example.com/v1", "Deployment", Stage.CUSTOM),
    ],
)
def test_each_kind_has_its_stage(api_version: str, kind: str, stage: Stage) -> None:
    assert stage_of({"apiVersion": api_version, "kind": kind, "metadata": {"name": "x"}}) is stage


@pytest.mark.req("S1-76")
def test_a_job_may_come_before_what_serves() -> None:
    metadata = {"name": "x", "annotations": {BEFORE_SERVERS_ANNOTATION: "true"}}
    job = {"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata}
    assert stage_of(job) is Stage.PREPARATION
    assert Stage.FOUNDATION < Stage.PREPARATION < Stage.WORKLOADS


@pytest.mark.req("S2-51")
def test_services_go_before_the_runtimes_that_they_name() -> None:
    service = {
        "apiVersion": "serving.kserve.io/v1beta1",
        "kind": "InferenceService",
        "metadata": {"name": "x"},
    }
    runtime = {
        "apiVersion": "serving.kserve.io/v1alpha1",
        "kind": "ServingRuntime",
        "metadata": {"name": "x"},
    }
    assert stage_of(runtime) < stage_of(service)


@pytest.mark.req("S2-29")
def test_shares_come_after_all_that_serves() -> None:
    shares = {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {"name": "x", "annotations": {AFTER_SERVERS_ANNOTATION: "true"}},
    }
    assert stage_of(shares) > Stage.CUSTOM
