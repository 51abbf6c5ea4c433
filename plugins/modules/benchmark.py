#!/usr/bin/python
# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: benchmark
short_description: How much a service serves, and how fast
version_added: 0.1.0
author: Inferops contributors (@inferops)
description:
  - Runs C(aiperf) as a Job in the namespace of the service, against its address inside the cluster, and reads
    throughput and latencies from the Job's log. Fails where requests fail.
  - The prompts are made in the Job, the same in every run; no tokenizer or data set is fetched. Tokens are
    counted by the server. Triton's generate extension does not tell them, so its services get requests and
    latencies alone.
  - An API key reaches the Job by reference to its Secret.
  - One service after the other; nothing is left behind.
options:
  names:
    description:
      - Names of the services of O(llm_serving) to measure. Left out or empty, all that run.
    type: list
    elements: str
    default: []
  image:
    description:
      - Image with C(python3) and C(aiperf). Left out, the pinned one of NVIDIA, from the cluster's registry
        where it has one.
    type: str
  concurrency:
    description: Requests at one time.
    type: int
    default: 8
  requests:
    description: Requests in all, after as many for warming up as there are at one time.
    type: int
    default: 100
  input_tokens:
    description: Words of each prompt, which are about as many tokens.
    type: int
    default: 512
  output_tokens:
    description: Tokens of each answer.
    type: int
    default: 128
  timeout:
    description: Seconds for each service, the pull of the image included.
    type: int
    default: 1800
attributes:
  check_mode:
    support: partial
    details:
      - The API server judges the objects in a dry run; nothing is asked.
  diff_mode:
    support: N/A
    details:
      - Nothing is changed.
  idempotent:
    support: full
    details:
      - What the benchmark makes is removed again, so RV(ignore:changed) is always false.
extends_documentation_fragment:
  - inferops.serving.attributes
  - inferops.serving.attributes.action_group
  - inferops.serving.connection
  - inferops.serving.fleet
seealso:
  - module: inferops.serving.smoke_test
  - module: inferops.serving.nccl_check
"""

EXAMPLES = r"""
- name: Measure one service under load
  inferops.serving.benchmark:
    names: [chat]
    concurrency: 32
    requests: 500
    llm_cluster: "{{ llm_cluster }}"
    llm_secrets: "{{ llm_secrets }}"
    llm_stores: "{{ llm_stores }}"
    llm_models: "{{ llm_models }}"
    llm_serving: "{{ llm_serving }}"
  register: measured

- name: Show the numbers
  ansible.builtin.debug:
    msg: "{{ measured.rows | inferops.serving.table }}"
"""

RETURN = r"""
services:
  description: What came of each service, in the order of the inventory.
  type: list
  elements: dict
  returned: always, unless the options are wrong
  contains:
    name:
      description: Name of the service.
      type: str
      sample: chat
    namespace:
      description: Its namespace.
      type: str
      sample: rag
    ok:
      description: Whether every request was answered.
      type: bool
      sample: true
    skipped:
      description: Why nothing was asked; empty where it was.
      type: str
      sample: ""
    url:
      description: What was asked.
      type: str
      sample: http://chat.rag.svc:8000
    model:
      description: Name of the model that was asked.
      type: str
      sample: chat
    load:
      description: What was asked for.
      type: dict
      sample: {concurrency: 8, requests: 100, input_tokens: 512, output_tokens: 128}
    requests:
      description: Requests that were answered.
      type: int
      sample: 100
    failed:
      description: Requests that failed.
      type: int
      sample: 0
    seconds:
      description: How long it took, without the warming up; null without result.
      type: float
      sample: 21.4
    aiperf:
      description: Version of C(aiperf).
      type: str
      sample: 0.12.0
    metrics:
      description:
        - By C(aiperf)'s names unit, mean and percentiles of C(request_throughput),
          C(output_token_throughput), C(time_to_first_token), C(inter_token_latency),
          C(request_latency), C(input_sequence_length), C(output_sequence_length).
      type: dict
      sample: {time_to_first_token: {unit: ms, avg: 52.2, p50: 44.4, p90: 89.7, p99: 92.2}}
    diagnosis:
      description: Why it is not ok, by C(code), C(message) and C(hint), as in M(inferops.serving.services).
      type: list
      elements: dict
      sample: []
