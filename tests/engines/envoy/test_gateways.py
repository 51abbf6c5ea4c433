# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Basic authentication, prefixes and weights of what we render, at a real Envoy."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.engines.envoy import envoy_gateway, istiod
from tests.engines.envoy.backend import Backend
from tests.engines.envoy.proxy import Door, Envoy, free_port
from tests.engines.envoy.scenario import LOGIN, PASSWORD, PATH, USER, objects

pytestmark = [pytest.mark.proof("E")]

CONTROLLERS: dict[str, Callable[..., dict[str, Any]]] = {
    "istio": istiod.configuration,
    "gateway-api": envoy_gateway.configuration,
}
GENERATE = f"{PATH}/v2/models/vllm_model/generate"


@contextmanager
def gateway(kind: str, envoy: Envoy, main: Backend, canary: Backend, folder: Path) -> Iterator[Door]:
    port = free_port()
    backends = {"gpt2": main.port, "gpt2-canary": canary.port, "open": main.port}
    configuration = CONTROLLERS[kind](objects(kind), listen=port, backends=backends)
    with envoy.running(configuration, port, folder) as door:
        yield door


@pytest.mark.req("S4-36", "S4-38", "S4-39", "S4-44")
@pytest.mark.parametrize("kind", CONTROLLERS)
def test_nobody_comes_in_without_the_password(
    kind: str, envoy: Envoy, main: Backend, canary: Backend, tmp_path: Path
) -> None:
    with gateway(kind, envoy, main, canary, tmp_path) as door:
        assert door.status(GENERATE) == 401
        assert door.status(GENERATE, login=f"{USER}:wrong") == 401
        assert door.status(GENERATE, login=f"other:{PASSWORD}") == 401
        for inner in ("/v2/health/ready", "/metrics"):
            assert door.status(f"{PATH}{inner}") == 401, "from outside there is no way around the password"
        assert main.asked == canary.asked == []

        assert door.status(GENERATE, login=LOGIN) == 200
        assert [*main.asked, *canary.asked] == ["/v2/models/vllm_model/generate"], "without the prefix"
        assert door.status(PATH, login=LOGIN) == 200
        assert "/" in [*main.asked, *canary.asked]
        assert door.status(f"{PATH}-other/v2", login=LOGIN) == 404, "a longer name is another path"

        assert door.status("/open/v2/health/ready") == 200, "other services of the gateway are as before"
    inside = Door(main.port)
    assert inside.status("/v2/health/ready") == inside.status("/metrics") == 200, "inside the cluster"


@pytest.mark.req("S4-35", "S4-44", "S2-29")
@pytest.mark.parametrize("kind", CONTROLLERS)
def test_the_canary_gets_its_weight(
    kind: str, envoy: Envoy, main: Backend, canary: Backend, tmp_path: Path
) -> None:
    with gateway(kind, envoy, main, canary, tmp_path) as door:
        for _ in range(400):
            assert door.status(GENERATE, login=LOGIN) == 200
    assert len(main.asked) + len(canary.asked) == 400
    assert 40 <= len(canary.asked) <= 120, "about 80 of 400"


@pytest.mark.req("S4-39")
def test_envoy_takes_our_hash_and_no_other(envoy: Envoy) -> None:
    backends = {"gpt2": 1, "gpt2-canary": 1, "open": 1}
    made = istiod.configuration(objects("istio"), listen=free_port(), backends=backends)
    assert envoy.complaint(made) == ""
    others = json.loads(json.dumps(made).replace("{SHA}", "$2y$05$"))
    assert "SHA" in envoy.complaint(others)
