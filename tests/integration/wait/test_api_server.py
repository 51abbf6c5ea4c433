# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The API server goes away during a wait."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._cluster import connect

from tests.integration.wait.conftest import Ground
from tests.integration.wait.objects import MISSING_IMAGE, deployment, played

pytestmark = [pytest.mark.proof("C"), pytest.mark.req("XC-09", "XC-10")]


@pytest.fixture
def shaky(own_lab: Any) -> Iterator[Ground]:
    """A namespace in a control plane that may be disturbed."""
    client = connect({"kubeconfig": str(own_lab.kubeconfig)})
    namespace = own_lab.namespace("wait")
    yield Ground(client, namespace)
    own_lab.start()
    client.delete({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})


def test_wait_survives_a_restart(shaky: Ground, own_lab: Any):
    live = shaky.apply(deployment(replicas=2, annotations=played(ready_after="6s")))
    own_lab.stop("kube-apiserver")
    timer = shaky.later(2, own_lab.start)
    verdict = shaky.wait_for(live, seconds=90)
    timer.join()
    assert verdict.codes == []
    assert verdict.lines[-1].endswith("2 of 2 pods ready")


def test_streams_survive_a_restart(shaky: Ground, own_lab: Any):
    live = shaky.apply(deployment(annotations=played(ready_after="12s")))

    def restart() -> None:
        own_lab.stop("kube-apiserver")
        own_lab.start()

    timer = shaky.later(1, restart)
    verdict = shaky.wait_for(live, seconds=90)
    timer.join()
    assert verdict.codes == []


def test_trouble_that_comes_after_a_restart_is_seen(shaky: Ground, own_lab: Any):
    assert shaky.wait(deployment()).codes == []
    live = shaky.apply(deployment("other", annotations=played("never-ready")))

    def restart_and_break() -> None:
        own_lab.stop("kube-apiserver")
        own_lab.start()
        shaky.apply(deployment("other", image=MISSING_IMAGE))

    timer = shaky.later(1, restart_and_break)
    verdict = shaky.wait_for(live, seconds=90)
    timer.join()
    assert verdict.codes == ["ImagePull"]


def test_server_that_stays_away_is_named_with_the_last_known_state(shaky: Ground, own_lab: Any):
    live = shaky.apply(deployment(annotations=played("never-ready")))
    timer = shaky.later(2, lambda: own_lab.stop("kube-apiserver"))
    verdict = shaky.wait_for(live, seconds=6)
    timer.join()
    assert verdict.only.code == "ApiUnavailable"
    assert "0 of 1 pods ready" in verdict.only.message
    assert verdict.took < 30
