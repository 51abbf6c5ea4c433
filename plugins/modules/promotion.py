#!/usr/bin/python
# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: promotion
short_description: Check that a stage runs what the stage before it proved
version_added: 0.1.0
author: Inferops contributors (@inferops)
description:
  - Compares the services of this inventory with those of the stage before. They may differ only where
    O(overrides) allows it; the hashes of all the rest must be equal. Each difference is told by its path,
    with both values, and fails the task.
  - Compared are the values that hold, whether written, from a preset or a default, with the model that the
    entry names (source, revision, data type, adapters), the kind of its store, and the version of the
    engine. What follows from a cluster alone, such as a mirror of images or a scheduler, is not.
  - Only the inventories are read, no cluster.
options:
  names:
    description: Names of the services to compare. Left out or empty, all of O(llm_serving).
    type: list
    elements: str
    default: []
  stage:
    description: What the stage before is called in messages.
    type: str
    required: true
  proved:
    description: The inventory of the stage before.
    type: dict
    required: true
    suboptions:
      llm_cluster:
        description: As O(llm_cluster).
        type: dict
        default: {}
      llm_secrets:
        description: As O(llm_secrets). Only their names are used.
        type: list
        elements: dict
        default: []
      llm_stores:
        description: As O(llm_stores).
        type: list
        elements: dict
        default: []
      llm_models:
        description: As O(llm_models).
        type: list
        elements: dict
        default: []
      llm_serving:
        description: As O(llm_serving).
        type: list
        elements: dict
        default: []
  overrides:
    description:
      - Keys of a service that may differ, such as V(scaling) or V(expose.host); a key stands for all below
        it. V(model) stands for the model.
    type: list
    elements: str
    default:
      - scaling
      - resources
      - expose.host
      - expose.gateway
      - expose.tls
      - node_selector
      - tolerations
      - rollout.revision_history
      - verify
attributes:
  check_mode:
    support: full
  diff_mode:
    support: N/A
    details:
      - Nothing is changed.
  idempotent:
    support: full
extends_documentation_fragment:
  - inferops.serving.attributes
  - inferops.serving.fleet
seealso:
  - module: inferops.serving.services
  - module: inferops.serving.smoke_test
"""

EXAMPLES = r"""
- name: Refuse what staging does not run
  inferops.serving.promotion:
    stage: staging-1
    proved:
      llm_cluster: "{{ hostvars['staging-1'].llm_cluster }}"
      llm_stores: "{{ hostvars['staging-1'].llm_stores }}"
      llm_models: "{{ hostvars['staging-1'].llm_models }}"
      llm_serving: "{{ hostvars['staging-1'].llm_serving }}"
    overrides: [scaling, resources, expose.host]
    llm_cluster: "{{ llm_cluster }}"
    llm_stores: "{{ llm_stores }}"
    llm_models: "{{ llm_models }}"
    llm_serving: "{{ llm_serving }}"
"""

RETURN = r"""
services:
  description: One entry for each service that both stages have, in the order of the inventory.
  type: list
  elements: dict
  returned: when both inventories can be read
  contains:
    name:
      description: Name of the service.
      type: str
      sample: chat
    hash:
      description: Hash of what must not differ, as it is here.
      type: str
      sample: 1f0c2b3a4d5e6f70
    proved_hash:
      description: The same in the stage before.
      type: str
      sample: 1f0c2b3a4d5e6f70
    differences:
      description: Keys that differ and may not, with both values.
      type: list
      elements: dict
      sample: [{path: image, here: "registry.example/vllm:2", proved: "registry.example/vllm:1"}]
problems:
  description: The differences as problems, with code, path, message and hint.
  type: list
  elements: dict
  returned: when there are any
  sample: []
"""

from dataclasses import asdict
from typing import NoReturn

from ansible_collections.inferops.serving.plugins.module_utils._fleet import Problem, Service
from ansible_collections.inferops.serving.plugins.module_utils._fleet.schema import keys
from ansible_collections.inferops.serving.plugins.module_utils._inventory import (
    FLEET,
    UnknownService,
    choose,
    read,
)
from ansible_collections.inferops.serving.plugins.module_utils._inventory.module import (
    FleetModule,
    secret_texts,
)
from ansible_collections.inferops.serving.plugins.module_utils._rollout.promotion import (
    OVERRIDES,
    Comparison,
    compare,
    not_a_key,
    problems,
    unproved,
)


class PromotionModule(FleetModule):
    """Two inventories, and secrets in both."""

    def find_secrets(self) -> set[str]:
        proved = self.params.get("proved")
        found = set(secret_texts(proved.get("llm_secrets"))) if isinstance(proved, dict) else set()
        self.params["proved"] = "(not shown)"
        return found | super().find_secrets()


def main() -> NoReturn:
    module = PromotionModule(
        argument_spec={
            "names": {"type": "list", "elements": "str", "default": []},
            "stage": {"type": "str", "required": True},
            "proved": {"type": "dict", "required": True, "options": FLEET},
            "overrides": {"type": "list", "elements": "str", "default": list(OVERRIDES)},
        }
    )
    try:
        run(module)
    except UnknownService as error:
        module.fail_json(msg=str(error))


def run(module: PromotionModule) -> NoReturn:
    options = module.params
    stage = options["stage"]
    here = module.specification()
    chosen = {service.name for service in choose(here.fleet, options["names"]).services}
    before = read(options["proved"])
    if before.errors:
        wrong = "\n".join(f"{stage}: {problem}" for problem in before.errors)
        module.fail_json(msg=wrong, problems=[asdict(problem) for problem in before.errors])
    proved = {plan.name: plan for plan in before.plans}
    comparisons: list[Comparison] = []
    found: list[Problem] = [*not_a_key(options["overrides"], list(keys(Service)))]
    for plan in here.plans:
        if plan.name not in chosen:
            continue
        if plan.name not in proved:
            found.append(unproved(plan.name, list(proved), stage=stage))
            continue
        comparisons.append(compare(plan, proved[plan.name], options["overrides"]))
        found += problems(comparisons[-1], stage=stage)
    result = {"services": [asdict(one) for one in comparisons]}
    if found:
        module.fail_json(
            msg="\n".join(str(problem) for problem in found),
            problems=[asdict(problem) for problem in found],
            **result,
        )
    module.exit_json(changed=False, **result)


if __name__ == "__main__":
    main()
