# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asking the gate about small inventories."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.inferops.serving.plugins.module_utils._cluster import Client
from ansible_collections.inferops.serving.plugins.module_utils._fleet import Problem
from ansible_collections.inferops.serving.plugins.module_utils._inventory import read
from ansible_collections.inferops.serving.plugins.module_utils._plan import ServicePlan
from ansible_collections.inferops.serving.plugins.module_utils._preflight import preflight

Entry = Mapping[str, Any]
MODELS = [{"name": "m", "source": "org/m"}]


def variables(namespace: str, *entries: Entry, cluster: Entry | None = None) -> dict[str, Any]:
    """The inventory of services, each laid over a plain vLLM service in the namespace."""
    base = {"name": "a", "namespace": namespace, "model": "m", "engine": "vllm"}
    return {
        "llm_cluster": dict(cluster or {}),
        "llm_models": MODELS,
        "llm_serving": [{**base, **entry} for entry in entries or ({},)],
    }


def plans(namespace: str, *entries: Entry, cluster: Entry | None = None) -> tuple[ServicePlan, ...]:
    found = read(variables(namespace, *entries, cluster=cluster))
    assert [str(problem) for problem in found.errors] == []
    return found.plans


def told(client: Client, asked: tuple[ServicePlan, ...]) -> list[Problem]:
    return list(preflight(client, asked).problems)


def errors(client: Client, asked: tuple[ServicePlan, ...]) -> list[str]:
    return [str(problem) for problem in told(client, asked) if problem.severity == "error"]
