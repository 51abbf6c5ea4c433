#!/usr/bin/python
# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: stores
short_description: Volumes and claims for models and caches
version_added: 0.1.0
author: Inferops contributors (@inferops)
description:
  - Makes the PersistentVolumes and PersistentVolumeClaims of those entries of O(llm_stores) that are
    volumes, in the namespaces of the services that use them, and waits until the claims are bound, all in
    one task. Namespaces of O(llm_cluster) that are missing are created.
  - Before anything is written it is checked that a volume which the inventory names is there, large enough,
    offers the access modes and is free, that a StorageClass is there, and that a claim which the inventory
    does not make exists. Otherwise the claim would be C(Pending) for ever.
  - The volumes of a namespace are a set of their own. Removing a service, or an entry of O(llm_stores),
    never deletes data.
options:
  state:
    description:
      - V(present) makes volumes and claims.
      - V(absent) deletes those that this module made. It is refused without O(purge_models).
    type: str
    choices: [present, absent]
    default: present
  mode:
    description:
      - V(apply) writes what is missing.
      - V(verify) writes nothing and fails where a claim of the inventory is missing or not bound.
      - V(rights) writes nothing and returns only RV(rights), the roles of role-based access control that
        grant what V(apply) needs.
    type: str
    choices: [apply, verify, rights]
    default: apply
  purge_models:
    description:
      - Whether O(state=absent) may delete claims and volumes. What lies on a volume is deleted with it
        where its reclaim policy is C(Delete); an NFS export keeps its files. A claim that a pod mounts is
        not deleted.
    type: bool
    default: false
  recreate:
    description:
      - Kinds that are deleted and made anew where a field cannot be changed in place, V(PersistentVolume)
        or V(PersistentVolumeClaim). For others such a change is an error that tells both values.
      - A claim goes before its volume. It is refused while pods mount the claim, and without O(purge_models)
        where the reclaim policy of its volume is C(Delete).
    type: list
    elements: str
    default: []
  rebind_released:
    description:
      - Whether volumes are bound again whose claim was deleted. They are C(Released) and keep their data; a
        new claim of that name gets them only after they forget the old one. Without it such a volume is an
        error.
    type: bool
    default: false
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
  - inferops.serving.fleet
  - inferops.serving.waiting
seealso:
  - module: inferops.serving.secrets
  - module: inferops.serving.services
"""

EXAMPLES = r"""
- name: Make the volumes that the services of the inventory use
  inferops.serving.stores:
    llm_stores: "{{ llm_stores }}"
    llm_models: "{{ llm_models }}"
    llm_serving: "{{ llm_serving }}"

- name: Check that every claim is bound
  inferops.serving.stores:
    mode: verify
    llm_stores: "{{ llm_stores }}"
    llm_models: "{{ llm_models }}"
    llm_serving: "{{ llm_serving }}"

- name: Delete volumes and claims after the services are gone
  inferops.serving.stores:
    state: absent
    purge_models: true
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
      metadata: {"name": "inferops-stores", "namespace": "rag"}
      rules: [{"apiGroups": [""], "resources": ["persistentvolumeclaims"], "verbs": ["get", "list"]}]
actions:
  description: What happened to each object, or in check mode would happen.
  type: list
  elements: dict
  returned: for V(apply) and V(absent)
  sample:
    - api_version: v1
      kind: PersistentVolumeClaim
      namespace: rag
      name: models
      action: created
      note: ""
diagnosis:
  description: What went wrong, an entry for each cause. Empty when all is well.
  type: list
  elements: dict
  returned: for V(apply) and V(absent)
  sample: []
problems:
  description:
    What is wrong in the inventory or with the volumes it names, with code, path, message and hint.
  type: list
  elements: dict
  returned: when something is wrong before anything is written
  sample:
    - code: V-12
      path: llm_stores[models].pv.existing
      message: there is no PersistentVolume shar.
      hint: Did you mean share?
      severity: error
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import NoReturn

from ansible_collections.inferops.serving.plugins.module_utils._apply import Outcome, Refused, apply, remove
from ansible_collections.inferops.serving.plugins.module_utils._apply.clock import deadline_in
from ansible_collections.inferops.serving.plugins.module_utils._apply.module import finish
from ansible_collections.inferops.serving.plugins.module_utils._apply.presence import vacant, worth_applying
from ansible_collections.inferops.serving.plugins.module_utils._apply.progress import progress
from ansible_collections.inferops.serving.plugins.module_utils._cluster import (
    Client,
    ClusterError,
    Object,
    connect,
)
from ansible_collections.inferops.serving.plugins.module_utils._cluster.argspec import CONNECTION, WAITING
from ansible_collections.inferops.serving.plugins.module_utils._fleet import Problem
from ansible_collections.inferops.serving.plugins.module_utils._inventory.module import FleetModule
from ansible_collections.inferops.serving.plugins.module_utils._objects import store_objects
from ansible_collections.inferops.serving.plugins.module_utils._rights import demand
from ansible_collections.inferops.serving.plugins.module_utils._sets import (
    STORES_SET,
    namespace_sets,
    store_sets,
)
from ansible_collections.inferops.serving.plugins.module_utils._volumes import (
    claim_faults,
    free,
    make_way,
    mounted_in,
    obstacles,
    outdated,
    preflight,
    released,
    rights,
)


