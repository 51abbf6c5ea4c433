# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cache devices have to be advertised; a DaemonSet that runs nowhere looks healthy."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._bundles import PRODUCTS
from ansible_collections.inferops.serving.plugins.module_utils._bundles.devices import judge

AIDAPTIV = PRODUCTS["aidaptiv"]
TAINT = {"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}


def node(*, marked: bool = True, devices: str | None = "1", taints: tuple[Any, ...] = ()) -> dict[str, Any]:
    return {
        "metadata": {"name": "n", "labels": {"phison.com/ai100-present": "true"} if marked else {}},
        "spec": {"taints": list(taints)},
        "status": {"allocatable": {} if devices is None else {"phison.com/ai100": devices}},
    }


PLUGIN = {
    "kind": "DaemonSet",
    "metadata": {"name": "aidaptivcache-device-plugin", "namespace": "op", "uid": "p"},
    "spec": {"template": {"spec": {"containers": [{"name": "plugin"}]}}},
}
POD = {
    "metadata": {"name": "p-1", "ownerReferences": [{"uid": "p"}]},
    "spec": {"nodeName": "n"},
    "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]},
}


@pytest.mark.req("S3-01")
@pytest.mark.parametrize(
    "nodes", [[node()], [node(marked=False)], [node(), node(marked=False, devices=None)]]
)
def test_one_node_with_devices_is_enough(nodes: list[dict[str, Any]]) -> None:
    assert judge(nodes, [PLUGIN], [], AIDAPTIV) == []


@pytest.mark.req("S3-01")
def test_that_none_has_them_is_told() -> None:
    (found,) = judge([node(marked=False, devices=None)], [PLUGIN], [], AIDAPTIV)
    assert (found.code, found.object) == ("NoEffect", "aidaptiv")
    assert "no node advertises phison.com/ai100, and none is marked" in found.message


@pytest.mark.req("S3-01", "S3-06")
@pytest.mark.parametrize(
    ("plugins", "pods", "taints", "cause"),
    [
        ([PLUGIN], [], (TAINT,), "taint nvidia.com/gpu=present:NoSchedule is not tolerated"),
        ([PLUGIN], [], (), "aidaptivcache-device-plugin has no pod there yet"),
        ([PLUGIN], [POD], (), "refuses the device, such as for its firmware"),
        ([], [], (), "look at the operator's log"),
    ],
)
def test_a_marked_node_without_them_is_told_with_the_likely_cause(
    plugins: list[Any], pods: list[Any], taints: tuple[Any, ...], cause: str
) -> None:
    (found,) = judge([node(devices="0", taints=taints), node()], plugins, pods, AIDAPTIV)
    assert found.object == "Node n"
    assert cause in found.hint
