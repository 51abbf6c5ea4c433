# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stand-in speaks Triton's HTTP protocol and says that it is one."""

from __future__ import annotations

import http.client
import json
import threading
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._lab.keeper.triton_standin import (
    Handler,
    Server,
)


@pytest.fixture
def port(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    monkeypatch.setattr(Handler, "models", getattr(request, "param", ("gpt2",)))
    monkeypatch.setattr(Handler, "requests", Counter())
    monkeypatch.setattr(Handler, "log_message", lambda *_: None)
    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server.socket.getsockname()[1]
        server.shutdown()


def ask(port: int, method: str, path: str, body: Any = None) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request(method, path, json.dumps(body) if body is not None else None)
    response = connection.getresponse()
    text = response.read().decode()
    assert response.headers["X-Stand-In"] == "triton"
    connection.close()
    return response.status, text


@pytest.mark.parametrize(
    "path", ["/v2/health/live", "/v2/health/ready", "/v2/models/gpt2/ready", "/v2", "/metrics"]
)
def test_what_is_there_is_ready(port: int, path: str) -> None:
    assert ask(port, "GET", path)[0] == 200


def test_it_says_what_it_is(port: int) -> None:
    assert "stand-in" in ask(port, "GET", "/v2")[1]


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/v2/models/x/ready"), ("POST", "/v2/models/x/generate"), ("GET", "/v2/models/x")],
)
def test_an_unknown_model_is_refused(port: int, method: str, path: str) -> None:
    status, text = ask(port, method, path, {"text_input": "a"})
    assert (status, "unknown model" in text) == (400, True)


@pytest.mark.parametrize("port", [()], indirect=True)
def test_without_known_models_any_name_is_served(port: int) -> None:
    assert ask(port, "POST", "/v2/models/anything/generate", {"text_input": "a"})[0] == 200


def test_a_body_without_text_is_refused(port: int) -> None:
    assert ask(port, "POST", "/v2/models/gpt2/generate", {"prompt": "a"})[0] == 400


def test_the_number_of_words_is_limited(port: int) -> None:
    body = {"text_input": "a", "parameters": {"max_tokens": 2}}
    assert len(json.loads(ask(port, "POST", "/v2/models/gpt2/generate", body)[1])["text_output"].split()) == 2


def test_requests_are_counted(port: int) -> None:
    def number() -> int:
        (row,) = [row for row in ask(port, "GET", "/metrics")[1].splitlines() if row.startswith("nv_")]
        return int(row.split()[-1])

    before = number()
    ask(port, "POST", "/v2/models/gpt2/generate", {"text_input": "a"})
    assert number() == before + 1


def test_the_index_lists_the_models(port: int) -> None:
    assert [model["name"] for model in json.loads(ask(port, "POST", "/v2/repository/index")[1])] == ["gpt2"]
