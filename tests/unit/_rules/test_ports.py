# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from tests.unit._rules.asking import found, paths


def exposed(**expose: Any) -> dict[str, Any]:
    return {"expose": expose}


@pytest.mark.parametrize("port", [30000, 30299, 32767])
def test_ports_of_nodes(port: int) -> None:
    assert not found("V-21", exposed(type="nodeport", port=8000, node_port=port))


@pytest.mark.parametrize(
    ("type_", "port"), [("cluster", 8299), ("cluster", 30299), ("nodeport", 8299), ("nodeport", 32768)]
)
def test_ports_that_are_none_of_a_node(type_: str, port: int) -> None:
    (problem,) = found("V-21", exposed(type=type_, node_port=port))
    assert f"got {port} with type {type_}" in problem.message


def test_two_services_do_not_share_a_port() -> None:
    one = exposed(type="nodeport", node_port=30299)
    problems = found("V-21", {"name": "a", **one}, {"name": "b", **one})
    assert paths(problems) == ["llm_serving[b].expose.node_port"]
    assert "service a" in problems[0].message
    assert not found("V-21", {"name": "a", **one, "state": "absent"}, {"name": "b", **one})


def test_a_port_is_a_port() -> None:
    assert found("V-21", exposed(port=70000))
    assert not found("V-21", exposed(port=443))
