# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real controllers, a real scheduler, KWOK nodes: each kind of trouble is really caused, and told in time."""

from __future__ import annotations

import time
import uuid

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._cluster import connect

from tests.integration.wait.conftest import Ground
from tests.integration.wait.objects import (
    MISSING_IMAGE,
    claim,
    daemon_set,
    deployment,
    job,
    played,
)

pytestmark = [pytest.mark.proof("C"), pytest.mark.req("XC-09", "XC-10")]


class TestWorkloads:
    def test_set_becomes_ready_under_one_deadline(self, ground: Ground):
        verdict = ground.wait(
            deployment("web", replicas=2, annotations=played(ready_after="2s")),
            deployment("proxy"),
            job(annotations=played(run_for="1s")),
            daemon_set(),
        )
        assert verdict.codes == []
        assert any("1 of 2 pods ready" in line or "0 of 2 pods ready" in line for line in verdict.lines)
        assert f"Deployment {ground.namespace}/web: 2 of 2 pods ready" in verdict.lines

    def test_what_is_ready_already_costs_no_line(self, ground: Ground):
        ground.wait(deployment())
        verdict = ground.wait(deployment())
        assert (verdict.codes, verdict.lines) == ([], [])

    def test_failed_job(self, ground: Ground):
        verdict = ground.wait(job(annotations=played("fail", exit_code="3")))
        assert verdict.only.code == "JobFailed"
        assert "exit code 3" in verdict.only.message
        assert verdict.only.log
        assert verdict.came_promptly()

    def test_crash_loop(self, ground: Ground):
        verdict = ground.wait(deployment(annotations=played("crash-loop", exit_code="2")))
        assert verdict.only.code == "CrashLoop"
        assert verdict.only.object == f"Deployment {ground.namespace}/web"
        assert verdict.only.where.startswith(f"Pod {ground.namespace}/web-")
        assert "exit code 2" in verdict.only.message
        assert verdict.only.log
        assert any("BackOff" in line for line in verdict.only.events)
        assert verdict.came_promptly()

    @pytest.mark.req("S2-50")
    def test_out_of_memory(self, ground: Ground):
        verdict = ground.wait(deployment(annotations=played("oom-loop")))
        assert verdict.only.code == "OutOfMemory"
        assert "max_model_len (8192, then 4096)" in verdict.only.hint
        assert verdict.came_promptly()

    def test_image_that_cannot_be_pulled(self, ground: Ground):
        verdict = ground.wait(deployment(image=MISSING_IMAGE))
        assert verdict.only.code == "ImagePull"
        assert MISSING_IMAGE in verdict.only.message
        assert verdict.came_promptly()

    @pytest.mark.parametrize(
        ("outcome", "code"), [("init-fail", "InitFailed"), ("config-error", "ConfigError")]
    )
    def test_pods_that_cannot_start(self, ground: Ground, outcome, code):
        init = [{"name": "copy", "image": "tool:1"}]
        verdict = ground.wait(deployment(annotations=played(outcome), initContainers=init))
        assert verdict.codes == [code]
        assert verdict.took < 15

    @pytest.mark.req("S2-50")
    def test_storage_initializer_has_a_code_of_its_own(self, ground: Ground):
        init = [{"name": "storage-initializer", "image": "tool:1"}]
        assert ground.wait(deployment(annotations=played("init-fail"), initContainers=init)).codes == [
            "StorageInitializer"
        ]

    def test_unschedulable_in_the_schedulers_own_words(self, ground: Ground):
        verdict = ground.wait(deployment(gpus=16))
        assert verdict.only.code == "Unschedulable"
        assert "Insufficient nvidia.com/gpu" in verdict.only.message
        assert verdict.came_promptly()

    def test_quota_denied(self, ground: Ground):
        quota = {
            "apiVersion": "v1",
            "kind": "ResourceQuota",
            "metadata": {"name": "none"},
            "spec": {"hard": {"pods": "0"}},
        }
        ground.apply(quota)
        ground.eventually(
            lambda: ground.client.get("v1", "ResourceQuota", "none", ground.namespace).get("status")
        )
        verdict = ground.wait(deployment())
        assert verdict.only.code == "QuotaDenied"
        assert "exceeded quota: none" in verdict.only.message
        assert verdict.came_promptly()

    def test_pods_refused_by_pod_security(self, ground: Ground):
        labels = {"pod-security.kubernetes.io/enforce": "restricted"}
        ground.client.apply(
            {
                "apiVersion": "v1",
                "kind": "Namespace",
                "metadata": {"name": ground.namespace, "labels": labels},
            }
        )
        verdict = ground.wait(deployment())
        assert verdict.only.code == "AdmissionDenied"
        assert 'violates PodSecurity "restricted' in verdict.only.message
        assert verdict.came_promptly()

    def test_webhook_down(self, ground: Ground):
        hook = {
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "ValidatingWebhookConfiguration",
            "metadata": {"name": f"gone-{ground.namespace}"},
            "webhooks": [
                {
                    "name": "gone.example.com",
                    "clientConfig": {"url": "https://127.0.0.1:1/validate"},
                    "failurePolicy": "Fail",
                    "sideEffects": "None",
                    "admissionReviewVersions": ["v1"],
                    "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": ground.namespace}},
                    "rules": [
                        {
                            "apiGroups": [""],
                            "apiVersions": ["v1"],
                            "operations": ["CREATE"],
                            "resources": ["pods"],
                        }
                    ],
                }
            ],
        }
        ground.client.apply(hook)
        try:
            time.sleep(1)  # until the API server has read its new configuration
            verdict = ground.wait(deployment())
        finally:
            ground.client.delete(hook)
        assert verdict.only.code == "WebhookDown"
        assert "gone.example.com" in verdict.only.message
        assert verdict.came_promptly()

    def test_daemon_set_that_matches_no_node_is_not_ready(self, ground: Ground):
        verdict = ground.wait(daemon_set(nodeSelector={"no": "node"}), seconds=3)
        assert verdict.only.code == "NodesMissing"

    def test_daemon_set_on_fewer_nodes_than_expected(self, ground: Ground):
        cpu_nodes = daemon_set(nodes=99)
        verdict = ground.wait(cpu_nodes, seconds=3)
        assert verdict.only.code == "NodesMissing"
        assert "of 99 expected nodes" in verdict.only.message

    def test_claim_of_a_missing_storage_class(self, ground: Ground):
        verdict = ground.wait(claim(storage_class=f"missing-{uuid.uuid4().hex[:6]}"))
        assert verdict.only.code == "VolumePending"
        assert "not found" in verdict.only.message
        assert verdict.came_promptly()

    def test_pod_whose_claim_does_not_exist(self, ground: Ground):
        volumes = [{"name": "models", "persistentVolumeClaim": {"claimName": "missing"}}]
        verdict = ground.wait(deployment(volumes=volumes))
        assert verdict.only.code == "ClaimMissing"
        assert 'persistentvolumeclaim "missing" not found' in verdict.only.message

    def test_broken_update_of_a_deployment_that_stays_available(self, ground: Ground):
        assert ground.wait(deployment()).codes == []
        assert ground.wait(deployment(image=MISSING_IMAGE)).codes == ["ImagePull"]
        assert ground.wait(deployment(image="model:2")).codes == []

    def test_all_troubles_of_a_set_are_told_together(self, ground: Ground):
        verdict = ground.wait(
            deployment("a", image=MISSING_IMAGE), deployment("b", image=MISSING_IMAGE), deployment("c")
        )
        assert {one.object.rpartition("/")[2] for one in verdict.diagnoses} <= {"a", "b"}
        assert set(verdict.codes) == {"ImagePull"}


