# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._apply.diagnosis import symptoms_of
from ansible_collections.inferops.serving.plugins.module_utils._apply.readiness import state_of
from ansible_collections.inferops.serving.plugins.module_utils._apply.world import World, instant

from tests.unit._apply_wait.builders import (
    EARLIER,
    LATER,
    WRITTEN,
    condition,
    deployment,
    event,
    make,
    pod,
    replica_set,
    waiting,
    written,
)

HASH = "inferops.serving/spec-hash"
JUST_AFTER = instant(WRITTEN) + 1


def stamped(value: str) -> dict[str, Any]:
    return {"metadata": {"annotations": {HASH: value}}}


def service(
    stamp: str = "", *, status: Any = None, annotations: Any = None, status_written: str = LATER
) -> Any:
    predictor = {"annotations": {HASH: stamp}} if stamp else {}
    ready = [condition("PredictorReady"), condition("IngressReady"), condition("Ready")]
    return make(
        "InferenceService",
        "lean",
        api_version="serving.kserve.io/v1beta1",
        metadata={
            "annotations": annotations or {},
            "managedFields": written(WRITTEN, status=status_written),
            "generation": 2,
        },
        spec={"predictor": predictor},
        status={"conditions": ready, "modelStatus": {"transitionStatus": "UpToDate"}}
        if status is None
        else status,
    )


def child(owner: Any, stamp: str = "", *, at: str = LATER, **status: Any) -> Any:
    obj = deployment(
        "lean-predictor", replicas=1, owner=owner, template=stamped(stamp) if stamp else None, **status
    )
    obj["metadata"]["managedFields"] = written(at)
    return obj


def world_of(*objects: Any) -> World:
    return World.of(objects, now=0.0, today=JUST_AFTER)


@pytest.mark.req("XC-09", "S2-46")
class TestInferenceService:
    def test_ready_when_the_child_carries_the_stamp_and_is_ready(self):
        obj = service("b")
        assert state_of(obj, world_of(obj, child(obj, "b"))).ready

    def test_ready_of_the_previous_spec_does_not_count(self):
        obj = service("b")
        state = state_of(obj, world_of(obj, child(obj, "a")))
        assert not state.ready
        assert state.summary == "its workload does not carry the new spec yet"

    def test_child_must_be_rolled_out(self):
        obj = service("b")
        assert not state_of(obj, world_of(obj, child(obj, "b", readyReplicas=0, availableReplicas=0))).ready

    def test_without_stamp_a_child_older_than_the_spec_does_not_count(self):
        obj = service()
        assert not state_of(obj, world_of(obj, child(obj, at=EARLIER))).ready

    def test_without_stamp_a_child_written_after_the_spec_counts(self):
        obj = service()
        assert state_of(obj, world_of(obj, child(obj))).ready

    def test_without_stamp_a_child_of_the_same_second_may_be_older(self):
        obj = service()
        assert not state_of(obj, world_of(obj, child(obj, at=WRITTEN))).ready

    def test_without_stamp_the_first_spec_has_no_older_child(self):
        obj = service()
        obj["metadata"]["generation"] = 1
        assert state_of(obj, world_of(obj, child(obj, at=WRITTEN))).ready

    def test_without_stamp_a_spec_that_changes_no_pod_is_trusted_after_a_while(self):
        obj = service()
        world = world_of(obj, child(obj, at=EARLIER))
        world.now = 5.0
        assert state_of(obj, world).ready

    def test_without_stamp_an_old_spec_is_trusted_at_once(self):
        obj = service()
        world = world_of(obj, child(obj, at=EARLIER))
        world.today = JUST_AFTER + 3600
        assert state_of(obj, world).ready

    def test_without_status_is_not_ready(self):
        obj = service("b", status={})
        assert state_of(obj, world_of(obj)).reason == "NoStatus"

    def test_own_condition_counts_after_the_child(self):
        status = {
            "conditions": [
                condition("PredictorReady"),
                condition("IngressReady", "False", reason="NoGateway"),
            ]
        }
        obj = service("b", status=status)
        assert state_of(obj, world_of(obj, child(obj, "b"))).summary == "IngressReady is False (NoGateway)"

    def test_model_in_progress_is_not_ready(self):
        obj = service(
            "b",
            status={"conditions": [condition("Ready")], "modelStatus": {"transitionStatus": "InProgress"}},
        )
        assert state_of(obj, world_of(obj, child(obj, "b"))).summary == "model is InProgress"

    def test_stopped_is_what_was_wanted(self):
        status = {"conditions": [condition("Ready", "False", reason="Stopped"), condition("Stopped")]}
        obj = service("b", status=status, annotations={"serving.kserve.io/stop": "true"})
        assert state_of(obj, world_of(obj)).ready
        assert not state_of(obj, world_of(obj, child(obj, "b"))).ready


