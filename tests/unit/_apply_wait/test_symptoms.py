# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._apply.diagnosis import causes, symptoms_of
from ansible_collections.inferops.serving.plugins.module_utils._apply.pods import activity, died_of
from ansible_collections.inferops.serving.plugins.module_utils._apply.symptoms import Symptom
from ansible_collections.inferops.serving.plugins.module_utils._apply.world import World, key_of

from tests.unit._apply_wait.builders import (
    LATER,
    WRITTEN,
    condition,
    deployment,
    event,
    make,
    pod,
    replica_set,
    running,
    waiting,
)

pytestmark = pytest.mark.req("XC-10")


def of(obj: Any, *around: Any, **facts: Any) -> list[Symptom]:
    world = World.of([obj, *around])
    for name, value in facts.items():
        setattr(world, name, value)
    return symptoms_of(obj, world)


def owned_pod(**status: Any) -> Any:
    return pod(owner={"kind": "ReplicaSet", "metadata": {"name": "r", "uid": "r"}}, **status)


class TestImagePull:
    def test_ends_the_wait_at_once_when_the_image_does_not_exist(self):
        (found,) = of(owned_pod(containerStatuses=[waiting("ErrImagePull", "manifest unknown: not found")]))
        assert (found.code, found.reason, found.grace) == ("ImagePull", "ErrImagePull", 0.0)
        assert "not found" in found.message

    @pytest.mark.parametrize(
        "message", ["i/o timeout", "503 Service Unavailable", "toomanyrequests: slow down", "unexpected EOF"]
    )
    def test_may_be_repeated_when_the_network_failed(self, message):
        (found,) = of(owned_pod(containerStatuses=[waiting("ErrImagePull", message)]))
        assert found.grace > 5

    def test_back_off_remembers_why_by_the_events(self):
        obj = owned_pod(containerStatuses=[waiting("ImagePullBackOff", "Back-off pulling image")])
        (found,) = of(obj, event(obj, "Failed", "dial tcp: i/o timeout"))
        assert found.grace > 5


LAST = {"exitCode": 1, "reason": "Error", "finishedAt": WRITTEN}


class TestCrash:
    def test_loop_ends_the_wait_and_points_to_the_previous_log(self):
        (found,) = of(owned_pod(containerStatuses=[waiting("CrashLoopBackOff", restarts=1, last=LAST)]))
        assert (found.code, found.grace, found.previous, found.container) == ("CrashLoop", 0.0, True, "main")
        assert "exit code 1" in found.message
        assert found.since == WRITTEN

    def test_many_restarts_are_a_loop_even_while_it_runs(self):
        (found,) = of(owned_pod(containerStatuses=[running(restarts=3, last=LAST)]))
        assert found.code == "CrashLoop"

    def test_one_restart_is_not(self):
        assert of(owned_pod(containerStatuses=[running(restarts=1, last=LAST)])) == []

    @pytest.mark.req("S2-50")
    @pytest.mark.parametrize(
        "last", [{"exitCode": 137, "reason": "OOMKilled"}, {"exitCode": 137, "reason": "Error"}]
    )
    def test_exit_137_is_memory(self, last):
        (found,) = of(owned_pod(containerStatuses=[waiting("CrashLoopBackOff", last=last)]))
        assert found.code == "OutOfMemory"

    def test_exit_137_by_a_probe_is_not_memory(self):
        obj = owned_pod(
            containerStatuses=[waiting("CrashLoopBackOff", last={"exitCode": 137, "reason": "Error"})]
        )
        said = "Container main failed startup probe, will be restarted"
        (found,) = of(obj, event(obj, "Killing", said, kind="Normal"))
        assert found.code == "ProbeKilled"
        assert said in found.message

    @pytest.mark.req("S2-50")
    @pytest.mark.parametrize(
        ("name", "code"), [("storage-initializer", "StorageInitializer"), ("copy", "InitFailed")]
    )
    def test_init_containers_have_codes_of_their_own(self, name, code):
        status = waiting("CrashLoopBackOff", name=name, last=LAST)
        assert [one.code for one in of(owned_pod(initContainerStatuses=[status]))] == [code]

    def test_pod_of_a_job_leaves_the_decision_to_the_job(self):
        owner = {"kind": "Job", "metadata": {"name": "j", "uid": "j"}}
        (found,) = of(pod(owner=owner, containerStatuses=[waiting("CrashLoopBackOff", last=LAST)]))
        assert found.grace is None

    def test_bare_pod_that_failed_ends_the_wait(self):
        ended = {"name": "main", "state": {"terminated": {"exitCode": 2, "reason": "Error"}}}
        (found,) = of(pod(phase="Failed", containerStatuses=[ended]))
        assert (found.code, found.grace) == ("PodFailed", 0.0)