def main() -> NoReturn:
    module = FleetModule(
        argument_spec={
            **CONNECTION,
            **WAITING,
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "mode": {"type": "str", "choices": ["apply", "verify", "rights"], "default": "apply"},
            "purge_models": {"type": "bool", "default": False},
            "recreate": {"type": "list", "elements": "str", "default": []},
            "rebind_released": {"type": "bool", "default": False},
        }
    )
    try:
        if module.params["state"] == "absent":
            remove_stores(module)
        if module.params["mode"] == "verify":
            verify(module)
        if module.params["mode"] == "rights":
            tell_rights(module)
        write(module)
    except Refused as refused:
        module.fail_json(msg=str(refused), diagnosis=[one.result() for one in refused.diagnosis])
    except ClusterError as error:
        module.fail_json(msg=str(error))


def write(module: FleetModule) -> NoReturn:
    options = module.params
    fleet = module.specification().fleet
    client = connect(options)
    demand(client, rights(client, fleet, rebind=options["rebind_released"]), of="stores")
    objects = [obj for store in fleet.stores.values() for obj in store_objects(fleet, store)]
    refuse(
        module,
        [
            *preflight(client, objects, rebind=options["rebind_released"]),
            *claim_faults(client, fleet, existing_only=True),
        ],
    )
    outcomes = prepare(module, client, objects)
    outcomes += apply(
        client,
        worth_applying(client, [*namespace_sets(fleet), *store_sets(fleet)]),
        check_mode=module.check_mode,
        recreate=options["recreate"],
        wait=options["wait"],
        wait_timeout=options["wait_timeout"],
        show_diff=module._diff,
        progress=progress(secrets=module.secrets),
    )
    finish(module, outcomes)


def prepare(module: FleetModule, client: Client, objects: Sequence[Object]) -> list[Outcome]:
    """Deletes what is made anew, and frees volumes of claims that are gone."""
    options = module.params
    how = {"check_mode": module.check_mode, "show_diff": module._diff}
    old = outdated(client, objects, options["recreate"])
    refuse(module, obstacles(client, old, purge=options["purge_models"]))
    outcomes = make_way(
        client,
        old,
        deadline=deadline_in(options["wait_timeout"]),
        progress=progress(secrets=module.secrets),
        **how,
    )
    if old or options["rebind_released"]:
        outcomes += free(client, released(client, objects, gone=old), **how)
    return outcomes


def verify(module: FleetModule) -> NoReturn:
    fleet = module.specification().fleet
    refuse(module, claim_faults(connect(module.params), fleet))
    module.exit_json(changed=False)


def tell_rights(module: FleetModule) -> NoReturn:
    options = module.params
    fleet = module.specification().fleet
    needed = rights(connect(options), fleet, rebind=options["rebind_released"])
    module.exit_json(changed=False, rights=needed.manifests(name=STORES_SET))


def remove_stores(module: FleetModule) -> NoReturn:
    options = module.params
    if not options["purge_models"]:
        module.fail_json(
            msg="state: absent deletes claims and volumes, and with them models. Nothing was deleted;"
            " set purge_models: true if that is meant."
        )
    fleet = module.specification().fleet
    client, sets = connect(options), store_sets(fleet, purge=True)
    refuse(module, mounted_in(client, sets))
    outcomes = remove(
        client,
        sets,
        check_mode=module.check_mode,
        wait=options["wait"],
        wait_timeout=options["wait_timeout"],
        show_diff=module._diff,
        progress=progress(secrets=module.secrets),
    )
    empty = vacant(client, namespace_sets(fleet), leaving=store_sets(fleet))
    outcomes += remove(client, empty, check_mode=module.check_mode, show_diff=module._diff)
    finish(module, outcomes)


def refuse(module: FleetModule, problems: Sequence[Problem]) -> None:
    if problems:
        module.fail_json(
            msg="\n".join(str(problem) for problem in problems), problems=[asdict(one) for one in problems]
        )


if __name__ == "__main__":
    main()