@pytest.mark.req("S2-46")
class TestModelStatus:
    def failing(self, transition: str, reason: str, **kwargs: Any) -> Any:
        model = {
            "transitionStatus": transition,
            "lastFailureInfo": {"reason": reason, "message": "said KServe"},
        }
        return service(
            "b", status={"conditions": [condition("Ready", "Unknown")], "modelStatus": model}, **kwargs
        )

    @pytest.mark.parametrize(
        ("transition", "reason", "code"),
        [
            ("InvalidSpec", "RuntimeNotRecognized", "RuntimeNotFound"),
            ("InvalidSpec", "NoSupportingRuntime", "RuntimeNotFound"),
            ("InvalidSpec", "InvalidPredictorSpec", "InvalidSpec"),
            ("BlockedByFailedLoad", "ModelLoadFailed", "ModelLoadFailed"),
        ],
    )
    def test_terminal_states_have_a_code_and_kserves_words(self, transition, reason, code):
        obj = self.failing(transition, reason)
        found = state_of(obj, world_of(obj)).symptoms
        assert [(one.code, one.reason, one.message) for one in found] == [(code, reason, "said KServe")]

    def test_status_of_the_previous_spec_gets_time_to_be_renewed(self):
        fresh = self.failing("BlockedByFailedLoad", "ModelLoadFailed")
        stale = self.failing("BlockedByFailedLoad", "ModelLoadFailed", status_written=EARLIER)
        assert state_of(fresh, world_of(fresh)).symptoms[0].grace == 0.0
        assert state_of(stale, world_of(stale)).symptoms[0].grace > 5.0

    def test_event_shows_that_the_present_spec_has_been_seen(self):
        stale = self.failing("InvalidSpec", "RuntimeNotRecognized", status_written=EARLIER)
        world = world_of(stale, event(stale, "InternalError", "No ServingRuntimes with the name: nope"))
        assert state_of(stale, world).symptoms[0].grace < 5.0

    def test_progress_is_no_trouble(self):
        obj = self.failing("InProgress", "")
        assert state_of(obj, world_of(obj)).symptoms == ()


class TestStorageUri:
    REFUSAL = "StorageURI not supported: storageUri, must be one of: [gs://, s3://]"

    def test_known_only_by_an_event(self):
        obj = service("b", status={"conditions": [condition("Ready", "Unknown")]})
        found = symptoms_of(obj, world_of(obj, event(obj, "InternalError", self.REFUSAL)))
        assert [one.code for one in found] == ["StorageUriUnsupported"]

    def test_event_about_the_previous_spec_does_not_count(self):
        obj = service("b", status={"conditions": [condition("Ready", "Unknown")]})
        assert symptoms_of(obj, world_of(obj, event(obj, "InternalError", self.REFUSAL, time=EARLIER))) == []

    def test_event_is_answered_by_a_child_written_after_it(self):
        obj = service("b")
        around = [event(obj, "InternalError", self.REFUSAL, time=WRITTEN), child(obj, "b", at=LATER)]
        assert symptoms_of(obj, world_of(obj, *around)) == []

    def test_two_writers_meeting_is_no_trouble(self):
        obj = service("b", status={"conditions": [condition("Ready", "Unknown")]})
        conflict = event(obj, "InternalError", "the object has been modified; please apply your changes")
        assert symptoms_of(obj, world_of(obj, conflict)) == []


