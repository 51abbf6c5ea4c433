# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from tests.unit._rules.asking import found

UUID = "GPU-8932f937-d72c-4106-c12f-20bd9faed9f6"


def pinned(devices: Any, **gpu: Any) -> dict[str, Any]:
    entry = {"mode": "visible-devices", "visible_devices": devices, "acknowledge_unaccounted_gpu": True}
    return {"topology": {"tensor": 2}, "gpu": entry | gpu}


@pytest.mark.req("S0-24")
@pytest.mark.parametrize("devices", [[0, 1], ["0", "1"], "0,1", [UUID, 0]])
def test_good_lists(devices: Any) -> None:
    assert not found("V-05", pinned(devices))


@pytest.mark.req("S0-24")
@pytest.mark.parametrize(
    ("devices", "fault"),
    [
        ("0, 0", "a space and a duplicate"),
        ("0, 1", "a space"),
        ([0, 0], "a duplicate"),
        ([0, -1], "no index"),
        (["0", "one"], "no index"),
        (["0", "GPU-8932"], "no full UUID"),
        (["0", ""], "no index"),
    ],
)
def test_bad_lists(devices: Any, fault: str) -> None:
    (problem,) = found("V-05", pinned(devices))
    assert problem.path == "llm_serving[a].gpu.visible_devices"
    assert fault in problem.message
    assert "[0, 1]" in problem.hint


@pytest.mark.req("S0-25")
@pytest.mark.parametrize("devices", [[], 0, [0, 1, 2]])
def test_as_many_devices_as_the_topology_needs(devices: Any) -> None:
    (problem,) = found("V-05", pinned(devices))
    assert "2 different devices are needed (tensor 2 by pipeline 1)" in problem.message


@pytest.mark.req("S0-25")
def test_indices_are_relative_to_the_pod_when_a_resource_is_requested_too() -> None:
    assert not found("V-05", pinned([0, 1], resource="nvidia.com/gpu"))
    assert found("V-05", pinned([1, 2], resource="nvidia.com/gpu"))


def test_devices_without_their_mode_have_no_effect() -> None:
    assert found("V-05", {"gpu": {"visible_devices": [0]}})


@pytest.mark.req("S0-28")
def test_denying_peer_access_hides_a_broken_nvlink() -> None:
    (problem,) = found("V-05", {"gpu": {"product": "NVIDIA-A100-SXM4-80GB", "p2p": False}})
    assert problem.severity == "warning"
    assert not found("V-05", {"gpu": {"product": "NVIDIA-A10G", "p2p": False}})
