# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._apply.readiness import state_of, waits_for
from ansible_collections.inferops.serving.plugins.module_utils._apply.world import World

from tests.unit._apply_wait.builders import condition, deployment, event, make, pod

pytestmark = pytest.mark.req("XC-09")


def is_ready(obj: Any, *around: Any) -> bool:
    return state_of(obj, World.of([obj, *around])).ready


def summary(obj: Any, *around: Any) -> str:
    return state_of(obj, World.of([obj, *around])).summary


class TestDeployment:
    def test_is_ready_when_all_pods_are_updated_and_ready(self):
        assert is_ready(deployment())

    def test_is_not_ready_before_its_controller_has_seen_the_spec(self):
        obj = deployment()
        obj["metadata"]["generation"] = 2
        assert not is_ready(obj)

    def test_is_not_ready_without_status(self):
        obj = deployment()
        obj["status"] = {}
        assert not is_ready(obj)

    def test_is_not_ready_while_an_old_pod_stands_in_for_a_new_one(self):
        obj = deployment(replicas=1, updatedReplicas=1, readyReplicas=1, availableReplicas=1)
        obj["status"]["replicas"] = 2
        assert summary(obj) == "1 old pod still there"

    def test_says_how_many_pods_are_ready(self):
        assert summary(deployment(readyReplicas=1)) == "1 of 2 pods ready"

    def test_is_ready_when_scaled_to_zero(self):
        assert is_ready(deployment(replicas=0))

    def test_one_replica_is_the_default(self):
        obj = deployment(replicas=1)
        del obj["spec"]["replicas"]
        assert is_ready(obj)


class TestStatefulSet:
    def make(self, **status: Any) -> Any:
        full = {
            "observedGeneration": 1,
            "replicas": 2,
            "readyReplicas": 2,
            "availableReplicas": 2,
            "updatedReplicas": 2,
            "currentRevision": "a",
            "updateRevision": "a",
            **status,
        }
        return make("StatefulSet", "s", api_version="apps/v1", spec={"replicas": 2}, status=full)

    def test_ready(self):
        assert is_ready(self.make())

    def test_not_ready_while_a_pod_has_the_old_revision(self):
        assert summary(self.make(updateRevision="b", updatedReplicas=1)) == "1 of 2 pods updated"

    def test_a_partition_keeps_old_pods_on_purpose(self):
        obj = self.make(updateRevision="b", updatedReplicas=1)
        obj["spec"]["updateStrategy"] = {"rollingUpdate": {"partition": 1}}
        assert is_ready(obj)

    def test_pods_renewed_by_hand_do_not_count(self):
        obj = self.make(updateRevision="b", updatedReplicas=0)
        obj["spec"]["updateStrategy"] = {"type": "OnDelete"}
        assert is_ready(obj)


class TestDaemonSet:
    def make(self, desired: int, ready: int, expected: str | None = None) -> Any:
        annotations = {"inferops.serving/expected-nodes": expected} if expected else {}
        status = {
            "observedGeneration": 1,
            "desiredNumberScheduled": desired,
            "updatedNumberScheduled": desired,
            "numberReady": ready,
            "numberAvailable": ready,
        }
        return make(
            "DaemonSet",
            "d",
            api_version="apps/v1",
            metadata={"annotations": annotations},
            spec={},
            status=status,
        )

    def test_ready_on_all_nodes(self):
        assert is_ready(self.make(4, 4))

    def test_that_matches_no_node_is_not_ready(self):
        state = state_of(self.make(0, 0), World())
        assert not state.ready
        assert [one.code for one in state.symptoms] == ["NodesMissing"]

    def test_on_fewer_nodes_than_expected_is_not_ready(self):
        assert summary(self.make(3, 3, expected="4")) == "matches 3 of 4 expected nodes"

    def test_on_the_expected_nodes_is_ready(self):
        assert is_ready(self.make(4, 4, expected="4"))


class TestJob:
    def make(self, *conditions: Any, **spec: Any) -> Any:
        return make(
            "Job",
            "j",
            api_version="batch/v1",
            spec=spec,
            status={"conditions": list(conditions), "active": 1},
        )

    def test_complete_is_ready(self):
        assert is_ready(self.make(condition("Complete")))

    def test_failed_is_trouble_and_not_merely_finished(self):
        state = state_of(
            self.make(condition("Failed", reason="BackoffLimitExceeded", message="too often")), World()
        )
        assert not state.ready
        assert [(one.code, one.reason, one.grace) for one in state.symptoms] == [
            ("JobFailed", "BackoffLimitExceeded", 0.0)
        ]

    def test_that_has_decided_to_fail_is_trouble_already(self):
        assert state_of(self.make(condition("FailureTarget")), World()).symptoms[0].code == "JobFailed"

    def test_running_is_not_ready(self):
        assert summary(self.make()) == "0 of 1 pods done, 1 running"

    def test_suspended_is_not_ready(self):
        assert summary(self.make(suspend=True)) == "suspended"


