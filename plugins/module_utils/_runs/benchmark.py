# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How much a service serves, and how fast: aiperf against its address inside the cluster."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from .._apply import Diagnosis
from .._apply.engine import Say, silent
from .._catalogue.pins import PINS
from .._cluster import Client
from .._names import PROGRAMS
from .._plan import ServicePlan
from .._workload import Env, Resources, literal
from .pods import HOME, config_map, job, plain_pod, program, run_name, template, with_program
from .programs import load as program_file
from .run import NOT_RUN, RUN_LABEL, Run, carry_out, trouble

IMAGE = f"nvcr.io/nvidia/ai-dynamo/aiperf:{PINS['aiperf'].current}"
KEY_VARIABLE = "BENCHMARK_API_KEY"
REQUEST_SECONDS = 600
_RESOURCES = Resources(
    requests={"cpu": "1", "memory": "1Gi", "ephemeral-storage": "256Mi"},
    limits={"cpu": "4", "memory": "4Gi", "ephemeral-storage": "2Gi"},
)


@dataclass(frozen=True, kw_only=True)
class Load:
    """What the service is asked: so many requests, so many at one time, each with so many tokens."""

    concurrency: int
    requests: int
    input_tokens: int
    output_tokens: int


@dataclass(frozen=True, kw_only=True)
class Benchmark:
    """What came of the benchmark of one service."""

    name: str
    namespace: str
    url: str
    model: str
    load: Load
    requests: int = 0
    failed: int = 0
    seconds: float | None = None
    aiperf: str = ""
    metrics: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """By aiperf's names: unit, mean and percentiles."""
    diagnosis: Sequence[Diagnosis] = ()
    skipped: str = ""
    """Why nothing was asked."""

    @property
    def ok(self) -> bool:
        return not self.diagnosis


def measure(
    client: Client,
    plan: ServicePlan,
    load: Load,
    *,
    image: str | None,
    timeout: int,
    check_mode: bool = False,
    progress: Say = silent,
) -> Benchmark:
    """Asks the service from a Job in its namespace. Needs no network but the service."""
    url = address(plan)
    about: dict[str, Any] = {
        "name": plan.name,
        "namespace": plan.namespace,
        "url": url or "",
        "model": plan.served_names[0],
        "load": load,
    }
    run = benchmark_job(plan, load, url=url or "", image=image, timeout=timeout)
    if url is None:
        return Benchmark(**about, diagnosis=[_no_address(run)])
    ended = carry_out(client, run, check_mode=check_mode, timeout=timeout, progress=progress)
    if ended.diagnosis or check_mode:
        return Benchmark(**about, diagnosis=ended.diagnosis, skipped=NOT_RUN if check_mode else "")
    return judge(run, ended.log, about)


def address(plan: ServicePlan) -> str | None:
    """Where clients inside the cluster find the service."""
    if plan.address is None:
        return None
    name, port = plan.address
    return f"http://{name}.{plan.namespace}.svc:{port}"


def benchmark_job(plan: ServicePlan, load: Load, *, url: str, image: str | None, timeout: int) -> Run:
    name = run_name(plan, "benchmark")
    files = program(name, program_file)
    asked = {
        "model": plan.served_names[0],
        "concurrency": load.concurrency,
        "requests": load.requests,
        "input_tokens": load.input_tokens,
        "output_tokens": load.output_tokens,
        "endpoint": {"urls": [url], "timeout": REQUEST_SECONDS, **ENDPOINTS[plan.engine.protocol](plan)},
    }
    # the value of the key is filled in by aiperf, from its environment
    key: Env = {} if plan.api_key is None else {KEY_VARIABLE: plan.api_key}
    pod = plain_pod(
        plan,
        name="aiperf",
        image=plan.relocated(image or IMAGE),
        command=("python3", f"{PROGRAMS}/load.py"),
        env={**HOME, "BENCHMARK": literal(json.dumps(asked, sort_keys=True)), **key},
        resources=_RESOURCES,
    )
    work = job(plan, name, template(with_program(pod, files), name), timeout=timeout)
    return Run(
        name=name,
        namespace=plan.namespace,
        objects=(config_map(plan, files), work),
        speaker=f"{RUN_LABEL}={name}",
    )


def judge(run: Run, log: str, about: Mapping[str, Any]) -> Benchmark:
    """The last line of the log that is a result."""
    for line in reversed(log.splitlines()):
        try:
            found = json.loads(line)
        except ValueError:
            continue
        if isinstance(found, dict) and "metrics" in found:
            break
    else:
        said = " ".join(log.strip().splitlines()[-3:]) or "its log is empty"
        hint = f"The image must have python3 and aiperf; {IMAGE} does."
        return Benchmark(**about, diagnosis=[trouble("NoResult", run, f"wrote no result: {said}", hint)])
    made = {name: found[name] for name in ("requests", "failed", "seconds", "aiperf", "metrics")}
    if not found["failed"] and found["requests"]:
        return Benchmark(**about, **made)
    message = f"{found['failed']} requests failed, {found['requests']} were answered."
    hint = "Look into the log of the service; fewer requests at one time may be all that it can take."
    return Benchmark(**about, **made, diagnosis=[trouble("RequestsFailed", run, message, hint)])


def _openai(plan: ServicePlan) -> dict[str, Any]:
    """Completions, which a model without chat template answers too, each as long as is asked for."""
    key = {} if plan.api_key is None else {"api_key": f"${{{KEY_VARIABLE}}}"}
    return {
        "type": "completions",
        "streaming": True,
        "use_server_token_count": True,
        "use_legacy_max_tokens": True,
        "extra": {"ignore_eos": True},
        **key,
    }


def _generate(*, fields: str, stream: bool) -> Callable[[ServicePlan], dict[str, Any]]:
    """Triton's generate extension, which tells no numbers of tokens."""

    def endpoint(plan: ServicePlan) -> dict[str, Any]:
        verb = "generate_stream" if stream else "generate"
        return {
            "type": "template",
            "path": f"/v2/models/{quote(plan.served_names[0], safe='')}/{verb}",
            "template": {
                "body": f'{{"text_input": {{{{ text | tojson }}}}, {fields}}}',
                "response_field": "text_output",
            },
            "streaming": stream,
            "use_server_token_count": True,
        }

    return endpoint


_MAX = "{{ max_tokens }}"
_SAMPLING = f'{{"stream": true, "temperature": 0, "ignore_eos": true, "max_tokens": {_MAX}}}'
ENDPOINTS: dict[str, Callable[[ServicePlan], dict[str, Any]]] = {
    "openai": _openai,
    "triton": _generate(
        fields=f'"parameters": {_SAMPLING}',
        stream=True,
    ),
    "triton-ensemble": _generate(
        fields=f'"max_tokens": {_MAX}, "bad_words": "", "stop_words": ""', stream=False
    ),
    "triton-llmapi": _generate(fields=f'"sampling_param_max_tokens": {_MAX}', stream=False),
}
"""How aiperf asks, by what the engine speaks."""


def _no_address(run: Run) -> Diagnosis:
    hint = "Give expose.type a value other than none."
    return trouble("NoAddress", run, "the service has no address inside the cluster.", hint)
