# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a pod or claim is told by its annotations is what happens to it."""

from __future__ import annotations

from typing import Any

import pytest
from kubernetes import client

from tests.integration.conftest import Lab
from tests.support.lab import eventually, pod

pytestmark = [pytest.mark.proof("C")]


@pytest.fixture
def namespace(lab: Lab) -> str:
    return lab.namespace("behaviour")


def start(lab: Lab, namespace: str, *, image: str = "app:1", init: bool = False, **annotations: str) -> str:
    body = pod("it", image=image, annotations=annotations)
    if init:
        body["spec"]["initContainers"] = [{"name": "prepare", "image": "tool:1"}]
    lab.core.create_namespaced_pod(namespace, body)
    return "it"


def read(lab: Lab, namespace: str) -> Any:
    return lab.core.read_namespaced_pod("it", namespace)


def is_ready(found: Any) -> bool:
    return any(each.type == "Ready" and each.status == "True" for each in found.status.conditions or ())


def waiting_reason(found: Any, kind: str = "container_statuses") -> str | None:
    statuses = getattr(found.status, kind) or []
    return statuses[0].state.waiting.reason if statuses and statuses[0].state.waiting else None


def restarts(found: Any) -> int:
    return found.status.container_statuses[0].restart_count if found.status.container_statuses else 0


def reasons(lab: Lab, namespace: str) -> set[str]:
    return {event.reason for event in lab.core.list_namespaced_event(namespace).items}


def test_a_pod_without_annotation_becomes_ready(lab: Lab, namespace: str) -> None:
    start(lab, namespace, init=True)
    eventually(lambda: is_ready(read(lab, namespace)))
    found = read(lab, namespace)
    assert found.status.init_container_statuses[0].state.terminated.reason == "Completed"
    assert found.status.pod_ip.startswith("10.244.")


def test_ready_after(lab: Lab, namespace: str) -> None:
    start(lab, namespace, **{"ready-after": "2s"})
    eventually(lambda: read(lab, namespace).status.phase == "Running")
    assert not is_ready(read(lab, namespace))
    eventually(lambda: is_ready(read(lab, namespace)))


def test_never_ready_until_the_annotation_goes(lab: Lab, namespace: str) -> None:
    start(lab, namespace, outcome="never-ready")
    eventually(lambda: "Unhealthy" in reasons(lab, namespace))
    assert read(lab, namespace).status.phase == "Running"
    assert not is_ready(read(lab, namespace))
    annotate(lab, namespace, outcome=None)
    eventually(lambda: is_ready(read(lab, namespace)))


@pytest.mark.parametrize(
    ("image", "annotations"), [("app:does-not-exist", {}), ("app:1", {"outcome": "image-pull"})]
)
def test_image_pull(lab: Lab, namespace: str, image: str, annotations: dict[str, str]) -> None:
    start(lab, namespace, image=image, **annotations)
    eventually(lambda: waiting_reason(read(lab, namespace)) == "ImagePullBackOff")
    assert {"Pulling", "Failed"} <= reasons(lab, namespace)


@pytest.mark.parametrize(
    ("outcome", "code", "reason"), [("crash-loop", 3, "Error"), ("oom-loop", 137, "OOMKilled")]
)
def test_crash_loop(lab: Lab, namespace: str, outcome: str, code: int, reason: str) -> None:
    quick = {"run-for": "100ms", "back-off": "200ms", "exit-code": "3"}
    start(lab, namespace, outcome=outcome, **quick)
    eventually(lambda: restarts(read(lab, namespace)) > 1)
    eventually(lambda: waiting_reason(read(lab, namespace)) == "CrashLoopBackOff")
    last = read(lab, namespace).status.container_statuses[0].last_state.terminated
    assert (last.exit_code, last.reason) == (code, reason)


