#!/usr/bin/python
# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: smoke_test
short_description: Ask served models something and judge the answers
version_added: 0.1.0
author: Inferops contributors (@inferops)
description:
  - Asks every service of the inventory, or every target that is described, a real question and checks what
    comes back. All are asked at the same time, under one deadline; who does not answer yet is asked again
    until it does or the time is over.
  - A server of OpenAI's protocol must be healthy, list the served names and adapters that are expected, and
    answer a completion, a chat and a streamed completion with text, with a count of tokens and within the
    limit. A Triton server must be live and ready, hold the model C(READY) in its repository, and answer
    C(generate) and C(generate_stream) with text beyond the prompt.
  - Time to first token and total time are taken from the streamed answer.
  - Nothing is changed but what O(record) says. O(reach=job) makes a Job and a ConfigMap, and removes both
    before it ends.
options:
  names:
    description:
      - Names of the services of O(llm_serving) to ask. Left out or empty, all whose C(state) is V(present)
        and whose C(verify.smoke) is true.
    type: list
    elements: str
    default: []
  expect:
    description:
      - What the services of the inventory are held to, that is names of models and adapters, port, address
        and credentials.
      - V(inventory) takes what their entries say now.
      - V(revision) takes what the newest revision of each says, which is what runs, as after
        M(inferops.serving.rollback). The inventory may then be as wrong as it is.
      - Prompt and objectives are always those of the entries.
    type: str
    choices: [inventory, revision]
    default: inventory
  record:
    description:
      - Whether the newest revision of each service of the inventory that answers as it should is marked as
        verified, so that M(inferops.serving.rollback) can go back to it.
      - A service that somebody changed since the revision was applied is not marked, with a warning.
    type: bool
    default: false
attributes:
  check_mode:
    support: partial
    details:
      - Asking changes nothing and is done in check mode too. O(reach=job) would make objects; in check mode
        its services are reported as not asked.
  diff_mode:
    support: N/A
    details:
      - No object of a service is changed.
  idempotent:
    support: full
    details:
      - Without O(record) nothing is left behind, and RV(ignore:changed) is always false. A Job that could
        not be removed is reported as a warning, and removes itself after ten minutes.
extends_documentation_fragment:
  - inferops.serving.attributes
  - inferops.serving.attributes.action_group
  - inferops.serving.connection
  - inferops.serving.asking
  - inferops.serving.asking.targets
  - inferops.serving.fleet
seealso:
  - module: inferops.serving.services
  - module: inferops.serving.services_info
"""

EXAMPLES = r"""
- name: Ask every service of the inventory
  inferops.serving.smoke_test:
    llm_cluster: "{{ llm_cluster }}"
    llm_stores: "{{ llm_stores }}"
    llm_models: "{{ llm_models }}"
    llm_serving: "{{ llm_serving }}"

- name: Ask a server by its URL
  inferops.serving.smoke_test:
    targets:
      - name: chat
        url: https://chat.example.org
        models: [Meta-Llama-3.1-8B-Instruct]
        credentials:
          api_key: "{{ vault_chat_key }}"
    max_tokens: 100

- name: Ask an InferenceService whose host is not in DNS
  inferops.serving.smoke_test:
    targets:
      - name: lean-rag
        url: http://lean-rag-rag.example.com
        through: 203.0.113.10

- name: Ask Triton behind a gateway with basic authentication
  inferops.serving.smoke_test:
    targets:
      - name: gpt2
        protocol: triton
        url: https://llm.example.org/triton-demo-1/triton-inference-server
        models: [vllm_model]
        credentials:
          username: demo
          password: "{{ vault_demo_password }}"
    reach: address

- name: Let no version through whose first token takes longer than 100 ms while 16 ask
  inferops.serving.smoke_test:
    targets:
      - name: chat
        namespace: rag
        service: chat
        slo:
          enforce: true
          ttft_ms: 100
          concurrency: 16

- name: Ask from inside the cluster
  inferops.serving.smoke_test:
    targets:
      - name: chat
        namespace: rag
        service: chat
    reach: job
    job:
      image: docker.io/library/python:3.13-slim