def test_missing_config_map_is_a_config_error():
    (found,) = of(
        owned_pod(containerStatuses=[waiting("CreateContainerConfigError", 'configmap "x" not found')])
    )
    assert (found.code, found.message) == ("ConfigError", 'configmap "x" not found')


def test_failing_probe_explains_but_never_ends_the_wait():
    obj = owned_pod(phase="Running", containerStatuses=[running()])
    (found,) = of(obj, event(obj, "Unhealthy", "Readiness probe failed: 503"))
    assert (found.code, found.grace, found.container) == ("ProbeFailing", None, "main")


def test_pod_on_its_way_out_has_no_symptoms():
    status = [waiting("ErrImagePull", "not found")]
    assert of(pod(metadata={"deletionTimestamp": LATER}, containerStatuses=status)) == []


class TestScheduling:
    WORDS = "0/6 nodes are available: 4 Insufficient nvidia.com/gpu."

    def pending(self, message: str = WORDS, reason: str = "Unschedulable", **status: Any) -> Any:
        unscheduled = condition(
            "PodScheduled", "False", reason=reason, message=message, lastTransitionTime=WRITTEN
        )
        return owned_pod(conditions=[unscheduled], **status)

    def test_the_schedulers_own_words_are_the_message(self):
        (found,) = of(self.pending())
        assert (found.code, found.message, found.since) == ("Unschedulable", self.WORDS, WRITTEN)
        assert 0 < found.grace < 5

    def test_room_that_other_pods_are_making_is_waited_for(self):
        leaving = pod("old", metadata={"deletionTimestamp": LATER})
        assert of(self.pending(), leaving)[0].grace is None

    def test_scheduler_gets_time_to_come_back_after_pods_have_gone(self):
        obj, leaving = self.pending(), pod("old")
        world = World.of([obj, leaving], now=100.0)
        world.drop(key_of(leaving))
        assert symptoms_of(obj, world)[0].grace is None
        world.now += 13
        assert symptoms_of(obj, world)[0].grace is not None

    @pytest.mark.parametrize(
        "message",
        [
            "no nodes available to schedule pods",
            "0/4 nodes are available: 4 node(s) had untolerated taint {node.kubernetes.io/not-ready: }.",
        ],
    )
    def test_nodes_that_are_not_ready_may_come_back(self, message):
        assert of(self.pending(message))[0].grace > 10

    def test_preemption_is_waited_for(self):
        assert of(self.pending(nominatedNodeName="gpu-1"))[0].grace is None

    @pytest.mark.req("S1-92")
    def test_autoscaler_gets_time_to_decide(self):
        assert of(self.pending(), autoscaled=True)[0].grace > 30

    @pytest.mark.req("S1-92")
    @pytest.mark.parametrize("reason", ["TriggeredScaleUp", "Nominated"])
    def test_new_nodes_on_their_way_are_waited_for(self, reason):
        obj = self.pending()
        assert (
            of(obj, event(obj, reason, "pod triggered scale-up", kind="Normal"), autoscaled=True)[0].grace
            is None
        )

    @pytest.mark.req("S1-92")
    def test_autoscaler_that_declines_ends_the_wait(self):
        obj = self.pending()
        assert (
            of(obj, event(obj, "NotTriggerScaleUp", "max size reached", kind="Normal"), autoscaled=True)[
                0
            ].grace
            < 5
        )

    def test_queue_is_not_a_failure(self):
        (found,) = of(self.pending(reason="SchedulingGated", message="held"))
        assert (found.code, found.grace) == ("QueueWaiting", None)

    def test_missing_claim_is_told_apart(self):
        assert of(self.pending('persistentvolumeclaim "models" not found'))[0].code == "ClaimMissing"

    def test_volume_that_is_being_made_is_waited_for(self):
        (found,) = of(self.pending("pod has unbound immediate PersistentVolumeClaims"))
        assert (found.code, found.grace) == ("VolumePending", None)


class TestCreation:
    def failing(self, message: str) -> list[Symptom]:
        top = deployment(replicas=1, readyReplicas=0)
        failure = condition("ReplicaFailure", reason="FailedCreate", message=message)
        return of(top, replica_set(top, conditions=[failure]))

    @pytest.mark.parametrize(
        ("message", "code"),
        [
            ('pods "x" is forbidden: exceeded quota: gpus, requested: nvidia.com/gpu=1', "QuotaDenied"),
            ('Internal error: failed calling webhook "x": connection refused', "WebhookDown"),
            ('admission webhook "x" denied the request: no key', "AdmissionDenied"),
            ('pods "x" is forbidden: violates PodSecurity "restricted:latest"', "AdmissionDenied"),
            ('error looking up service account rag/x: serviceaccount "x" not found', "PodCreation"),
            ("something else", "PodCreation"),
        ],
    )
    def test_reason_is_told_apart_by_the_servers_words(self, message, code):
        found = self.failing(message)
        assert {one.code for one in found} == {code}
        assert found[0].message == message

    def test_trouble_of_the_control_plane_itself_may_pass(self):
        said = (
            "failed to get token for kube-system/replicaset-controller: timed out waiting for the condition"
        )
        assert [(one.code, one.grace) for one in self.failing(said)] == [("PodCreation", None)]

    def test_new_namespace_gets_time_to_have_its_default_account(self):
        said = 'pods "x" is forbidden: serviceaccount "default" not found'
        assert [one.grace for one in self.failing(said)] == [None]

    def test_event_of_a_stateful_set_counts_until_a_pod_was_created(self):
        obj = make("StatefulSet", "s", api_version="apps/v1", spec={}, status={"observedGeneration": 1})
        failed = event(obj, "FailedCreate", "exceeded quota: q", time=WRITTEN)
        assert [one.code for one in of(obj, failed)] == ["QuotaDenied"]
        assert of(obj, failed, event(obj, "SuccessfulCreate", kind="Normal", time=LATER)) == []


