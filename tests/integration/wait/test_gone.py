# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from tests.integration.wait.conftest import Ground
from tests.integration.wait.objects import claim, deployment, played

pytestmark = [pytest.mark.proof("C")]


def test_wait_lasts_until_the_pods_are_gone_too(ground: Ground):
    ground.wait(deployment(annotations=played(terminate_after="2s")))
    live = ground.apply(deployment(annotations=played(terminate_after="2s")))
    ground.client.delete(live[0], propagation="Foreground")
    verdict = ground.wait_until_gone(live)
    assert verdict.codes == []
    assert ground.pods() == []
    assert f"Deployment {ground.namespace}/web: gone" in verdict.lines


def test_stuck_pod_is_named(ground: Ground):
    ground.wait(deployment(annotations=played("stuck-terminating")))
    live = ground.apply(deployment(annotations=played("stuck-terminating")))
    ground.client.delete(live[0], propagation="Foreground")
    verdict = ground.wait_until_gone(live, seconds=3)
    assert verdict.only.code == "StuckTerminating"
    assert ground.pods()[0]["metadata"]["name"] in verdict.only.message
    for pod in ground.pods():
        ground.client.request("DELETE", ground.client.path(pod), body={"gracePeriodSeconds": 0})


def test_finalizer_is_named(ground: Ground):
    config = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "held", "finalizers": ["example.com/hold"]},
    }
    live = ground.apply(config)
    ground.client.delete(live[0])
    verdict = ground.wait_until_gone(live, seconds=2)
    assert "held by example.com/hold" in verdict.only.message
    ground.apply({**config, "metadata": {"name": "held", "finalizers": []}})


def test_claim_in_use_names_its_pod(ground: Ground):
    provisioner = {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": ground.namespace},
        "provisioner": "sim.lab/provisioner",
    }
    ground.client.apply(provisioner)
    volumes = [{"name": "models", "persistentVolumeClaim": {"claimName": "models"}}]
    live = ground.apply(claim(storage_class=ground.namespace))
    assert ground.wait(deployment(volumes=volumes)).codes == []
    ground.client.delete(live[0])
    verdict = ground.wait_until_gone(live, seconds=2)
    ground.client.delete(provisioner)
    assert verdict.only.code == "StuckTerminating"
    assert "in use by pod web-" in verdict.only.message


def test_what_does_not_exist_is_gone_at_once(ground: Ground):
    assert ground.wait_until_gone([ground.placed(deployment())]).took < 3


def test_another_object_of_the_same_name_does_not_count(ground: Ground):
    live = ground.apply(deployment())
    other = {**live[0], "metadata": {**live[0]["metadata"], "uid": "another"}}
    assert ground.wait_until_gone([other]).codes == []
