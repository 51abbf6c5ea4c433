#!/usr/bin/python
# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: rollback
short_description: Apply an earlier revision of services again
version_added: 0.1.0
author: Inferops contributors (@inferops)
description:
  - Applies again what M(inferops.serving.services) applied before and kept as a revision, and waits until it
    serves. Of the inventory only the names and namespaces of the services are used, so that an entry that
    went wrong does not stand in the way.
  - A revision holds no values of Secrets. Pods read the Secrets that are in the cluster now.
  - What is left behind is marked as withdrawn. While the inventory still asks for it, a rollout of the
    service is refused; see O(inferops.serving.services#module:withdrawn).
  - The revision gets a new number, as with a Deployment that is rolled back. Its former numbers still name
    it, so that a second run changes nothing.
options:
  names:
    description:
      - Names of the services of O(llm_serving). At least one, because nobody rolls back a fleet by accident.
    type: list
    elements: str
    required: true
  revision:
    description:
      - V(verified) is the newest revision that was seen to serve, which
        O(inferops.serving.smoke_test#module:record) notes, and was not withdrawn. Where the service runs that
        already, nothing changes.
      - A number names a revision; M(inferops.serving.services_info) lists them. With a number, name one
        service.
    type: str
    default: verified
  reason:
    description: Why, for the record that is kept with the revision that is left behind.
    type: str
    default: rolled back
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
  - inferops.serving.fleet
seealso:
  - module: inferops.serving.services
  - module: inferops.serving.services_info
  - module: inferops.serving.smoke_test
"""

EXAMPLES = r"""
- name: Go back to what was last seen to serve
  inferops.serving.rollback:
    names: [chat]
    reason: answers in the wrong language
    llm_cluster: "{{ llm_cluster }}"
    llm_stores: "{{ llm_stores }}"
    llm_models: "{{ llm_models }}"
    llm_serving: "{{ llm_serving }}"

- name: Go back to a revision by its number
  inferops.serving.rollback:
    names: [chat]
    revision: "4"
    llm_models: "{{ llm_models }}"
    llm_serving: "{{ llm_serving }}"
"""

RETURN = r"""
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
    action:
      description: V(configured) or V(unchanged); in check mode V(would-configure).
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
    restored:
      description: Number of the revision that was applied again, as it was before.
      type: int
      sample: 4
    from_revision:
      description: Number of the revision that ran before.
      type: int
      sample: 5
    revision:
      description: Number of the revision that runs now.
      type: int
      sample: 6
    verified:
      description: Whether the revision that runs now was seen to serve.
      type: bool
      sample: true
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
diagnosis:
  description: Why nothing was written, where a service was refused.
  type: list
  elements: dict
  returned: when a service was refused
  sample: []
"""

from typing import NoReturn

from ansible_collections.inferops.serving.plugins.module_utils._apply import Refused
from ansible_collections.inferops.serving.plugins.module_utils._apply.progress import progress
from ansible_collections.inferops.serving.plugins.module_utils._cluster import ClusterError, connect
from ansible_collections.inferops.serving.plugins.module_utils._cluster.argspec import CONNECTION, WAITING
from ansible_collections.inferops.serving.plugins.module_utils._inventory import UnknownService, choose
from ansible_collections.inferops.serving.plugins.module_utils._inventory.module import FleetModule
from ansible_collections.inferops.serving.plugins.module_utils._rollout import (
    VERIFIED,
    NoRevision,
    restore,
)
from ansible_collections.inferops.serving.plugins.module_utils._rollout.module import (
    PRUNING,
    ROLLOUT,
    asked_of,
    finish,
)


def main() -> NoReturn:
    module = FleetModule(
        argument_spec={
            **CONNECTION,
            **WAITING,
            **ROLLOUT,
            **PRUNING,
            "names": {"type": "list", "elements": "str", "required": True},
            "revision": {"type": "str", "default": VERIFIED},
            "reason": {"type": "str", "default": "rolled back"},
        }
    )
    try:
        run(module)
    except Refused as refused:
        module.fail_json(msg=str(refused), diagnosis=[one.result() for one in refused.diagnosis])
    except (ClusterError, NoRevision, UnknownService) as error:
        module.fail_json(msg=str(error))


def run(module: FleetModule) -> NoReturn:
    options = module.params
    revision, names = options["revision"], options["names"]
    if not names:
        module.fail_json(msg="names: is empty. Name the services to roll back.")
    if revision != VERIFIED and not revision.isdecimal():
        module.fail_json(msg=f"revision: {revision} is neither {VERIFIED} nor a number. Write one of these.")
    if revision != VERIFIED and len(names) > 1:
        message = f"revision: {revision} is a number, and each service counts for itself. Name one service."
        module.fail_json(msg=message)
    services = choose(module.reading().fleet, names).services
    client = connect(options)
    done = restore(
        client,
        services,
        asked_of(module),
        revision=revision,
        reason=options["reason"],
        progress=progress(secrets=module.secrets),
    )
    finish(module, client, done, services=done.services)


if __name__ == "__main__":
    main()