def test_a_living_pod_breaks_and_heals(lab: Lab, namespace: str) -> None:
    start(lab, namespace)
    eventually(lambda: is_ready(read(lab, namespace)))
    annotate(lab, namespace, outcome="crash-loop")
    eventually(lambda: waiting_reason(read(lab, namespace)) == "CrashLoopBackOff")
    annotate(lab, namespace, outcome=None)
    eventually(lambda: is_ready(read(lab, namespace)))


def test_init_fail(lab: Lab, namespace: str) -> None:
    start(lab, namespace, init=True, outcome="init-fail")
    eventually(lambda: waiting_reason(read(lab, namespace), "init_container_statuses") == "CrashLoopBackOff")
    assert read(lab, namespace).status.phase == "Pending"


def test_config_error(lab: Lab, namespace: str) -> None:
    start(lab, namespace, outcome="config-error")
    eventually(lambda: waiting_reason(read(lab, namespace)) == "CreateContainerConfigError")


def test_terminate_after(lab: Lab, namespace: str) -> None:
    start(lab, namespace, **{"terminate-after": "2s"})
    eventually(lambda: is_ready(read(lab, namespace)))
    lab.core.delete_namespaced_pod("it", namespace)
    assert read(lab, namespace).metadata.deletion_timestamp
    eventually(lambda: not lab.core.list_namespaced_pod(namespace).items)


def test_stuck_terminating(lab: Lab, namespace: str) -> None:
    start(lab, namespace, outcome="stuck-terminating")
    eventually(lambda: is_ready(read(lab, namespace)))
    lab.core.delete_namespaced_pod("it", namespace)
    with pytest.raises(AssertionError, match="did not happen"):
        eventually(lambda: not lab.core.list_namespaced_pod(namespace).items, seconds=2)
    lab.core.delete_namespaced_pod("it", namespace, grace_period_seconds=0)


@pytest.mark.parametrize(
    ("annotations", "condition"), [({"run-for": "1s"}, "Complete"), ({"outcome": "fail"}, "Failed")]
)
def test_jobs(lab: Lab, namespace: str, annotations: dict[str, str], condition: str) -> None:
    batch = client.BatchV1Api(lab.client)
    template = pod("unused", annotations=annotations)
    template["spec"]["restartPolicy"] = "Never"
    spec = {"backoffLimit": 0, "template": {"metadata": template["metadata"], "spec": template["spec"]}}
    batch.create_namespaced_job(namespace, {"metadata": {"name": "it"}, "spec": spec})

    def conditions() -> list[str]:
        return [each.type for each in batch.read_namespaced_job("it", namespace).status.conditions or ()]

    eventually(lambda: condition in conditions())


@pytest.mark.parametrize(
    ("annotations", "phase"), [({"ready-after": "1s"}, "Bound"), ({"outcome": "pending"}, "Pending")]
)
def test_volumes(lab: Lab, namespace: str, annotations: dict[str, str], phase: str) -> None:
    storage = client.StorageV1Api(lab.client)
    storage.create_storage_class({"metadata": {"name": namespace}, "provisioner": "sim.lab/provisioner"})
    claim = {
        "metadata": {
            "name": "it",
            "annotations": {f"sim.lab/{key}": value for key, value in annotations.items()},
        },
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": namespace,
            "resources": {"requests": {"storage": "1Gi"}},
        },
    }
    lab.core.create_namespaced_persistent_volume_claim(namespace, claim)
    try:
        eventually(lambda: "ExternalProvisioning" in reasons(lab, namespace))
        eventually(
            lambda: lab.core.read_namespaced_persistent_volume_claim("it", namespace).status.phase == phase
        )
    finally:
        lab.core.delete_namespaced_persistent_volume_claim("it", namespace)
        storage.delete_storage_class(namespace)


def annotate(lab: Lab, namespace: str, **annotations: str | None) -> None:
    named = {f"sim.lab/{key}": value for key, value in annotations.items()}
    lab.core.patch_namespaced_pod("it", namespace, {"metadata": {"annotations": named}})