@pytest.mark.req("S1-92")
class TestNodeAutoscaler:
    def event(self, ground: Ground, reason: str) -> None:
        """What a node autoscaler would say of the first pod."""
        pod = ground.eventually(ground.pods)[0]
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        about = {"kind": "Pod", "namespace": ground.namespace, "name": pod["metadata"]["name"]}
        event = {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"name": f"{reason.lower()}-{uuid.uuid4().hex[:6]}"},
            "involvedObject": {**about, "apiVersion": "v1", "uid": pod["metadata"]["uid"]},
            "reason": reason,
            "message": "pod triggered scale-up: [{gpu 1->2 (max: 4)}]",
            "type": "Normal",
            "source": {"component": "cluster-autoscaler"},
            "firstTimestamp": now,
            "lastTimestamp": now,
            "count": 1,
        }
        ground.apply(event)

    def test_pod_is_waited_for_until_its_new_node_has_come(self, ground: Ground):
        name = f"new-{ground.namespace}"
        node = {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {
                "name": name,
                "labels": {"pool": name},
                "annotations": {"kwok.x-k8s.io/node": "fake"},
            },
            "spec": {"taints": [{"key": "pool", "value": name, "effect": "NoSchedule"}]},
        }
        capacity = {"cpu": "8", "memory": "32Gi", "pods": "10"}
        selection = {"nodeSelector": {"pool": name}, "tolerations": [{"key": "pool", "operator": "Exists"}]}
        live = ground.apply(deployment(**selection))
        self.event(ground, "TriggeredScaleUp")
        path = "/api/v1/nodes"
        body = {**node, "status": {"capacity": capacity, "allocatable": capacity}}
        timer = ground.later(6, lambda: ground.client.request("POST", path, body=body))
        try:
            verdict = ground.wait_for(live)
        finally:
            timer.join()
            ground.client.delete(node)
        assert verdict.codes == []
        assert verdict.took > 6
        assert any("no node has room" in line for line in verdict.lines)

    def test_when_no_node_comes_the_schedulers_words_are_told(self, ground: Ground):
        live = ground.apply(deployment(gpus=16))
        self.event(ground, "TriggeredScaleUp")
        verdict = ground.wait_for(live, seconds=7)
        assert verdict.took >= 7
        assert verdict.only.code == "Unschedulable"
        assert "Insufficient nvidia.com/gpu" in verdict.only.message