@pytest.mark.req("XC-09")
class TestBrokenUpdate:
    def test_pods_of_the_new_revision_speak_although_the_service_is_ready(self):
        obj = service("b")
        workload = child(obj, "b")
        workload["status"]["replicas"] = 2
        workload["metadata"]["annotations"]["deployment.kubernetes.io/revision"] = "2"
        old, new = replica_set(workload, revision="1"), replica_set(workload, revision="2")
        healthy = pod("old", owner=old, conditions=[condition("Ready")])
        broken = pod("new", owner=new, containerStatuses=[waiting("ErrImagePull", "not found")])
        world = world_of(obj, workload, old, new, healthy, broken)
        assert not state_of(obj, world).ready
        assert [one.code for one in symptoms_of(obj, world)] == ["ImagePull"]

    def test_broken_pods_of_the_old_revision_do_not_speak(self):
        obj = service("b")
        workload = child(obj, "b", readyReplicas=0, availableReplicas=0)
        workload["metadata"]["annotations"]["deployment.kubernetes.io/revision"] = "2"
        old, new = replica_set(workload, revision="1"), replica_set(workload, revision="2")
        broken = pod("old", owner=old, containerStatuses=[waiting("ErrImagePull", "not found")])
        assert symptoms_of(obj, world_of(obj, workload, old, new, broken)) == []

    def test_children_of_the_previous_stamp_do_not_speak(self):
        obj = service("b")
        workload = child(obj, "a")
        old = replica_set(workload)
        broken = pod("old", owner=old, containerStatuses=[waiting("ErrImagePull", "not found")])
        assert symptoms_of(obj, world_of(obj, workload, old, broken)) == []


