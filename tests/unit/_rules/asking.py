# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asking the rules about a small inventory: one service on one model, and what a test says otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.inferops.serving.plugins.module_utils._fleet import Problem
from ansible_collections.inferops.serving.plugins.module_utils._inventory import read

Entry = Mapping[str, Any]

MODEL = {"name": "m", "source": "org/m"}
SERVICE = {"name": "a", "model": "m", "engine": "vllm"}


def found(
    code: str,
    *services: Entry,
    model: Entry | None = None,
    models: Sequence[Entry] = (),
    stores: Sequence[Entry] = (),
    secrets: Sequence[Entry] = (),
    cluster: Entry | None = None,
) -> list[Problem]:
    """The problems of a code; each of *services* is laid over a plain vLLM service."""
    specification = read(
        {
            "llm_cluster": cluster or {},
            "llm_secrets": list(secrets),
            "llm_stores": list(stores),
            "llm_models": list(models) or [{**MODEL, **(model or {})}],
            "llm_serving": [{**SERVICE, **service} for service in services or ({},)],
        }
    )
    return [problem for problem in specification.problems if problem.code == code]


def paths(problems: Sequence[Problem]) -> list[str]:
    return [problem.path for problem in problems]
