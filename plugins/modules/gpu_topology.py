#!/usr/bin/python
# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: gpu_topology
short_description: How the GPUs of running services reach each other
version_added: 0.1.0
author: Inferops contributors (@inferops)
description:
  - Runs C(nvidia-smi topo -m) in one Ready pod of each service that has more than one GPU in a pod, and
    collects the lines that NCCL wrote to its log.
  - Whether GPUs reach each other directly differs between products and between machines of one product; the
    answer tells whether O(llm_serving[].gpu.p2p) is right.
  - Nothing is written. A service whose pod cannot be asked is no failure of the task;
    RV(services[].problem) says why.
options:
  names:
    description:
      - Names of the services of O(llm_serving) to look at. Left out or empty, all of them.
    type: list
    elements: str
    default: []
extends_documentation_fragment:
  - inferops.serving.attributes
  - inferops.serving.attributes.action_group
  - inferops.serving.attributes.info_module
  - inferops.serving.connection
  - inferops.serving.fleet
seealso:
  - module: inferops.serving.smoke_test
"""

EXAMPLES = r"""
- name: Record how the GPUs are linked
  inferops.serving.gpu_topology:
    llm_cluster: "{{ llm_cluster }}"
    llm_stores: "{{ llm_stores }}"
    llm_models: "{{ llm_models }}"
    llm_serving: "{{ llm_serving }}"
  register: found

- name: Show the pairs
  ansible.builtin.debug:
    msg: "{{ found.services | items2dict(key_name='name', value_name='links') }}"
"""

RETURN = r"""
services:
  description: One entry for each service with several GPUs in a pod, in the order of the inventory.
  type: list
  elements: dict
  returned: success
  contains:
    name:
      description: Name of the service.
      type: str
      sample: chat
    namespace:
      description: Namespace of the service.
      type: str
      sample: chat
    pod:
      description: The pod that was asked. Empty where none is Ready.
      type: str
      sample: chat-predictor-6c9d8-x2x7z
    node:
      description: The pod's node.
      type: str
      sample: gpu-0
    matrix:
      description: What C(nvidia-smi topo -m) wrote.
      type: str
      sample: ""
    links:
      description:
        - For each pair of GPUs the driver's word. C(NV) and a number are NVLinks, C(PIX), C(PXB) and C(PHB)
          lead over PCIe, C(NODE) and C(SYS) through the processor.
      type: dict
      sample: {GPU0-GPU1: PHB}
    nccl:
      description: The first lines of the pod's log that name NCCL, at most 200.
      type: list
      elements: str
      sample: ["NCCL version 2.27.3+cuda12.9"]
    problem:
      description: Why the topology is not known. Empty where it is.
      type: str
      sample: ""
"""

from dataclasses import asdict
from typing import NoReturn

from ansible_collections.inferops.serving.plugins.module_utils._cluster import ClusterError, connect
from ansible_collections.inferops.serving.plugins.module_utils._cluster.argspec import CONNECTION
from ansible_collections.inferops.serving.plugins.module_utils._inventory import UnknownService, choose
from ansible_collections.inferops.serving.plugins.module_utils._inventory.module import FleetModule
from ansible_collections.inferops.serving.plugins.module_utils._plan import plan
from ansible_collections.inferops.serving.plugins.module_utils._probe import target_of
from ansible_collections.inferops.serving.plugins.module_utils._probe.topology import gpu_topology


def main() -> NoReturn:
    module = FleetModule(
        argument_spec={**CONNECTION, "names": {"type": "list", "elements": "str", "default": []}}
    )
    try:
        plans = plan(choose(module.specification().fleet, module.params["names"]))
        client = connect(module.params)
        linked = [one for one in plans if one.gpus_per_pod > 1]
        found = client.in_parallel(lambda one: gpu_topology(client, one, target_of(one)), linked)
    except (ClusterError, UnknownService) as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=False, services=[asdict(one) for one in found])


if __name__ == "__main__":
    main()