@pytest.mark.req("S2-43")
class TestLLMInferenceService:
    def make(self, *conditions: Any, stamp: str = "b") -> Any:
        return make(
            "LLMInferenceService",
            "lean",
            api_version="serving.kserve.io/v1alpha2",
            metadata={"managedFields": written(WRITTEN, status=LATER)},
            spec={"annotations": {HASH: stamp}},
            status={"conditions": list(conditions)},
        )

    def test_ready_with_its_children(self):
        obj = self.make(condition("Ready"))
        router = deployment("lean-kserve-router-scheduler", replicas=1, owner=obj)
        assert state_of(obj, world_of(obj, child(obj, "b"), router)).ready

    def test_ready_of_the_previous_spec_does_not_count(self):
        obj = self.make(condition("Ready"))
        assert not state_of(obj, world_of(obj, child(obj, "a"))).ready

    def test_leader_worker_set_carries_the_stamp_in_its_worker_template(self):
        obj = self.make(condition("Ready"))
        lws = make(
            "LeaderWorkerSet",
            "lean-kserve-mn",
            api_version="leaderworkerset.x-k8s.io/v1",
            owner=obj,
            spec={"replicas": 1, "leaderWorkerTemplate": {"workerTemplate": stamped("b")}},
            status={
                "observedGeneration": 1,
                "updatedReplicas": 1,
                "readyReplicas": 1,
                "replicas": 1,
                "conditions": [condition("Available", observedGeneration=1)],
            },
        )
        assert state_of(obj, world_of(obj, lws)).ready
        lws["spec"]["leaderWorkerTemplate"]["workerTemplate"] = stamped("a")
        assert not state_of(obj, world_of(obj, lws)).ready

    def test_both_halves_of_the_work_are_waited_for(self):
        obj = self.make(condition("Ready"))
        obj["spec"]["prefill"] = {"annotations": {HASH: "p"}}
        decode = child(obj, "b")
        for stamp, expected in (("p", True), ("a", False)):
            prefill = deployment("lean-kserve-prefill", replicas=1, owner=obj, template=stamped(stamp))
            assert state_of(obj, world_of(obj, decode, prefill)).ready is expected
        assert not state_of(obj, world_of(obj, decode)).ready

    def test_first_false_condition_is_named_before_what_follows_from_it(self):
        obj = self.make(
            condition("Ready", "False"),
            condition("RouterReady", "False"),
            condition("HTTPRoutesReady", "False", reason="HTTPRoutesNotReady"),
            condition("MainWorkloadReady"),
        )
        state = state_of(obj, world_of(obj, child(obj, "b")))
        assert state.summary == "HTTPRoutesReady is False (HTTPRoutesNotReady)"

    def test_missing_presets_end_the_wait_although_ready_is_only_unknown(self):
        presets = condition("PresetsCombined", "False", reason="ConfigNotFound", message="config x not found")
        obj = self.make(presets, condition("Ready", "Unknown", reason="NewObservedGenFailure"))
        found = state_of(obj, world_of(obj)).symptoms
        assert [(one.code, one.reason) for one in found] == [("InvalidSpec", "ConfigNotFound")]
        assert found[0].grace is not None

    def test_an_invalid_model_ends_the_wait_and_a_pool_of_the_other_group_does_not(self):
        for name, message, ends in (
            ("MainWorkloadReady", "invalid model URI: ", True),
            ("HTTPRoutesReady", "ResolvedRefs is False: InvalidKind inference.networking.x-k8s.io", False),
        ):
            obj = self.make(condition("Ready", "False"), condition(name, "False", message=message))
            (found,) = state_of(obj, world_of(obj)).symptoms
            assert (found.grace is not None) is ends

    def test_slow_gateway_does_not_end_the_wait(self):
        obj = self.make(
            condition("Ready", "False"), condition("InferencePoolReady", "False", reason="WaitingForGateway")
        )
        assert [one.grace for one in state_of(obj, world_of(obj)).symptoms] == [None]


@pytest.mark.req("XC-09")
class TestKnativeMode:
    """The stamp is looked for on the Knative Service, and pods are those of the newest revision."""

    def objects(self, stamp: str, *, ready: str = "True", failing: Any = None) -> tuple[Any, World]:
        knative = "serving.knative.dev/v1"
        obj = service("b", annotations={"serving.kserve.io/deploymentMode": "Knative"})
        status = {"observedGeneration": 1, "conditions": [condition("Ready", ready)]}
        kservice = make(
            "Service", "p", api_version=knative, owner=obj, spec={"template": stamped(stamp)}, status=status
        )
        configuration = make(
            "Configuration",
            "p",
            api_version=knative,
            owner=kservice,
            status={"latestCreatedRevisionName": "p-2"},
        )
        revisions = [make("Revision", f"p-{n}", api_version=knative, owner=configuration) for n in (1, 2)]
        around = [kservice, configuration, *revisions]
        for revision in revisions:
            workload = deployment(revision["metadata"]["name"], replicas=1, owner=revision)
            replicas = replica_set(workload)
            bad = revision["metadata"]["name"] == failing
            statuses = {"containerStatuses": [waiting("ErrImagePull", "not found")]} if bad else {}
            around += [
                workload,
                replicas,
                pod(f"{revision['metadata']['name']}-x", owner=replicas, **statuses),
            ]
        return obj, world_of(obj, *around)

    def test_ready(self):
        assert state_of(*self.objects("b")).ready

    def test_ready_of_the_previous_spec_does_not_count(self):
        assert not state_of(*self.objects("a")).ready

    def test_pods_of_the_newest_revision_speak(self):
        assert [one.code for one in symptoms_of(*self.objects("b", ready="Unknown", failing="p-2"))] == [
            "ImagePull"
        ]

    def test_pods_of_an_older_revision_do_not(self):
        assert symptoms_of(*self.objects("b", ready="Unknown", failing="p-1")) == []
