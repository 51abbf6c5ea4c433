# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._gpu_nodes.users import choosing, some

OURS, PRODUCT = "nvidia.com/gpu", "nvidia.com/gpu.product"
NODE = {"metadata": {"name": "gpu-0", "labels": {OURS: "present", PRODUCT: "NVIDIA-L4", "team": "red"}}}


def pod(*, on: str = "gpu-0", phase: str = "Running", **spec: Any) -> dict[str, Any]:
    return {
        "metadata": {"namespace": "chat", "name": "web"},
        "spec": {"nodeName": on, "containers": [], **spec},
        "status": {"phase": phase},
    }


def affinity(*keys: str) -> dict[str, Any]:
    """Any of these is enough."""
    terms = [{"matchExpressions": [{"key": key, "operator": "Exists"}]} for key in keys]
    return {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": terms}}}


@pytest.mark.parametrize(
    ("one", "chooses"),
    [
        (pod(nodeSelector={OURS: "present"}), True),
        (pod(affinity=affinity(OURS)), True),
        (pod(affinity=affinity(OURS, PRODUCT)), False),
        (pod(nodeSelector={"team": "red"}), False),
        (pod(), False),
        (pod(nodeSelector={OURS: "present"}, on="gpu-1"), False),
        (pod(nodeSelector={OURS: "present"}, phase="Succeeded"), False),
    ],
    ids=["selector", "affinity", "another term", "another label", "none", "another node", "finished"],
)
def test_a_pod_counts_that_could_not_come_back(one: dict[str, Any], chooses: bool) -> None:
    assert choosing([one], [NODE], {"gpu-0": [OURS]}) == (["chat/web"] if chooses else [])


def test_a_few_are_named_and_the_others_counted() -> None:
    assert some(["a/b"]) == "a/b"
    assert some([str(number) for number in range(7)]) == "0, 1, 2, 3, 4 and 2 more"
