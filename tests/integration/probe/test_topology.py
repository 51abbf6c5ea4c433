# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How GPUs reach each other is recorded from a running pod. Simulated pods run no commands, so the answer of
``nvidia-smi`` stands in; pod, log and the way to them are real."""

from __future__ import annotations

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._cluster import ApiError, Client
from ansible_collections.inferops.serving.plugins.module_utils._cluster.execution import Finished
from ansible_collections.inferops.serving.plugins.module_utils._objects import service_objects
from ansible_collections.inferops.serving.plugins.module_utils._probe import target_of
from ansible_collections.inferops.serving.plugins.module_utils._probe.topology import COMMAND, gpu_topology

from tests.integration.probe.conftest import eventually, ready
from tests.unit._plan.inventory import planned

pytestmark = [pytest.mark.proof("C")]

MATRIX = "\tGPU0\tGPU1\tCPU Affinity\nGPU0\t X \tPHB\t0-31\nGPU1\tPHB\t X \t0-31\n"
LOG = "INFO loading\nchat:7:7 [0] NCCL INFO P2P is disabled\nINFO done"


@pytest.mark.req("S0-36")
def test_topology_and_nccl_lines_come_from_a_ready_pod(
    client: Client, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = planned(
        namespace=namespace,
        model={"store": "hub"},
        topology={"tensor": 2},
        cluster={"gpu_nodes": {"label": "nvidia.com/gpu.present=true"}},
        annotations={"sim.lab/log": LOG},
    )
    for obj in service_objects(plan):
        client.apply(obj)
    eventually(lambda: ready(client, namespace, plan.name))

    refused = gpu_topology(client, plan, target_of(plan))
    assert refused.pod
    assert refused.problem, "a simulated pod runs no command, and that is told"

    asked: list[tuple[str, ...]] = []

    def answer(_namespace: str, pod: str, command: tuple[str, ...], **_: object) -> Finished:
        asked.append((pod, *command))
        return Finished(code=0, stdout=MATRIX, stderr="")

    monkeypatch.setattr(client, "execute", answer)
    found = gpu_topology(client, plan, target_of(plan))
    assert asked == [(found.pod, *COMMAND)]
    assert found.links == {"GPU0-GPU1": "PHB"}
    assert found.nccl == ["chat:7:7 [0] NCCL INFO P2P is disabled"]
    assert found.node.startswith("gpu-")
    assert not found.problem


def test_a_command_that_cannot_run_is_an_error_of_the_api(client: Client, namespace: str) -> None:
    with pytest.raises(ApiError):
        client.execute(namespace, "no-such-pod", ("true",), container="engine")
