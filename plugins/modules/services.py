#!/usr/bin/python
# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: services
short_description: Roll out the language-model services of an inventory
version_added: 0.1.0
author: Inferops contributors (@inferops)
description:
  - Checks the five variables of an inventory, renders every service in them, applies all of them at the same
    time and waits until they serve, in one task.
  - While anything is wrong in the inventory, or missing in the cluster, nothing is written, and every problem
    is reported at once; see M(inferops.serving.preflight).
  - Each service is a set of its own (see M(inferops.serving.apply_set)); objects that a service no longer has
    are pruned. Stores and credentials belong to other sets and are never touched; see
    M(inferops.serving.stores) and M(inferops.serving.secrets).
  - A service whose pods did not become ready is reported with the cause, its events and log lines. Services
    beside it are rolled out all the same.
  - What was applied is kept as a revision (a C(ControllerRevision)) beside the service.
options:
  names:
    description:
      - Names of the services of O(llm_serving) to roll out. Left out or empty, all of them.
    type: list
    elements: str
    default: []
  state:
    description:
      - V(present) gives each service the C(state) that its entry says.
      - V(stopped) keeps the objects of the services but frees their pods and GPUs.
      - V(absent) removes the services and waits until their pods are gone.
    type: str
    choices: [present, stopped, absent]
    default: present
  mode:
    description:
      - V(apply) rolls out.
      - V(rights) writes nothing and returns only RV(rights), the roles of role-based access control that
        grant what V(apply) needs.
    type: str
    choices: [apply, rights]
    default: apply
attributes:
  check_mode:
    support: full
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
  - inferops.serving.applying.pruning
  - inferops.serving.waiting
  - inferops.serving.checking
  - inferops.serving.checking.admission
  - inferops.serving.fleet
seealso:
  - module: inferops.serving.preflight
  - module: inferops.serving.services_info
  - module: inferops.serving.manifests
  - module: inferops.serving.smoke_test
"""

EXAMPLES = r"""
- name: Roll out every service of the inventory
  inferops.serving.services:
    llm_cluster: "{{ llm_cluster }}"
    llm_stores: "{{ llm_stores }}"
    llm_models: "{{ llm_models }}"
    llm_serving: "{{ llm_serving }}"
    wait_timeout: 1800

- name: Serve a small model from the hub
  inferops.serving.services:
    llm_models:
      - name: tiny
        source: facebook/opt-125m
    llm_serving:
      - name: tiny
        namespace: chat
        model: tiny
        engine: vllm

- name: Free the GPUs of one service and keep its objects
  inferops.serving.services:
    names: [chat]
    state: stopped
    llm_models: "{{ llm_models }}"
    llm_serving: "{{ llm_serving }}"

- name: Remove all services, keep models and credentials
  inferops.serving.services:
    state: absent
    llm_stores: "{{ llm_stores }}"
    llm_models: "{{ llm_models }}"
    llm_serving: "{{ llm_serving }}"
"""

RETURN = r"""
rights:
  description:
    - What an account needs for this task and nothing more. A ClusterRole for what holds everywhere, and a
      Role in each namespace that is there already.
  type: list
  elements: dict
  returned: when O(mode) is V(rights)
  sample:
    - kind: Role
      metadata: {"name": "inferops-services", "namespace": "rag"}
      rules: [{"apiGroups": [""], "resources": ["services"], "verbs": ["get", "list"]}]
services:
  description: One entry for each service, in the order of the inventory.
  type: list
  elements: dict
  returned: when nothing was refused
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
      description: Engine of the service.
      type: str
      sample: vllm
    platform:
      description: Platform of the service.
      type: str
      sample: kserve
    state:
      description: The state that was asked for.
      type: str
      sample: present
    action:
      description: >-
        V(created), V(configured), V(unchanged) or V(deleted); in check mode V(would-create),
        V(would-configure) or V(would-delete).
      type: str
      sample: configured
    changed:
      description: Whether anything of the service changed.
      type: bool
      sample: true
    ready:
      description: Whether the service can serve; null where it was not waited for.
      type: bool
      sample: true
    address:
      description: Where the service is reached, from outside the cluster if it is published there.
      type: str
      sample: http://chat.chat.svc:8000
    revision:
      description: >-
        Number of the revision that is applied; null where nothing was applied yet, or where the API server
        went away before it could be kept.
      type: int
      sample: 3
    actions:
      description: What happened to each object, as in M(inferops.serving.apply_set).
      type: list
      elements: dict
      sample:
        - {api_version: apps/v1, kind: Deployment, namespace: chat, name: chat, action: configured, note: ""}
    diagnosis:
      description: What went wrong, as in M(inferops.serving.apply_set). Empty when all is well.
      type: list
      elements: dict
      sample: []
