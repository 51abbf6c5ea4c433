# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A pod that is ready must also have the cache device that the operator's webhook mounts."""

from __future__ import annotations

from copy import deepcopy
from typing import Any, cast

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._apply import Diagnosis
from ansible_collections.inferops.serving.plugins.module_utils._catalogue.aidaptiv import WEBHOOK
from ansible_collections.inferops.serving.plugins.module_utils._cluster import ApiError, Client
from ansible_collections.inferops.serving.plugins.module_utils._cluster.execution import Finished
from ansible_collections.inferops.serving.plugins.module_utils._objects import service_objects
from ansible_collections.inferops.serving.plugins.module_utils._rollout.injection import without_device

from tests.unit._plan.inventory import planned
from tests.unit._probe.cluster import Cluster

Object = dict[str, Any]
PATH = "/mnt/nvme0"


def error(status: int, message: str) -> ApiError:
    return ApiError(status=status, reason="", message=message, method="GET", path="/")


class Machine(Cluster):
    """And what the containers say of their mounts; None where nobody may ask."""

    def __init__(self, *objects: Object, mounts: str | None = None) -> None:
        super().__init__(*objects)
        self.mounts = mounts
        self.asked: list[str] = []

    def execute(self, _namespace: str, pod: str, _command: Any, **_more: Any) -> Finished:
        self.asked.append(pod)
        if self.mounts is None:
            raise error(403, "pods/exec is forbidden")
        return Finished(code=0, stdout=self.mounts, stderr="")


def webhook(**selectors: Any) -> Object:
    rule = {"apiGroups": [""], "operations": ["CREATE"], "resources": ["pods"]}
    service = {"namespace": "aidaptivcache-operator", "name": "aidaptivcache-service"}
    one = {"name": "a", "clientConfig": {"service": service}, "rules": [rule], **selectors}
    return {"kind": "MutatingWebhookConfiguration", "metadata": {"name": WEBHOOK}, "webhooks": [one]}


def objects(**given: Any) -> list[Object]:
    entry: dict[str, Any] = {"engine": "aidaptiv", "image": "mine/aidaptiv:1", "kv_offload": {"ssd_gb": 500}}
    return service_objects(planned(namespace="home", **{**entry, **given}))


def pod(made: list[Object], *mounts: str, ready: str = "True") -> Object:
    template = next(obj for obj in made if obj["kind"] == "Deployment")["spec"]["template"]
    spec = deepcopy(template["spec"])
    spec["containers"][0].setdefault("volumeMounts", []).extend(
        {"name": "added", "mountPath": path}
        for path in ("/var/run/secrets/kubernetes.io/serviceaccount", *mounts)
    )
    return {
        "kind": "Pod",
        "metadata": {
            "name": "chat-1",
            "namespace": "home",
            "labels": template["metadata"]["labels"],
            "creationTimestamp": "2026-01-23T04:30:04Z",
        },
        "spec": spec,
        "status": {"conditions": [{"type": "Ready", "status": ready}]},
    }


def told(cluster: Cluster, made: list[Object]) -> list[Diagnosis]:
    return without_device(cast("Client", cluster), made)


@pytest.mark.req("S3-05")
def test_a_ready_pod_without_the_mount_fails_and_teaches() -> None:
    made = objects()
    (found,) = told(Machine(webhook(), pod(made)), made)
    assert (found.code, found.object, found.where) == (
        "NotInjected",
        "Deployment home/chat",
        "Pod home/chat-1",
    )
    assert f"nothing is mounted at {PATH} in chat-1" in found.message
    assert "pods/exec is forbidden" in found.message
    assert f"webhook {WEBHOOK} did not answer when the pod was made (2026-01-23T04:30:04Z)" in found.hint
    assert "Delete the pod once Service aidaptivcache-operator/aidaptivcache-service has" in found.hint


@pytest.mark.req("S3-05")
@pytest.mark.parametrize("mount", [PATH, "/mnt", f"{PATH}/"])
def test_a_pod_with_the_mount_is_well(mount: str) -> None:
    made = objects()
    cluster = Machine(webhook(), pod(made, mount))
    assert told(cluster, made) == []
    assert cluster.asked == []


@pytest.mark.req("S3-05")
def test_what_the_kernel_has_mounted_counts_more_than_the_specification() -> None:
    made = objects()
    mounted = f"overlay / overlay rw 0 0\n/dev/mapper/cache {PATH} xfs rw 0 0\n"
    assert told(Machine(webhook(), pod(made), mounts=mounted), made) == []
    (found,) = told(Machine(webhook(), pod(made), mounts="overlay / overlay rw 0 0\n"), made)
    assert "could not be asked" not in found.message


@pytest.mark.req("S3-05")
def test_a_mount_at_another_place_is_named() -> None:
    made = objects()
    (found,) = told(Machine(webhook(), pod(made, "/cache")), made)
    assert "Others mounted /cache there" in found.message
    assert "llm_cluster.components.aidaptiv.mount_path" in found.message


@pytest.mark.req("S3-05")
def test_the_place_follows_the_inventory() -> None:
    made = objects(cluster={"components": {"aidaptiv": {"mount_path": "/cache"}}})
    assert told(Machine(webhook(), pod(made, "/cache")), made) == []


@pytest.mark.req("S3-05")
@pytest.mark.parametrize(
    ("given", "registered", "ready"),
    [
        ({}, [], "True"),
        ({}, [webhook(namespaceSelector={"matchLabels": {"team": "others"}})], "True"),
        ({}, [webhook()], "False"),
        ({"kv_offload": {"ssd_gb": 0}}, [webhook()], "True"),
        ({"cluster": {"components": {"aidaptiv": {"mode": "topolvm"}}}}, [webhook()], "True"),
    ],
    ids=["no webhook", "not its namespace", "not ready", "no device", "volumes"],
)
def test_nothing_is_said_where_no_device_is_to_be_injected(
    given: dict[str, Any], registered: list[Object], ready: str
) -> None:
    made = objects(**given)
    assert told(Machine(*registered, pod(made, ready=ready)), made) == []


@pytest.mark.req("S3-05")
def test_what_may_not_be_read_is_not_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    made = objects()
    cluster = Machine(webhook(), pod(made))

    def refuse(*_given: Any, **_more: Any) -> None:
        raise error(403, "may not get mutatingwebhookconfigurations")

    monkeypatch.setattr(cluster, "get", refuse)
    assert told(cluster, made) == []
