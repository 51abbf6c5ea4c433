#!/usr/bin/python
# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: preflight
short_description: Tell what a cluster lacks for the services of an inventory
version_added: 0.1.0
author: Inferops contributors (@inferops)
description:
  - Checks the five variables of an inventory, and the cluster against them. Nothing is written.
  - Looks for the kinds and versions that the services need; for nodes with their labels, products, taints,
    devices and free resources; for schedulers, webhooks, feature flags of Knative, levels of Pod Security,
    quotas, ports of nodes, volumes and runtimes; and for the rights of the account, verb by verb.
  - Every problem is reported at once, each with what to do. The task fails where one is an error.
  - What the account may not read is named as not checked.
  - M(inferops.serving.services) does the same before it writes; this module is for looking beforehand.
options:
  names:
    description:
      - Names of the services of O(llm_serving) to look at. Left out or empty, all of them.
    type: list
    elements: str
    default: []
  wait_timeout:
    description: How long O(capacity=queue) waits, in seconds.
    type: int
    default: 600
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
  idempotent:
    support: full
extends_documentation_fragment:
  - inferops.serving.attributes
  - inferops.serving.attributes.action_group
  - inferops.serving.connection
  - inferops.serving.checking
  - inferops.serving.checking.admission
  - inferops.serving.fleet
seealso:
  - module: inferops.serving.services
"""

EXAMPLES = r"""
- name: See whether everything is there
  inferops.serving.preflight:
    llm_cluster: "{{ llm_cluster }}"
    llm_stores: "{{ llm_stores }}"
    llm_models: "{{ llm_models }}"
    llm_serving: "{{ llm_serving }}"
  register: preflight

- name: Show which platform would fit better
  ansible.builtin.debug:
    var: preflight.advice

- name: Wait until GPUs are free
  inferops.serving.preflight:
    capacity: queue
    wait_timeout: 3600
    llm_models: "{{ llm_models }}"
    llm_serving: "{{ llm_serving }}"
"""

RETURN = r"""
problems:
  description: What is wrong in the inventory or missing in the cluster, warnings too.
  type: list
  elements: dict
  returned: always
  contains:
    code:
      description: The rule.
      type: str
      sample: V-23
    path:
      description: Where in the inventory.
      type: str
      sample: llm_serving[chat].gpu.product
    message:
      description: What is wrong.
      type: str
      sample: no node has nvidia.com/gpu.product=NVIDIA-A10.
    hint:
      description: What to do.
      type: str
      sample: "Present: NVIDIA-A10G (2 nodes)."
    severity:
      description: V(error) or V(warning).
      type: str
      sample: error
advice:
  description: Where another platform fits a service better, and why.
  type: list
  elements: str
  returned: success
  sample: ["chat: platform llmd fits: requests are routed by the prefix in the KV cache."]
tools:
  description: Optional programs on the machine that runs the module, their paths, and what each enables.
  type: list
  elements: dict
  returned: success
  sample: [{name: helm, path: null, enables: "components with source: helm:<chart>"}]
kubernetes:
  description: Version of the API server.
  type: str
  returned: success
  sample: v1.33.2
"""

from dataclasses import asdict
from typing import NoReturn

from ansible_collections.inferops.serving.plugins.module_utils._apply.progress import progress
from ansible_collections.inferops.serving.plugins.module_utils._cluster import ClusterError, connect
from ansible_collections.inferops.serving.plugins.module_utils._cluster.argspec import CONNECTION, WAITING
from ansible_collections.inferops.serving.plugins.module_utils._inventory import UnknownService
from ansible_collections.inferops.serving.plugins.module_utils._inventory.module import (
    ADMISSION,
    CHECKING,
    FleetModule,
)
from ansible_collections.inferops.serving.plugins.module_utils._preflight import advice
from ansible_collections.inferops.serving.plugins.module_utils._preflight.gate import look
from ansible_collections.inferops.serving.plugins.module_utils._preflight.tools import tools


def main() -> NoReturn:
    module = FleetModule(
        argument_spec={
            **CONNECTION,
            **CHECKING,
            **ADMISSION,
            "wait_timeout": WAITING["wait_timeout"],
            "names": {"type": "list", "elements": "str", "default": []},
        }
    )
    try:
        client = connect(module.params)
        found = look(module, client, state=None, progress=progress(secrets=module.secrets))
        version = client.version()
    except (ClusterError, UnknownService) as error:
        module.fail_json(msg=str(error))
    module.judge(found.problems)
    module.exit_json(
        changed=False,
        problems=[asdict(problem) for problem in found.problems],
        advice=advice(found.plans),
        tools=tools(),
        kubernetes=version,
    )


if __name__ == "__main__":
    main()