problems:
  description: What is wrong in the inventory or missing in the cluster, with code, path, message and hint.
  type: list
  elements: dict
  returned: when something is
  sample:
    - code: V-04
      path: llm_serving[chat].topology
      message: world size 6 is not a power of two.
      hint: Write 4 or 8.
      severity: error
diagnosis:
  description: Why nothing was written, where a service was refused.
  type: list
  elements: dict
  returned: when a service was refused
  sample: []
duration:
  description: Seconds by phase, and in C(total).
  type: dict
  returned: when nothing was refused
  sample: {"read": 0.05, "apply": 0.41, "prune": 0.01, "wait": 3.2, "total": 3.67}
"""

import time
from typing import NoReturn

from ansible_collections.inferops.serving.plugins.module_utils._apply import Refused
from ansible_collections.inferops.serving.plugins.module_utils._apply.progress import progress
from ansible_collections.inferops.serving.plugins.module_utils._cluster import ClusterError, connect
from ansible_collections.inferops.serving.plugins.module_utils._cluster.argspec import CONNECTION, WAITING
from ansible_collections.inferops.serving.plugins.module_utils._inventory import UnknownService, choose
from ansible_collections.inferops.serving.plugins.module_utils._inventory.module import (
    ADMISSION,
    CHECKING,
    FleetModule,
)
from ansible_collections.inferops.serving.plugins.module_utils._plan import plan
from ansible_collections.inferops.serving.plugins.module_utils._preflight.gate import checked_plans
from ansible_collections.inferops.serving.plugins.module_utils._preflight.rights import rights
from ansible_collections.inferops.serving.plugins.module_utils._rollout import roll_out, take_away
from ansible_collections.inferops.serving.plugins.module_utils._rollout.module import (
    PRUNING,
    ROLLOUT,
    asked_of,
    finish,
)

NAME = "inferops-services"


def main() -> NoReturn:
    module = FleetModule(
        argument_spec={
            **CONNECTION,
            **WAITING,
            **ROLLOUT,
            **PRUNING,
            **CHECKING,
            **ADMISSION,
            "names": {"type": "list", "elements": "str", "default": []},
            "state": {"type": "str", "choices": ["present", "stopped", "absent"], "default": "present"},
            "mode": {"type": "str", "choices": ["apply", "rights"], "default": "apply"},
        }
    )
    try:
        run(module)
    except Refused as refused:
        module.fail_json(msg=str(refused), diagnosis=[one.result() for one in refused.diagnosis])
    except (ClusterError, UnknownService) as error:
        module.fail_json(msg=str(error))


def run(module: FleetModule) -> NoReturn:
    options = module.params
    state = None if options["state"] == "present" else options["state"]
    client = connect(options)
    if options["mode"] == "rights":
        fleet = choose(module.specification().fleet, options["names"])
        module.exit_json(changed=False, rights=rights(client, plan(fleet)).manifests(name=NAME))
    say = progress(secrets=module.secrets)
    deadline = time.monotonic() + options["wait_timeout"]
    plans = checked_plans(module, client, state=state, progress=say)
    asked = asked_of(module).until(deadline)
    kept = [one for one in plans if one.service.state != "absent"]
    gone = [one for one in plans if one.service.state == "absent"]
    results = [
        take_away(client, gone, asked, progress=say),
        roll_out(client, kept, asked, progress=say),
    ]
    found = {verdict.name: verdict for result in results for verdict in result.verdicts}
    finish(
        module,
        client,
        *results,
        services=[found[one.name] for one in plans],
        duration=(results[1] if kept else results[0]).duration,
    )


if __name__ == "__main__":
    main()
