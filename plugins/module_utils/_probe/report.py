# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results as a module returns them: per service, as a row of a table, and how a client asks the service."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from .asking import Check
from .asking.door import shortened
from .smoke import Result

WORDS = 8
LINE = 80


def verdicts(results: Sequence[Result], revisions: Mapping[str, int | None]) -> dict[str, Any]:
    """All results, with the revisions that are marked as verified now, by name."""
    proved = {name: {"revision": number} for name, number in revisions.items()}
    return {
        "services": [{**facts(result), **proved.get(result.target.name, {})} for result in results],
        "rows": [row(result) for result in results],
    }


def facts(result: Result) -> dict[str, Any]:
    """Everything about one target."""
    verdict = result.verdict
    return {
        "name": result.target.name,
        "namespace": result.target.namespace,
        "ok": result.ok,
        "protocol": result.target.question.protocol,
        "model": verdict.model,
        "text": verdict.text,
        "ttft_ms": verdict.ttft_ms,
        "total_ms": verdict.total_ms,
        "tokens_per_second": verdict.tokens_per_second,
        "load": dict(verdict.load),
        "address": result.address,
        "reach": result.reach,
        "via": result.via,
        "tried": [f"{check.name}: {check.detail}" for check in result.tried],
        "checks": [_shown(check) for check in verdict.checks],
        "slo": [asdict(objective) for objective in result.objectives],
        "diagnosis": asdict(result.diagnosis) if result.diagnosis else None,
        "example": example(result),
    }


def row(result: Result) -> dict[str, str]:
    """One line of a table for people."""
    target = result.target
    return {
        "service": target.name,
        "engine": target.engine or target.question.protocol,
        "platform": target.platform or "-",
        "ready": "yes" if result.ok else "no",
        "address": result.address or "-",
        "answer": first_words(result.verdict.text or "") if result.ok else shortened(failure(result), LINE),
    }


def failure(result: Result) -> str:
    """Why it failed, in a line; empty where it did not."""
    found = result.diagnosis
    return f"{found.code} ({found.check}): {found.message.rstrip('.')}" if found else ""


def advice(result: Result) -> str:
    """The failure with the service's name and the next step."""
    hint = result.diagnosis.hint if result.diagnosis else ""
    said = failure(result)
    end = "" if said.endswith("?") else "."
    return f"{result.target.name}: {said}{end} {hint}".rstrip()


def _shown(check: Check) -> dict[str, Any]:
    names = ("name", "ok", "skipped", "status", "code", "detail", "ms")
    return {name: getattr(check, name) for name in names}


def first_words(text: str) -> str:
    words = text.split()
    return " ".join(words[:WORDS]) + (" …" if len(words) > WORDS else "")


def example(result: Result) -> str | None:
    """How a client asks the service: Python for OpenAI's protocol, curl for Triton's."""
    at, model = result.address, result.verdict.model
    if at is None or model is None:
        return None
    if result.target.question.protocol == "openai":
        key = 'os.environ["OPENAI_API_KEY"]' if result.target.api_key else '"unused"'
        imports = "import os\n\n" if result.target.api_key else ""
        return (
            f"{imports}from openai import OpenAI\n\n"
            f"client = OpenAI(base_url={json.dumps(at + '/v1')}, api_key={key})\n"
            "answer = client.chat.completions.create(\n"
            f'    model={json.dumps(model)}, messages=[{{"role": "user", "content": "Hello!"}}]\n'
            ")\n"
            "print(answer.choices[0].message.content)\n"
        )
    credentials = ' -u "$USER_AND_PASSWORD"' if result.target.basic else ""
    body = json.dumps({"text_input": "Hello!", "parameters": {"stream": False, "temperature": 0}})
    return (
        f"curl{credentials} -H 'Content-Type: application/json' {at}/v2/models/{model}/generate -d '{body}'\n"
    )
