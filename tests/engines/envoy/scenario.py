# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service behind a gateway with a password, a prefix and a canary, and one beside it without."""

from __future__ import annotations

from typing import Any

from ansible_collections.inferops.serving.plugins.module_utils._fleet import load
from ansible_collections.inferops.serving.plugins.module_utils._objects import secret_objects, service_objects
from ansible_collections.inferops.serving.plugins.module_utils._plan import plan

HOST = "llm.example"
PATH = "/triton-demo-1/triton-inference-server"
USER, PASSWORD = "demo", "s3cr:et pässword"
LOGIN = f"{USER}:{PASSWORD}"


def objects(kind: str) -> list[dict[str, Any]]:
    """Everything of both, for this type of exposure."""
    gpt2 = {
        "name": "gpt2",
        "namespace": "triton-demo-1",
        "model": "vllm_model",
        "engine": "simulator",
        "expose": {**_expose(kind, PATH), "tls": {}, "auth": {"basic": "demo-auth"}},
        "rollout": {"canary": {"weight": 20}},
    }
    beside = {"name": "open", "model": "vllm_model", "engine": "simulator", "expose": _expose(kind, "/open")}
    auth = {"name": "demo-auth", "kind": "basic-auth", "username": USER, "password": PASSWORD}
    fleet, problems = load(
        {
            "llm_models": [{"name": "vllm_model", "source": "openai-community/gpt2"}],
            "llm_secrets": [auth],
            "llm_serving": [gpt2, beside],
        }
    )
    assert not problems
    return [
        *(obj for secret in fleet.secrets.values() for obj in secret_objects(fleet, secret)),
        *(obj for each in plan(fleet) for obj in service_objects(each)),
    ]


def _expose(kind: str, path: str) -> dict[str, Any]:
    return {"type": kind, "host": HOST, "path": path, "gateway": "gateways/shared"}
