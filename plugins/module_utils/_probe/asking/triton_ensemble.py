# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Triton's generate extension in front of a TensorRT-LLM ensemble, whose inputs are fields of their own."""

from __future__ import annotations

from typing import Any

from .talk import Talk
from .triton import prompt, protocol

MAX_TOKENS = 50
# Llama's end-of-sentence token; the ensemble asks for ids where the tokenizer's own are not configured.
END_ID = 2


def fields(talk: Talk, stream: bool) -> dict[str, Any]:
    given = talk.question
    body: dict[str, Any] = {
        "text_input": prompt(talk),
        "max_tokens": given.max_tokens or MAX_TOKENS,
        "bad_words": "",
        "stop_words": "",
        "pad_id": END_ID,
        "end_id": END_ID,
    }
    if given.temperature is not None:
        body["temperature"] = given.temperature
    if given.exclude_input:
        body["exclude_input_in_output"] = True
    return {**body, "stream": True} if stream else body


TRITON_ENSEMBLE = protocol(
    body=fields, usual=("live", "ready", "model", "repository", "auth", "generate"), model="ensemble"
)
