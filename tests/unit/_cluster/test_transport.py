# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._cluster import ApiError, Client, connect
from ansible_collections.inferops.serving.plugins.module_utils._cluster.transport import (
    LONGEST_PAUSE,
    _back_off,
    _warning_text,
)

REPOSITORY = Path(__file__).parents[3]


@pytest.fixture
def client() -> Client:
    return connect({"host": "https://api.example.com:6443", "api_key": "token"})


def test_queries_are_encoded_and_what_is_not_given_is_left_out(client: Client) -> None:
    query = {"labelSelector": "a in (b,c)", "limit": 5, "force": True, "continue": None}
    url = client._transport.url("/api/v1/pods", query)
    assert (
        url
        == "https://api.example.com:6443/api/v1/pods?labelSelector=a%20in%20%28b%2Cc%29&limit=5&force=true"
    )


def test_every_request_carries_the_token(client: Client) -> None:
    headers = client._transport.headers({"Accept": "application/json"})
    assert headers["Authorization"] == "Bearer token"


def test_pauses_grow_and_stay_bounded() -> None:
    assert _back_off(1) < 0.2
    assert _back_off(3) > _back_off(1)
    assert all(_back_off(attempt) <= LONGEST_PAUSE * 1.3 for attempt in (10, 100, 10_000))


def test_warnings_of_the_server_are_read_out_of_their_quotes() -> None:
    header = '299 - "batch/v1beta1 CronJob is \\"deprecated\\""'
    assert _warning_text(header) == 'batch/v1beta1 CronJob is "deprecated"'
    assert _warning_text("plain") == "plain"


def test_a_lost_race_is_not_a_conflict_of_managers() -> None:
    def error(causes: list[dict[str, Any]]) -> ApiError:
        return ApiError(status=409, reason="Conflict", message="x", details={"causes": causes})

    assert error([]).lost_race
    assert not error([{"reason": "FieldManagerConflict"}]).lost_race


def test_work_in_parallel_keeps_its_order(client: Client) -> None:
    assert client.in_parallel(lambda number: number * 2, range(50)) == list(range(0, 100, 2))
    assert client.in_parallel(lambda number: number, []) == []


def test_importing_the_modules_loads_no_client() -> None:
    """The client costs a quarter of a second: what needs no cluster must not pay for it."""
    code = (
        "import sys\n"
        "import ansible_collections.inferops.serving.plugins.modules.apply_set\n"
        "assert not {'kubernetes', 'urllib3'} & set(sys.modules)\n"
    )
    subprocess.run(
        [sys.executable, "-c", code], check=True, cwd=REPOSITORY, env={"PYTHONPATH": ".collections"}
    )
