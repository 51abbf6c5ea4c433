# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operator's webhook puts the cache device into pods when they are made; its failure is ignored.

What the vendor's webhook does is not public: a server of the tests stands in for it, with a mount at the
place that the vendor documents, and an empty directory for the device."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._catalogue.aidaptiv import DEVICE, WEBHOOK
from ansible_collections.inferops.serving.plugins.module_utils._cluster import Client
from ansible_collections.inferops.serving.plugins.module_utils._rollout import (
    Rollout,
    Verdict,
    look,
    roll_out,
)

from tests.integration.aidaptiv.conftest import MakeNode, Vendor
from tests.integration.render.conftest import GPU_NODES, World, until
from tests.support.webhook import Webhook, allowed, certificate
from tests.unit._plan.inventory import planned

pytestmark = [pytest.mark.proof("C")]

PATH = "/mnt/nvme0"


def inject(request: dict[str, Any]) -> dict[str, Any]:
    """A volume and its mount in every container that asks for a device."""
    containers = request["object"]["spec"]["containers"]
    asking = [index for index, one in enumerate(containers) if DEVICE in one["resources"].get("limits", {})]
    mount = {"name": "aidaptiv-cache-device", "mountPath": PATH}
    volume = {"name": mount["name"], "emptyDir": {}}
    return allowed(
        [
            {"op": "add", "path": "/spec/volumes/-", "value": volume},
            *(
                {"op": "add", "path": f"/spec/containers/{index}/volumeMounts/-", "value": mount}
                for index in asking
            ),
        ]
        if asking
        else ()
    )


@pytest.fixture
def webhook(client: Client, namespace: str, tmp_path: Path) -> Iterator[Webhook]:
    """Registered as the operator does, for one namespace, and not served yet."""
    made = Webhook(certificate(tmp_path), inject)
    rule = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}
    one = {
        "name": "mutate.phison.example",
        "admissionReviewVersions": ["v1"],
        "sideEffects": "None",
        "failurePolicy": "Ignore",
        "timeoutSeconds": 2,
        "clientConfig": made.client_config,
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
        "rules": [rule],
    }
    registration = {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "MutatingWebhookConfiguration",
        "metadata": {"name": WEBHOOK},
        "webhooks": [one],
    }
    client.apply(registration)
    yield made
    client.delete(registration)


@pytest.mark.req("S3-05")
def test_a_service_whose_pod_was_made_without_its_device_fails_until_the_pod_is_made_again(
    world: World, vendor: Vendor, make_node: MakeNode, webhook: Webhook
) -> None:
    entry = vendor.entry(make_node(gpu=1, ai100=1))
    plan = planned(namespace=world.namespace, cluster=GPU_NODES, **entry)

    def verdict() -> Verdict:
        return roll_out(world.client, [plan], Rollout(wait_timeout=60)).verdicts[0]

    failed = verdict()
    assert failed.action == "created"
    assert failed.ready is False
    (found,) = failed.diagnosis
    (old,) = world.running(1)
    assert (found.code, found.where) == (
        "NotInjected",
        f"Pod {world.namespace}/{old['metadata']['name']}",
    )
    assert f"nothing is mounted at {PATH}" in found.message
    assert f"webhook {WEBHOOK} did not answer when the pod was made" in found.hint
    assert "the container could not be asked" in found.message

    commands = {
        "apiVersion": "kwok.x-k8s.io/v1alpha1",
        "kind": "ClusterExec",
        "metadata": {"name": world.namespace},
        "spec": {"selector": {"matchNamespaces": [world.namespace]}, "execs": [{"local": {}}]},
    }
    world.client.apply(commands)  # what the pod mounts is now what this machine does
    until(
        lambda: "could not be asked" not in look(world.client, [plan])[0].diagnosis[0].message or None, "exec"
    )
    world.client.delete(commands)

    with webhook.served():
        again = verdict()
        assert (again.changed, again.ready) == (False, False), "the same specification replaces no pod"
        world.client.delete({"apiVersion": "v1", **old, "kind": "Pod"})

        def successor() -> bool | None:
            pods = world.running(1)
            return pods[0]["metadata"]["uid"] != old["metadata"]["uid"] or None

        until(successor, "the successor of the pod")
        served = verdict()
    assert (served.changed, served.ready, served.diagnosis) == (False, True, ())
    (seen,) = look(world.client, [plan])
    assert (seen.ready, list(seen.diagnosis)) == (True, [])