class TestTimeIsUp:
    def test_says_what_is_not_ready_since_when_and_why(self, ground: Ground):
        verdict = ground.wait(deployment(annotations=played("never-ready")), deployment("fine"), seconds=4)
        found = verdict.only
        assert found.code == "ProbeFailing"
        assert "0 of 1 pods ready" in found.message
        assert "Readiness probe failed" in found.message
        assert found.since
        assert found.events
        assert found.log
        assert 4 <= verdict.took < 12

    def test_custom_resource_without_status(self, ground: Ground):
        plural = f"widgets{uuid.uuid4().hex[:6]}"
        group = f"{plural}.example.com"
        schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
        version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
        definition = {
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": f"{plural}.{group}"},
            "spec": {
                "group": group,
                "scope": "Namespaced",
                "names": {"plural": plural, "kind": "Widget"},
                "versions": [version],
            },
        }
        try:
            assert ground.wait_for([ground.client.apply(definition)]).codes == []
            widget = {"apiVersion": f"{group}/v1", "kind": "Widget", "metadata": {"name": "w"}}
            verdict = ground.wait(widget)
            assert (verdict.codes, verdict.took < 3) == ([], True)  # it has no status at all
        finally:
            ground.client.delete(definition)


class TestRights:
    """The account of a wait may be allowed little more than what it applies."""

    def restricted(self, ground: Ground, *verbs: str) -> Ground:
        user = f"little-{ground.namespace}"
        rules = [{"apiGroups": ["apps"], "resources": ["deployments"], "verbs": list(verbs)}]
        subject = {"kind": "User", "name": user, "apiGroup": "rbac.authorization.k8s.io"}
        api = "rbac.authorization.k8s.io/v1"
        ground.apply(
            {"apiVersion": api, "kind": "Role", "metadata": {"name": "little"}, "rules": rules},
            {
                "apiVersion": api,
                "kind": "RoleBinding",
                "metadata": {"name": "little"},
                "roleRef": {"kind": "Role", "name": "little", "apiGroup": "rbac.authorization.k8s.io"},
                "subjects": [subject],
            },
        )
        return Ground(
            connect({"kubeconfig": str(ground.kubeconfig), "impersonate_user": user}), ground.namespace
        )

    def test_deployments_may_be_listed_but_not_watched(self, ground: Ground):
        live = ground.apply(deployment(annotations=played(ready_after="2s")))
        assert self.restricted(ground, "get", "list").wait_for(live).codes == []

    def test_missing_evidence_is_named(self, ground: Ground):
        live = ground.apply(deployment(annotations=played("never-ready")))
        verdict = self.restricted(ground, "get", "list", "watch").wait_for(live, seconds=3)
        assert "Not permitted to read: Event, Job, Pod, ReplicaSet, StatefulSet." in verdict.only.message


class TestPodsDeleted:
    def test_wait_goes_on_with_the_pods_that_come_instead(self, ground: Ground):
        live = ground.apply(deployment(replicas=2, annotations=played(ready_after="3s")))
        ground.eventually(lambda: len(ground.pods()) == 2)
        deleted = [pod["metadata"]["name"] for pod in ground.pods()]
        timer = ground.later(1, lambda: [ground.client.delete(pod) for pod in ground.pods()])
        verdict = ground.wait_for(live)
        timer.join()
        assert verdict.codes == []
        assert not {pod["metadata"]["name"] for pod in ground.pods()} & set(deleted)
        assert any(line.endswith("was deleted") for line in verdict.lines)

    def test_object_deleted_during_the_wait(self, ground: Ground):
        live = ground.apply(deployment(annotations=played("never-ready")))
        timer = ground.later(1, lambda: ground.client.delete(live[0]))
        verdict = ground.wait_for(live)
        timer.join()
        assert verdict.only.code == "Deleted"
        assert verdict.took < 1 + 5 + 3