class TestClaim:
    def make(self, phase: str, storage_class: str = "fast") -> Any:
        spec = {"storageClassName": storage_class}
        return make("PersistentVolumeClaim", "c", spec=spec, status={"phase": phase})

    def test_bound_is_ready(self):
        assert is_ready(self.make("Bound"))

    def test_pending_is_not_ready(self):
        assert not is_ready(self.make("Pending"))

    def test_that_waits_for_its_first_pod_is_fine(self):
        world = World(late_binding={"fast"})
        assert state_of(self.make("Pending"), world).ready

    def test_that_waits_for_its_first_pod_is_known_by_event_too(self):
        claim = self.make("Pending")
        assert is_ready(claim, event(claim, "WaitForFirstConsumer", kind="Normal"))

    def test_that_lost_its_volume_is_trouble(self):
        assert state_of(self.make("Lost"), World()).symptoms[0].code == "VolumePending"


class TestCustomResourceDefinition:
    def make(self, *conditions: Any) -> Any:
        return make(
            "CustomResourceDefinition",
            "x",
            api_version="apiextensions.k8s.io/v1",
            status={"conditions": list(conditions)},
        )

    def test_established_is_ready(self):
        assert is_ready(self.make(condition("NamesAccepted"), condition("Established")))

    def test_fresh_one_is_not(self):
        assert not is_ready(self.make())

    def test_name_conflict_is_trouble(self):
        names = condition("NamesAccepted", "False", message="already taken")
        assert state_of(self.make(names), World()).symptoms[0].code == "NotEstablished"


class TestLeaderWorkerSet:
    def make(self, *, available: str = "True", observed: int = 1, generation: int = 1, **status: Any) -> Any:
        full = {
            "replicas": 2,
            "readyReplicas": 2,
            "updatedReplicas": 2,
            "observedGeneration": observed,
            "conditions": [condition("Available", available, observedGeneration=observed)],
            **status,
        }
        return make(
            "LeaderWorkerSet",
            "l",
            api_version="leaderworkerset.x-k8s.io/v1",
            metadata={"generation": generation},
            spec={"replicas": 2},
            status=full,
        )

    def test_ready(self):
        assert is_ready(self.make())

    def test_without_status_is_not_ready(self):
        obj = self.make()
        del obj["status"]
        assert summary(obj) == "no status yet"

    def test_available_of_the_previous_spec_does_not_count(self):
        assert not is_ready(self.make(generation=2))

    def test_groups_of_the_old_revision_do_not_count(self):
        assert summary(self.make(updatedReplicas=1)) == "1 of 2 groups updated"


class TestOtherKinds:
    def custom(self, status: Any = None, **metadata: Any) -> Any:
        parts = {"status": status} if status is not None else {}
        return make("Widget", "w", api_version="example.com/v1", metadata=metadata, **parts)

    @pytest.mark.parametrize("kind", ["ConfigMap", "Secret", "Service", "ServiceAccount"])
    def test_kinds_without_a_life_of_their_own_are_not_waited_for(self, kind):
        assert not waits_for(make(kind, "x"))

    def test_built_in_groups_with_a_dot_are_not_waited_for(self):
        assert not waits_for(make("NetworkPolicy", "x", api_version="networking.k8s.io/v1"))

    def test_custom_kinds_are(self):
        assert waits_for(self.custom())

    def test_kind_without_status_subresource_is_ready_at_once(self):
        assert state_of(self.custom(), World(silent_kinds={("example.com", "Widget")})).ready

    def test_unknown_kind_gets_a_moment_to_write_a_status(self):
        obj = self.custom()
        world = World.of([obj], now=100.0, today=1000.0)
        obj["metadata"]["creationTimestamp"] = "1970-01-01T00:16:40Z"  # just now
        assert not state_of(obj, world).ready
        world.now += 5
        assert state_of(obj, world).ready

    def test_kind_that_always_reports_is_not_ready_without_status(self):
        obj = make("ScaledObject", "s", api_version="keda.sh/v1alpha1")
        world = World.of([obj], now=0.0)
        world.now = 1000.0
        assert state_of(obj, world).reason == "NoStatus"

    def test_old_generation_does_not_count(self):
        ready = [condition("Ready")]
        assert not is_ready(self.custom({"observedGeneration": 1, "conditions": ready}, generation=2))
        assert is_ready(self.custom({"observedGeneration": 2, "conditions": ready}, generation=2))

    def test_ready_condition_decides(self):
        assert not is_ready(self.custom({"conditions": [condition("Ready", "False", reason="Nope")]}))
        assert summary(self.custom({"conditions": [condition("Ready", "Unknown")]})) == "Ready is Unknown"

    def test_reconciling_is_not_ready_and_stalled_is_trouble(self):
        assert not is_ready(self.custom({"conditions": [condition("Reconciling")]}))
        stalled = self.custom({"conditions": [condition("Stalled", message="no")]})
        assert state_of(stalled, World()).symptoms[0].code == "InvalidSpec"

    def test_bare_pod(self):
        assert is_ready(pod(conditions=[condition("Ready")], phase="Running"))
        assert not is_ready(pod())