class TestVolumes:
    def test_missing_storage_class(self):
        claim = make("PersistentVolumeClaim", "c", spec={}, status={"phase": "Pending"})
        said = 'storageclass.storage.k8s.io "nope" not found'
        assert [(one.code, one.message) for one in of(claim, event(claim, "ProvisioningFailed", said))] == [
            ("VolumePending", said)
        ]

    def test_provisioner_may_try_again(self):
        claim = make("PersistentVolumeClaim", "c", spec={}, status={"phase": "Pending"})
        assert of(claim, event(claim, "ProvisioningFailed", "deadline exceeded"))[0].grace is None

    def test_missing_secret_of_a_mount(self):
        obj = owned_pod()
        said = 'MountVolume.SetUp failed for volume "x" : secret "nope" not found'
        assert [one.code for one in of(obj, event(obj, "FailedMount", said))] == ["ConfigError"]

    def test_slow_mount_explains_only(self):
        obj = owned_pod()
        (found,) = of(obj, event(obj, "FailedMount", "mount.nfs: Connection timed out"))
        assert (found.code, found.grace) == ("VolumeMount", None)


class TestCauses:
    def test_pods_speak_before_their_controllers(self):
        top = deployment(
            replicas=1,
            readyReplicas=0,
            conditions=[condition("Progressing", "False", reason="ProgressDeadlineExceeded")],
        )
        replicas = replica_set(top)
        broken = pod(owner=replicas, containerStatuses=[waiting("ErrImagePull", "not found")])
        assert [one.code for one in causes(of(top, replicas, broken))] == ["ImagePull"]

    def test_a_consequence_is_told_when_there_is_nothing_better(self):
        top = deployment(
            replicas=1,
            readyReplicas=0,
            conditions=[condition("Progressing", "False", reason="ProgressDeadlineExceeded")],
        )
        assert [one.code for one in causes(of(top))] == ["RolloutStuck"]

    def test_many_pods_with_the_same_trouble_are_one_cause(self):
        top = deployment(replicas=3)
        replicas = replica_set(top)
        broken = [
            pod(f"p{n}", owner=replicas, containerStatuses=[waiting("ErrImagePull", "no")]) for n in range(3)
        ]
        assert len(causes(of(top, replicas, *broken))) == 1


@pytest.mark.parametrize(
    ("obj", "words"),
    [
        (owned_pod(containerStatuses=[waiting("ImagePullBackOff")]), "ImagePullBackOff"),
        (
            owned_pod(initContainerStatuses=[running(name="storage-initializer")]),
            "running storage-initializer",
        ),
        (owned_pod(containerStatuses=[running()]), "starting"),
        (owned_pod(), "waiting for its node"),
        (
            owned_pod(conditions=[condition("PodScheduled", "False", reason="Unschedulable")]),
            "no node has room",
        ),
        (
            owned_pod(conditions=[condition("PodScheduled", "False", reason="SchedulingGated")]),
            "held by a queue",
        ),
        (pod(metadata={"deletionTimestamp": LATER}), "terminating"),
        (owned_pod(phase="Failed"), "failed"),
    ],
)
def test_activity_in_a_word(obj, words):
    assert activity(obj, World.of([obj])) == words


def test_activity_knows_the_image_pull_by_its_event():
    obj = owned_pod(containerStatuses=[waiting("ContainerCreating")])
    assert activity(obj, World.of([obj, event(obj, "Pulling", kind="Normal")])) == "pulling image"


@pytest.mark.req("S2-50")
def test_a_pod_that_is_gone_tells_what_it_died_of() -> None:
    killed = {"exitCode": 137, "reason": "OOMKilled"}
    restarted = pod(containerStatuses=[waiting("ContainerCreating", restarts=1, last=killed)])
    died = died_of(restarted, World())
    assert died is not None
    assert died.code == "OutOfMemory"
    assert died_of(pod(containerStatuses=[waiting("ContainerCreating")]), World()) is None