"""

RETURN = r"""
services:
  description: What came of each service, in the order of the inventory, then each target.
  type: list
  elements: dict
  returned: always, unless the options are wrong
  contains:
    name:
      description: Name of the service or target.
      type: str
      sample: chat
    namespace:
      description: Its namespace.
      type: str
      sample: rag
    ok:
      description: Whether every check passed and every enforced objective was met.
      type: bool
      sample: true
    protocol:
      description: What the server speaks.
      type: str
      sample: openai
    model:
      description: Name of the model that was asked.
      type: str
      sample: chat
    text:
      description: The first answer.
      type: str
      sample: I am your AI assistant, how can I help you today?
    ttft_ms:
      description: Milliseconds from the request to the first token of the streamed answer.
      type: float
      sample: 50.9
    total_ms:
      description: Milliseconds from the request to the end of the streamed answer.
      type: float
      sample: 142.6
    tokens_per_second:
      description: Tokens per second of the streamed answer.
      type: float
      sample: 287.5
    load:
      description:
        - What C(slo.concurrency) requests at once gave; C(ttft_ms) is the median, C(failed) counts requests
          without answer.
      type: dict
      sample: {concurrency: 16, failed: 0, ttft_ms: 61.2, ttft_ms_max: 80.4, tokens_per_second: 1834.0}
    address:
      description: Where users find the service; an address inside the cluster where it has no other.
      type: str
      sample: http://203.0.113.7:30299
    reach:
      description: The way on which it answered; null where none led to it.
      type: str
      sample: port-forward
    via:
      description: What was asked.
      type: str
      sample: pod chat-6955f867d4-mdvhz:8000
    tried:
      description: Ways that did not lead to it, and why.
      type: list
      elements: str
      sample: ["address: no address is published outside the cluster"]
    checks:
      description: The checks that were made.
      type: list
      elements: dict
      contains:
        name:
          description: Name of the check.
          type: str
          sample: completion
        ok:
          description: Whether it passed.
          type: bool
          sample: true
        skipped:
          description: Whether there was nothing to check; C(detail) says why.
          type: bool
          sample: false
        status:
          description: HTTP status of the answer.
          type: int
          sample: 200
        code:
          description: Code of the failure, null where it passed.
          type: str
          sample: null
        detail:
          description: What was found.
          type: str
          sample: 33 tokens
        ms:
          description: How long it took, in milliseconds.
          type: int
          sample: 131
    slo:
      description: The objectives.
      type: list
      elements: dict
      contains:
        name:
          description: Name of the objective.
          type: str
          sample: ttft_ms
        limit:
          description: What was asked for.
          type: float
          sample: 100
        measured:
          description: What was measured; null where it could not be.
          type: float
          sample: 61.2
        ok:
          description: Whether it was met; null where it was not measured.
          type: bool
          sample: true
        enforced:
          description: Whether missing it is a failure.
          type: bool
          sample: false
    diagnosis:
      description: Why the service did not pass, and the next step; null where it did.
      type: dict
      contains:
        code:
          description: Code of the failure.
          type: str
          sample: ModelNotServed
        check:
          description: The check, way or objective that failed.
          type: str
          sample: models
        message:
          description: What was found.
          type: str
          sample: "Meta-Llama-3.1-8B-Instruct not served; served: /models/llama"
        hint:
          description: What to do.
          type: str
          sample: Compare the model's served_names, and its path in the store, with what is served.
    example:
      description: How a client asks the service. Credentials stand in it as variables only.
      type: str
      sample: "from openai import OpenAI\n\nclient = OpenAI(base_url=…"
    revision:
      description: Number of the revision that is marked as verified now; only with O(record).
      type: int
      sample: 3
rows:
  description: One line per service, for a table.
  type: list
  elements: dict
  returned: always, unless the options are wrong
  sample:
    - {service: chat, engine: vllm, platform: kserve, ready: "yes", address: "http://203.0.113.7:30299",
       answer: "I am your AI assistant, how can I …"}
