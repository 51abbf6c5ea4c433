# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sets that bring webhooks: written when what answers them is there, and what they guard only when they
answer."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._apply import ObjectSet, apply, remove
from ansible_collections.inferops.serving.plugins.module_utils._cluster import Client

from tests.support import webhook as support

from .samples import Object, actions, definition, deployment, trouble, widget

pytestmark = [pytest.mark.proof("A")]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return support.certificate(tmp_path_factory.mktemp("webhook"))


class Webhook(support.Webhook):
    """Refuses widgets larger than ten and colours the others."""

    def __init__(self, certificate: tuple[Path, Path]) -> None:
        super().__init__(certificate, self.review)
        self.reviewed: list[str] = []

    def review(self, request: Object) -> Object:
        obj = request["object"]
        self.reviewed.append(obj["metadata"]["name"])
        if obj["spec"]["size"] > 10:
            return {"allowed": False, "status": {"message": "too large"}}
        return support.allowed([{"op": "add", "path": "/spec/colour", "value": "blue"}])

    def configuration(self, name: str, group: str) -> Object:
        rule = {"apiGroups": [group], "apiVersions": ["*"], "resources": ["widgets"]}
        return {
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "MutatingWebhookConfiguration",
            "metadata": {"name": name},
            "webhooks": [
                {
                    "name": f"widgets.{group}",
                    "admissionReviewVersions": ["v1"],
                    "sideEffects": "None",
                    "timeoutSeconds": 2,
                    "clientConfig": self.client_config,
                    "rules": [{**rule, "operations": ["CREATE", "UPDATE"]}],
                }
            ],
        }


@contextmanager
def started_after(webhook: Webhook, seconds: float) -> Iterator[None]:
    with ExitStack() as stack:
        timer = threading.Timer(seconds, lambda: stack.enter_context(webhook.served()))
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()


SCHEMA = {"type": "object", "properties": {"size": {"type": "integer"}, "colour": {"type": "string"}}}


def bundle(webhook: Webhook, namespace: str, name: str, *, size: int = 1) -> ObjectSet:
    group = f"{name}.example.com"
    objects = [
        widget(group, "w", size=size),
        webhook.configuration(name, group),
        definition(group, schema=SCHEMA),
        deployment("controller", replicas=1),
    ]
    return ObjectSet(name="bundle", namespace=namespace, objects=objects)


@pytest.mark.req("XC-05")
@pytest.mark.proof("C")
def test_guarded_objects_wait_until_the_webhook_answers(
    client: Client, namespace: str, fresh: str, certificate: tuple[Path, Path]
) -> None:
    webhook = Webhook(certificate)
    wanted = bundle(webhook, namespace, fresh)
    controller = wanted.objects[3]
    controller["spec"]["template"]["metadata"]["annotations"] = {"sim.lab/ready-after": "2s"}
    try:
        with started_after(webhook, 4):
            started = time.monotonic()
            [outcome] = apply(client, [wanted], wait_timeout=60)
            assert trouble(outcome) == []
            assert time.monotonic() - started >= 4
            assert [action.kind for action in outcome.actions] == [
                "CustomResourceDefinition",
                "Deployment",
                "MutatingWebhookConfiguration",
                "Widget",
            ]
            live = client.get(f"{fresh}.example.com/v1", "Widget", "w", namespace)
            assert live is not None
            assert live["spec"] == {"size": 1, "colour": "blue"}
            for check_mode in (True, False):
                [again] = apply(client, [wanted], check_mode=check_mode)
                assert (trouble(again), again.changed) == ([], False)
            [refused] = apply(client, [bundle(webhook, namespace, fresh, size=11)])
            [diagnosis] = refused.diagnosis
            assert (diagnosis.code, diagnosis.object) == ("AdmissionDenied", f"Widget {namespace}/w")
            assert "too large" in diagnosis.message
            [removed] = remove(client, [wanted], wait_timeout=60)
            assert trouble(removed) == []
    finally:
        client.delete(webhook.configuration(fresh, fresh))
        remove(client, [wanted], wait=False)


def test_a_webhook_that_never_answers_is_named(
    client: Client, namespace: str, fresh: str, certificate: tuple[Path, Path]
) -> None:
    webhook = Webhook(certificate)
    group = f"{fresh}.example.com"
    objects = [widget(group, "w"), webhook.configuration(fresh, group), definition(group, schema=SCHEMA)]
    wanted = ObjectSet(name="silent", namespace=namespace, objects=objects)
    try:
        [outcome] = apply(client, [wanted], wait_timeout=5)
        [diagnosis] = outcome.diagnosis
        assert (diagnosis.code, diagnosis.object) == ("WebhookDown", f"Widget {namespace}/w")
        assert f"widgets.{group}" in diagnosis.message
        assert actions(outcome)[f"MutatingWebhookConfiguration {fresh}"] == "created"
    finally:
        remove(client, [wanted])