class TestRoutes:
    def make(self, *conditions: Any) -> Any:
        parent = {"name": "gw"}
        return make(
            "HTTPRoute",
            "r",
            api_version="gateway.networking.k8s.io/v1",
            spec={"parentRefs": [parent]},
            status={"parents": [{"parentRef": parent, "conditions": list(conditions)}] if conditions else []},
        )

    def test_taken_by_no_gateway_is_not_ready(self):
        assert summary(self.make()) == "no gateway has taken it yet"

    def test_accepted_and_resolved_is_ready(self):
        assert is_ready(
            self.make(
                condition("Accepted", observedGeneration=1), condition("ResolvedRefs", observedGeneration=1)
            )
        )

    def test_missing_backend_is_trouble(self):
        refs = condition("ResolvedRefs", "False", reason="BackendNotFound", observedGeneration=1)
        state = state_of(self.make(condition("Accepted", observedGeneration=1), refs), World())
        assert [(one.code, one.reason) for one in state.symptoms] == [("RouteRejected", "BackendNotFound")]

    def test_word_left_behind_by_another_controller_does_not_count(self):
        good = [condition("Accepted", observedGeneration=1), condition("ResolvedRefs", observedGeneration=1)]
        obj = self.make(condition("Accepted", "False", observedGeneration=1))
        assert not is_ready(obj)
        obj["status"]["parents"].append({"parentRef": {"name": "gw"}, "conditions": good})
        assert is_ready(obj)

    def test_verdict_on_the_previous_spec_does_not_count(self):
        obj = self.make(condition("Accepted", observedGeneration=1))
        obj["metadata"]["generation"] = 2
        assert summary(obj) == "not seen by its gateway yet"


class TestInferencePool:
    def make(self, *conditions: Any) -> Any:
        parent = {"parentRef": {"name": "gw"}, "conditions": list(conditions)}
        return make(
            "InferencePool",
            "chat",
            api_version="inference.networking.k8s.io/v1",
            spec={},
            status={"parents": [parent]} if conditions else {},
        )

    def test_that_no_route_leads_to_is_not_waited_for(self):
        assert is_ready(self.make())

    def test_accepted_and_resolved_is_ready(self):
        good = [condition("Accepted", observedGeneration=1), condition("ResolvedRefs", observedGeneration=1)]
        assert is_ready(self.make(*good))

    def test_missing_picker_is_trouble(self):
        refs = condition("ResolvedRefs", "False", reason="InvalidExtensionRef", observedGeneration=1)
        obj = self.make(condition("Accepted", observedGeneration=1), refs)
        state = state_of(obj, World())
        assert [(one.code, one.reason) for one in state.symptoms] == [
            ("RouteRejected", "InvalidExtensionRef")
        ]


class TestMpiJob:
    @staticmethod
    def job(*conditions: Any) -> Any:
        return make(
            "MPIJob", "nccl", api_version="kubeflow.org/v2beta1", status={"conditions": list(conditions)}
        )

    def test_is_ready_when_the_launcher_has_succeeded(self):
        assert is_ready(self.job(condition("Running", "False"), condition("Succeeded")))

    @pytest.mark.parametrize("conditions", [(), ("Created",), ("Created", "Running")])
    def test_is_not_ready_while_it_starts_and_runs(self, conditions: tuple[str, ...]):
        assert not is_ready(self.job(*map(condition, conditions)))

    def test_that_failed_is_never_ready_and_says_why(self):
        obj = self.job(condition("Failed", reason="BackoffLimitExceeded", message="launcher failed"))
        state = state_of(obj, World.of([obj]))
        assert not state.ready
        assert [(one.code, one.message) for one in state.symptoms] == [("JobFailed", "launcher failed")]