"""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from ansible_collections.inferops.serving.plugins.module_utils._cluster import ClusterError, connect
from ansible_collections.inferops.serving.plugins.module_utils._cluster.argspec import CONNECTION
from ansible_collections.inferops.serving.plugins.module_utils._inventory import UnknownService
from ansible_collections.inferops.serving.plugins.module_utils._inventory.module import FleetModule
from ansible_collections.inferops.serving.plugins.module_utils._probe import (
    TARGETS,
    advice,
    asked,
    smoke_test,
    target_for,
    target_from,
    target_of,
    verdicts,
)
from ansible_collections.inferops.serving.plugins.module_utils._probe.module import ASKING, manner_of, site_of

if TYPE_CHECKING:
    from ansible_collections.inferops.serving.plugins.module_utils._fleet import Service
    from ansible_collections.inferops.serving.plugins.module_utils._inventory import Specification
    from ansible_collections.inferops.serving.plugins.module_utils._probe.proof import Running

ARGUMENT_SPEC: dict[str, Any] = {
    **CONNECTION,
    **ASKING,
    **TARGETS,
    "names": {"type": "list", "elements": "str", "default": []},
    "expect": {"type": "str", "choices": ["inventory", "revision"], "default": "inventory"},
    "record": {"type": "bool", "default": False},
}


def main() -> NoReturn:
    module = FleetModule(argument_spec=ARGUMENT_SPEC, required_if=[("reach", "job", ("job",))])
    try:
        run(module, time.monotonic() + module.params["timeout"])
    except (ValueError, OSError, ClusterError, UnknownService) as error:
        module.fail_json(msg=str(error))


def run(module: FleetModule, deadline: float) -> NoReturn:
    options = module.params
    manner = manner_of(options)
    by_revision = options["expect"] == "revision"
    found = _inventory(module, by_revision=by_revision)
    services = asked(found.fleet, options["names"]) if found else []
    running = _running(module, services) if services and (by_revision or options["record"]) else None
    if running is not None and by_revision:
        described = list(map(target_for, services, running.served()))
    else:
        plans = {plan.name: plan for plan in found.plans} if found else {}
        described = [target_of(plans[service.name]) for service in services]
    targets = manner.applied([*described, *map(target_from, options["targets"])])
    if not targets and not options["llm_serving"]:
        raise ValueError("There is nothing to ask: give llm_serving or targets.")
    if module.check_mode and options["reach"] == "job":
        module.exit_json(changed=False, services=[], rows=[], skipped=True, msg="A Job would ask.")
    site = site_of(options, targets)
    results = smoke_test(targets, site=site, reach=options["reach"], deadline=deadline)
    answering = {result.target.name for result in results[: len(services)] if result.ok}
    proofs = {}
    if running is not None and options["record"]:
        proofs = running.mark(answering, check_mode=module.check_mode)
    remarks = (remark for result in results for remark in result.remarks)
    for warning in (*site.warnings, *remarks, *(proof.notice for proof in proofs.values() if proof.notice)):
        module.warn(warning)
    answer = verdicts(results, {name: proof.revision for name, proof in proofs.items()})
    answer["changed"] = any(proof.changed for proof in proofs.values())
    failures = [advice(result) for result in results if not result.ok]
    if failures:
        counted = f"{len(failures)} of {len(results)} served models did not answer as they should."
        module.fail_json(msg="\n".join([counted, *failures]), **answer)
    module.exit_json(**answer)


def _inventory(module: FleetModule, *, by_revision: bool) -> Specification | None:
    """The inventory, where one is given. One that is wrong ends the task, unless revisions say what runs."""
    if not module.params["llm_serving"] and not module.params["names"]:
        return None
    return module.reading() if by_revision else module.specification()


def _running(module: FleetModule, services: Sequence[Service]) -> Running:
    from ansible_collections.inferops.serving.plugins.module_utils._probe.proof import Running

    return Running(connect(module.params), services)


if __name__ == "__main__":
    main()
