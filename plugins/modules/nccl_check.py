#!/usr/bin/python
# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: nccl_check
short_description: How fast the GPUs of a service reach each other
version_added: 0.1.0
author: Inferops contributors (@inferops)
description:
  - Runs an all-reduce over as many GPUs and pods as one copy of the service has, with the nodes, the network
    devices and the NCCL environment that the inventory gives the service. Tells the bandwidth for each size
    of message, and fails where sums are wrong or O(min_busbw) is missed.
  - With O(image) the MPI operator runs C(all_reduce_perf) of nccl-tests. Without it an indexed Job runs the
    same all-reduce with the PyTorch and NCCL of the engine's own image, and needs no operator.
  - The GPUs must be free. A running service holds its own, so check before it is deployed or while it is
    stopped.
  - One service after the other; nothing is left behind.
options:
  names:
    description:
      - Names of the services of O(llm_serving) to check. Left out or empty, all of them. A service whose
        copies have one GPU is skipped.
    type: list
    elements: str
    default: []
  image:
    description:
      - Image with C(sshd), C(mpirun) and C(all_reduce_perf) in its C(PATH), for the MPI operator. Its pods
        run as root, as C(sshd) wants it, so a namespace that enforces V(restricted) refuses them.
    type: str
  max_bytes:
    description: Largest message; the steps up to it are fourfold, from 8 bytes on.
    type: int
    default: 1073741824
  min_busbw:
    description: Bus bandwidth in GB/s that the best size must reach. Left out, it is only told.
    type: float
  timeout:
    description: Seconds for each service, the pull of images included.
    type: int
    default: 900
attributes:
  check_mode:
    support: partial
    details:
      - The API server judges the objects in a dry run; nothing runs.
  diff_mode:
    support: N/A
    details:
      - Nothing is changed.
  idempotent:
    support: full
    details:
      - What the check makes is removed again, so RV(ignore:changed) is always false.
extends_documentation_fragment:
  - inferops.serving.attributes
  - inferops.serving.attributes.action_group
  - inferops.serving.connection
  - inferops.serving.fleet
seealso:
  - module: inferops.serving.gpu_topology
  - module: inferops.serving.benchmark
"""

EXAMPLES = r"""
- name: Check the links between the GPUs of all services
  inferops.serving.nccl_check:
    llm_cluster: "{{ llm_cluster }}"
    llm_stores: "{{ llm_stores }}"
    llm_models: "{{ llm_models }}"
    llm_serving: "{{ llm_serving }}"
  register: checked

- name: Show the bandwidths
  ansible.builtin.debug:
    msg: "{{ checked.rows | inferops.serving.table }}"

- name: Take no node with less than 300 GB/s, by nccl-tests under the MPI operator
  inferops.serving.nccl_check:
    names: [llama-405b]
    image: registry.example/nccl-tests:2.17.6
    min_busbw: 300
    llm_cluster: "{{ llm_cluster }}"
    llm_stores: "{{ llm_stores }}"
    llm_models: "{{ llm_models }}"
    llm_serving: "{{ llm_serving }}"
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
      sample: llama-405b
    namespace:
      description: Its namespace.
      type: str
      sample: rag
    ok:
      description: Whether every sum was right and O(min_busbw) was reached.
      type: bool
      sample: true
    skipped:
      description: Why there was nothing to check; empty where there was.
      type: str
      sample: ""
    runner:
      description: Kind of the object that ran the check, C(MPIJob) or C(Job).
      type: str
      sample: Job
    pods:
      description: Pods of one copy.
      type: int
      sample: 2
    gpus:
      description: GPUs of one copy.
      type: int
      sample: 16
    busbw:
      description: Best bus bandwidth in GB/s, whatever the number of GPUs; null without result.
      type: float
      sample: 388.9
    sizes:
      description: Each size of message with its time, its bandwidths in GB/s and its wrong elements.
      type: list
      elements: dict
      sample: [{bytes: 536870912, time_us: 2622.9, algbw: 204.7, busbw: 383.8, wrong: 0}]
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
    - {service: llama-405b, runner: Job, pods: 2, gpus: 16, busbw: 388.9 GB/s, verdict: ok}
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
from ansible_collections.inferops.serving.plugins.module_utils._runs import (
    Bandwidth,
    check_all_reduce,
    finish,
)

ARGUMENT_SPEC: dict[str, Any] = {
    **CONNECTION,
    "names": {"type": "list", "elements": "str", "default": []},
    "image": {"type": "str"},
    "max_bytes": {"type": "int", "default": 2**30},
    "min_busbw": {"type": "float"},
    "timeout": {"type": "int", "default": 900},
}


def main() -> NoReturn:
    module = FleetModule(argument_spec=ARGUMENT_SPEC)
    options = module.params
    try:
        plans = plan(choose(module.specification().fleet, options["names"]))
        check = partial(
            check_all_reduce,
            connect(options),
            image=options["image"],
            max_bytes=options["max_bytes"],
            min_busbw=options["min_busbw"],
            timeout=options["timeout"],
            check_mode=module.check_mode,
            progress=progress(secrets=module.secrets),
        )
        results = [check(one) for one in plans]
    except (ClusterError, UnknownService) as error:
        module.fail_json(msg=str(error))
    finish(module, results, facts=facts, row=row)


def facts(result: Bandwidth) -> dict[str, Any]:
    return {
        **asdict(result),
        "diagnosis": [one.result() for one in result.diagnosis],
        "ok": result.ok,
        "busbw": result.busbw,
    }


def row(result: Bandwidth) -> dict[str, Any]:
    return {
        "service": result.name,
        "runner": result.runner,
        "pods": result.pods,
        "gpus": result.gpus,
        "busbw": "" if result.busbw is None else f"{result.busbw} GB/s",
        "verdict": ", ".join(one.code for one in result.diagnosis) or result.skipped or "ok",
    }


if __name__ == "__main__":
    main()