rows:
  description: One line per service, for a table.
  type: list
  elements: dict
  returned: always, unless the options are wrong
  sample:
    - {service: chat, requests_per_s: 4.67, tokens_per_s: 598.1, ttft_p50_ms: 44.4, ttft_p99_ms: 92.2,
       itl_p50_ms: 12.5, latency_p99_ms: 1702.1, verdict: ok}
"""

from dataclasses import asdict
from functools import partial
from typing import Any, NoReturn

from ansible_collections.inferops.serving.plugins.module_utils._apply.progress import progress
from ansible_collections.inferops.serving.plugins.module_utils._cluster import ClusterError, connect
from ansible_collections.inferops.serving.plugins.module_utils._cluster.argspec import CONNECTION
from ansible_collections.inferops.serving.plugins.module_utils._inventory import UnknownService, choose
from ansible_collections.inferops.serving.plugins.module_utils._inventory.module import FleetModule
from ansible_collections.inferops.serving.plugins.module_utils._plan import plan
from ansible_collections.inferops.serving.plugins.module_utils._runs import Benchmark, Load, finish, measure

LOAD: dict[str, Any] = {
    "concurrency": {"type": "int", "default": 8},
    "requests": {"type": "int", "default": 100},
    "input_tokens": {"type": "int", "default": 512, "no_log": False},
    "output_tokens": {"type": "int", "default": 128, "no_log": False},
}
ARGUMENT_SPEC: dict[str, Any] = {
    **CONNECTION,
    **LOAD,
    "names": {"type": "list", "elements": "str", "default": []},
    "image": {"type": "str"},
    "timeout": {"type": "int", "default": 1800},
}
COLUMNS = {
    "requests_per_s": ("request_throughput", "avg"),
    "tokens_per_s": ("output_token_throughput", "avg"),
    "ttft_p50_ms": ("time_to_first_token", "p50"),
    "ttft_p99_ms": ("time_to_first_token", "p99"),
    "itl_p50_ms": ("inter_token_latency", "p50"),
    "latency_p99_ms": ("request_latency", "p99"),
}


def main() -> NoReturn:
    module = FleetModule(argument_spec=ARGUMENT_SPEC)
    options = module.params
    small = [name for name in LOAD if options[name] < 1]
    if small:
        module.fail_json(msg=f"{', '.join(small)} must be 1 or more.")
    try:
        plans = plan(choose(module.specification().fleet, options["names"]))
        ask = partial(
            measure,
            connect(options),
            load=Load(**{name: options[name] for name in LOAD}),
            image=options["image"],
            timeout=options["timeout"],
            check_mode=module.check_mode,
            progress=progress(secrets=module.secrets),
        )
        results = [ask(one) for one in plans if one.service.state == "present"]
    except (ClusterError, UnknownService) as error:
        module.fail_json(msg=str(error))
    finish(module, results, facts=facts, row=row)


def facts(result: Benchmark) -> dict[str, Any]:
    return {
        **asdict(result),
        "diagnosis": [one.result() for one in result.diagnosis],
        "ok": result.ok,
    }


def row(result: Benchmark) -> dict[str, Any]:
    def number(metric: str, statistic: str) -> float | None:
        value = result.metrics.get(metric, {}).get(statistic)
        return None if value is None else round(value, 2)

    return {
        "service": result.name,
        **{column: number(*where) for column, where in COLUMNS.items()},
        "verdict": ", ".join(one.code for one in result.diagnosis) or result.skipped or "ok",
    }


if __name__ == "__main__":
    main()
