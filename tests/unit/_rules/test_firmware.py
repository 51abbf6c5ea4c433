# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from tests.unit._rules.asking import found


def told(**component: Any) -> list[tuple[str, str]]:
    problems = found("V-23", cluster={"components": {"aidaptiv": component}})
    return [(each.severity, each.path.removeprefix("llm_cluster.components.aidaptiv.")) for each in problems]


@pytest.mark.req("S3-07")
@pytest.mark.parametrize(
    ("values", "place"),
    [
        ({}, None),
        ({"plugin": {"args": ["-m", "/mnt/nvme0", "-p", "/mnt/nvme0"]}}, None),
        ({"plugin": {"args": ["-m", "/mnt/nvme0", "-skip_firmware_check"]}}, "values.plugin.args[2]"),
        ({"plugin": {"args": "--skip-firmware-check=true"}}, "values.plugin.args"),
        ({"skipFirmwareCheck": True}, "values.skipFirmwareCheck"),
        ({"skipFirmwareCheck": False}, None),
    ],
)
def test_the_check_of_the_firmware_stays_on(values: dict[str, Any], place: str | None) -> None:
    assert told(values=values) == ([("error", place)] if place else [])


@pytest.mark.req("S3-07")
def test_the_danger_can_be_accepted_and_is_told_nevertheless() -> None:
    values = {"skipFirmwareCheck": True}
    assert told(values=values, danger_accept_any_nvme=True) == [("warning", "danger_accept_any_nvme")]
