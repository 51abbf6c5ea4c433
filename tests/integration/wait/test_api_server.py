# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The API server goes away during a wait."""

from __future__ import annotations

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._cluster import connect

from tests.integration.wait.conftest import Ground
from tests.integration.wait.objects import MISSING_IMAGE, deployment, played
from tests.support.lab import OwnLab

pytestmark = [pytest.mark.proof("C"), pytest.mark.req("XC-09", "XC-10")]


SERVER = "kube-apiserver"


@pytest.fixture
def shaky(plain_lab: OwnLab) -> Ground:
    """A namespace in a control plane that may be disturbed, with its controllers at work."""
    client = connect({"kubeconfig": str(plain_lab.kubeconfig)})
    ground = Ground(client, plain_lab.namespace("wait"))
    ground.eventually(lambda: client.get("v1", "ServiceAccount", "default", ground.namespace), seconds=90)
    return ground


def test_wait_survives_a_restart(shaky: Ground, plain_lab: OwnLab):
    live = shaky.apply(deployment(replicas=2, annotations=played(ready_after="6s")))
    plain_lab.stop(SERVER)
    timer = shaky.later(2, lambda: plain_lab.start(SERVER))
    verdict = shaky.wait_for(live, seconds=90)
    timer.join()
    assert verdict.diagnoses == []
    assert verdict.lines[-1].endswith("2 of 2 pods ready")


def test_streams_survive_a_restart(shaky: Ground, plain_lab: OwnLab):
    live = shaky.apply(deployment(annotations=played(ready_after="12s")))

    def restart() -> None:
        plain_lab.stop(SERVER)
        plain_lab.start(SERVER)

    timer = shaky.later(1, restart)
    verdict = shaky.wait_for(live, seconds=90)
    timer.join()
    assert verdict.diagnoses == []


def test_trouble_that_comes_after_a_restart_is_seen(shaky: Ground, plain_lab: OwnLab):
    assert shaky.wait(deployment()).codes == []
    live = shaky.apply(deployment("other", annotations=played("never-ready")))

    def restart_and_break() -> None:
        plain_lab.stop(SERVER)
        plain_lab.start(SERVER)
        shaky.apply(deployment("other", image=MISSING_IMAGE))

    timer = shaky.later(1, restart_and_break)
    verdict = shaky.wait_for(live, seconds=90)
    timer.join()
    assert verdict.only.code == "ImagePull"
    assert verdict.came_promptly()
