#!/usr/bin/python
# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: canary
short_description: Promote or abort the canaries of services
version_added: 0.1.0
author: Inferops contributors (@inferops)
description:
  - Brings the canaries of services to their end, which entries with C(rollout.canary) describe and
    M(inferops.serving.services) rolled out.
  - The cluster must run what the inventory says, or be at that end already; else nothing is written.
  - What has to be changed in the inventory is in RV(inventory). Until then a rollout of the unchanged entry
    is refused, because it would bring the canary back; see
    O(inferops.serving.services#module:withdrawn). Afterwards a rollout changes nothing.
options:
  names:
    description: Names of the services of O(llm_serving) whose canaries are meant. At least one.
    type: list
    elements: str
    required: true
  state:
    description:
      - With V(promoted) the specification of the canary becomes that of the service. The canary serves until
        the service is ready; where it has as many copies as the service, it gets all requests meanwhile. Then
        it is deleted.
      - With V(aborted) the canary gets no requests any more, then it is deleted.
    type: str
    choices: [promoted, aborted]
    required: true
  wait_timeout:
    description: Seconds for the whole task.
    type: int
    default: 600
attributes:
  check_mode:
    support: full
    details:
      - The end is foretold, not the steps on the way.
  diff_mode:
    support: full
  idempotent:
    support: full
extends_documentation_fragment:
  - inferops.serving.attributes
  - inferops.serving.attributes.action_group
  - inferops.serving.connection
  - inferops.serving.applying
  - inferops.serving.applying.replacing
  - inferops.serving.checking
  - inferops.serving.checking.admission
  - inferops.serving.fleet
seealso:
  - module: inferops.serving.services
  - module: inferops.serving.rollback
"""

EXAMPLES = r"""
- name: Let the canary become the service
  inferops.serving.canary:
    names: [gpt2]
    state: promoted
    llm_cluster: "{{ llm_cluster }}"
    llm_stores: "{{ llm_stores }}"
    llm_models: "{{ llm_models }}"
    llm_serving: "{{ llm_serving }}"
  register: done

- name: Show what to change in the inventory
  ansible.builtin.debug:
    var: done.inventory
"""

RETURN = r"""
services:
  description: One entry for each service, as RV(inferops.serving.services#module:services).
  type: list
  elements: dict
  returned: when nothing was refused
  sample:
    - {name: gpt2, namespace: triton-demo-1, action: configured, changed: true, ready: true, revision: 4}
inventory:
  description: What to change in the entries of O(llm_serving), so that they say what the cluster runs.
  type: list
  elements: dict
  returned: when nothing was refused
  contains:
    name:
      description: Name of the entry.
      type: str
      sample: gpt2
    remove:
      description: Keys to remove from it.
      type: list
      elements: str
      sample: [rollout.canary]
    write:
      description: Keys to write into it; maps are merged.
      type: dict
      sample: {image: "nvcr.io/nvidia/tritonserver:26.06-vllm-python-py3"}
problems:
  description: What is wrong in the inventory or missing in the cluster, with code, path, message and hint.
  type: list
  elements: dict
  returned: when something is
  sample: []
diagnosis:
  description: Why the service is not at the end; its canary still serves.
  type: list
  elements: dict
  returned: when a step on the way failed
  sample: []
"""

import time
from typing import NoReturn

from ansible_collections.inferops.serving.plugins.module_utils._apply import Refused
from ansible_collections.inferops.serving.plugins.module_utils._apply.progress import progress
from ansible_collections.inferops.serving.plugins.module_utils._cluster import ClusterError, connect
from ansible_collections.inferops.serving.plugins.module_utils._cluster.argspec import CONNECTION, WAITING
from ansible_collections.inferops.serving.plugins.module_utils._inventory import FLEET, UnknownService, choose
from ansible_collections.inferops.serving.plugins.module_utils._inventory.module import (
    ADMISSION,
    CHECKING,
    FleetModule,
)
from ansible_collections.inferops.serving.plugins.module_utils._preflight.gate import checked_plans
from ansible_collections.inferops.serving.plugins.module_utils._rollout import roll_out
from ansible_collections.inferops.serving.plugins.module_utils._rollout.decision import (
    ABORTED,
    PROMOTED,
    Undecidable,
    decided,
    decisions,
)
from ansible_collections.inferops.serving.plugins.module_utils._rollout.ending import (
    approach,
    running,
    withdraw_replaced,
)
from ansible_collections.inferops.serving.plugins.module_utils._rollout.module import (
    ROLLOUT,
    asked_of,
    finish,
)


def main() -> NoReturn:
    module = FleetModule(
        argument_spec={
            **CONNECTION,
            **ROLLOUT,
            **CHECKING,
            **ADMISSION,
            "names": {"type": "list", "elements": "str", "required": True},
            "state": {"type": "str", "choices": [PROMOTED, ABORTED], "required": True},
            "wait_timeout": WAITING["wait_timeout"],
        }
    )
    try:
        run(module)
    except Refused as refused:
        module.fail_json(msg=str(refused), diagnosis=[one.result() for one in refused.diagnosis])
    except (ClusterError, Undecidable, UnknownService) as error:
        module.fail_json(msg=str(error))


def run(module: FleetModule) -> NoReturn:
    options = module.params
    if not options["names"]:
        module.fail_json(msg="names: is empty. Name the services whose canaries are meant.")
    say = progress(secrets=module.secrets)
    deadline = time.monotonic() + options["wait_timeout"]
    client = connect(options)
    choose(module.specification().fleet, options["names"])
    variables = {name: options[name] for name in FLEET}
    made = decisions(options["llm_serving"], options["names"], options["state"])
    canaries = running(client, variables, made)
    options["llm_serving"] = decided(options["llm_serving"], made)
    plans = checked_plans(module, client, state=None, progress=say)
    asked = asked_of(module)
    if not module.check_mode:
        trouble = approach(client, variables, canaries, asked, deadline=deadline, progress=say)
        if trouble:
            module.fail_json(
                msg="\n".join(map(str, trouble)),
                diagnosis=[one.result() for one in trouble],
                changed=True,
            )
    done = roll_out(client, plans, asked.until(deadline), progress=say)
    if not module.check_mode:
        withdraw_replaced(client, canaries, {one.name for one in done.verdicts if not one.diagnosis})
    finish(module, client, done, services=done.verdicts, inventory=[one.change for one in made])


if __name__ == "__main__":
    main()
