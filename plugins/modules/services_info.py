#!/usr/bin/python
# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: services_info
short_description: State of the language-model services of an inventory
version_added: 0.1.0
author: Inferops contributors (@inferops)
description:
  - Tells for each service of the inventory whether it is there and serves, where it is reached, which
    revision was applied, what somebody else changed since, and what a rollout of the inventory would change.
  - Nothing is written; differences are found by server-side dry runs.
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
  - module: inferops.serving.services
"""

EXAMPLES = r"""
- name: See how the services of the inventory are
  inferops.serving.services_info:
    llm_cluster: "{{ llm_cluster }}"
    llm_stores: "{{ llm_stores }}"
    llm_models: "{{ llm_models }}"
    llm_serving: "{{ llm_serving }}"
  register: found

- name: Refuse to go on while somebody else's change is in place
  ansible.builtin.assert:
    that: found.services | map(attribute='drift') | flatten | length == 0
"""

RETURN = r"""
services:
  description: One entry for each service, in the order of the inventory.
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
    engine:
      description: Engine of the service, as the inventory says.
      type: str
      sample: vllm
    platform:
      description: Platform of the service, as the inventory says.
      type: str
      sample: kserve
    state:
      description: V(present), V(stopped) or V(absent), as found in the cluster.
      type: str
      sample: present
    ready:
      description: Whether the service can serve.
      type: bool
      sample: true
    address:
      description: Where the service is reached, from outside the cluster if it is published there.
      type: str
      sample: http://chat.chat.svc:8000
    revision:
      description: The newest revision that was applied; null where there is none.
      type: dict
      sample:
        number: 3
        spec_hash: 1f0c2b3a4d5e6f70
        applied_at: "2026-01-01T00:00:00Z"
        applied_by: ""
        former_numbers: [1]
        verified: true
        verified_at: "2026-01-01T00:01:00Z"
        withdrawn: ""
    revisions:
      description:
        - All revisions that are kept, the newest first. C(former_numbers) are those that a revision had
          before it was applied again; C(withdrawn) says why it was taken out of service, where it was.
      type: list
      elements: dict
      sample: []
    drift:
      description: Objects that differ from what was applied, because somebody else changed or deleted them.
      type: list
      elements: dict
      sample:
        - {api_version: v1, kind: Service, namespace: chat, name: chat, action: would-configure, note: ""}
    pending:
      description: Objects that a rollout of the inventory would change.
      type: list
      elements: dict
      sample: []
    foreign:
      description: Other managers that own fields of the service's objects, and which.
      type: list
      elements: dict
      sample:
        - {object: Deployment chat/chat, manager: kubectl-edit, operation: Update, fields: [spec.replicas]}
    diagnosis:
      description: Why the service does not serve, as in M(inferops.serving.apply_set).
      type: list
      elements: dict
      sample: []
    provenance:
      description:
        - Each key of the entry that has a value, with the value and where it is from. The source is
          V(user), V(preset:<name>), V(derived) from other keys, or V(default).
        - The filter P(inferops.serving.table#filter) shows it as lines.
      type: list
      elements: dict
      sample:
        - {key: engine_args.gpu_memory_utilization, value: 0.85, source: "preset:size-medium"}
        - {key: shm_size, value: 8Gi, source: derived}
problems:
  description: What is wrong in the inventory, with code, path, message and hint.
  type: list
  elements: dict
  returned: when the inventory is wrong
  sample: []
"""

from typing import NoReturn

from ansible_collections.inferops.serving.plugins.module_utils._apply import Refused
from ansible_collections.inferops.serving.plugins.module_utils._cluster import ClusterError, connect
from ansible_collections.inferops.serving.plugins.module_utils._cluster.argspec import CONNECTION
from ansible_collections.inferops.serving.plugins.module_utils._inventory import UnknownService, choose
from ansible_collections.inferops.serving.plugins.module_utils._inventory.module import FleetModule
from ansible_collections.inferops.serving.plugins.module_utils._plan import plan
from ansible_collections.inferops.serving.plugins.module_utils._rollout import look
from ansible_collections.inferops.serving.plugins.module_utils._secrets.states import secret_states


def main() -> NoReturn:
    module = FleetModule(
        argument_spec={**CONNECTION, "names": {"type": "list", "elements": "str", "default": []}}
    )
    try:
        fleet = choose(module.specification().fleet, module.params["names"])
        client = connect(module.params)
        found = look(client, plan(fleet, secret_states=secret_states(client, plan(fleet))))
    except (ClusterError, Refused, UnknownService) as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=False, services=[one.result() for one in found])


if __name__ == "__main__":
    main()
