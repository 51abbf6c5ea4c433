# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Triton's generate extension in front of TensorRT-LLM's LLM API, whose sampling parameters are inputs."""

from __future__ import annotations

from typing import Any

from .talk import Talk
from .triton import prompt, protocol

MAX_TOKENS = 50


def fields(talk: Talk, stream: bool) -> dict[str, Any]:
    given = talk.question
    body: dict[str, Any] = {
        "text_input": prompt(talk),
        "sampling_param_max_tokens": given.max_tokens or MAX_TOKENS,
    }
    if given.temperature is not None:
        body["sampling_param_temperature"] = given.temperature
    if given.exclude_input:
        body["sampling_param_exclude_input_from_output"] = True
    return {**body, "streaming": True} if stream else body


TRITON_LLMAPI = protocol(
    body=fields, usual=("live", "ready", "model", "repository", "auth", "generate"), model="tensorrt_llm"
)
