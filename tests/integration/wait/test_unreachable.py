# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The API server goes away for good. Last of its folder: controllers need a minute to recover."""

from __future__ import annotations

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._cluster import connect

from tests.integration.wait.conftest import Ground
from tests.integration.wait.objects import deployment, played
from tests.integration.wait.test_api_server import SERVER
from tests.support.lab import OwnLab

pytestmark = [pytest.mark.proof("C"), pytest.mark.req("XC-09", "XC-10")]


def test_server_that_stays_away_is_named_with_the_last_known_state(plain_lab: OwnLab):
    client = connect({"kubeconfig": str(plain_lab.kubeconfig)})
    shaky = Ground(client, plain_lab.namespace("wait"))
    live = shaky.apply(deployment(annotations=played("never-ready")))
    timer = shaky.later(2, lambda: plain_lab.stop(SERVER))
    verdict = shaky.wait_for(live, seconds=6)
    timer.join()
    assert verdict.only.code == "ApiUnavailable"
    assert "0 of 1 pods" in verdict.only.message
    assert verdict.took < 30
