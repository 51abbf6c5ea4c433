#!/usr/bin/python
# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: secrets
short_description: Credentials of model services as Kubernetes Secrets
version_added: 0.1.0
author: Inferops contributors (@inferops)
description:
  - Writes the credentials of O(llm_secrets) as Secrets into the namespaces of the services that use them,
    all in one task. Namespaces of O(llm_cluster) that are missing are created.
  - The Secrets of a namespace are a set of their own, so that removing a service never removes a
    credential. A credential that is no longer in the inventory is deleted from the namespaces of its
    services.
  - A credential with C(existing) is not written. The Secret it names is checked before anything is written;
    it must be there and have the keys and the form that its readers expect.
  - A gateway of Istio can refer to no Secret. Where one asks for a password, an EnvoyFilter with its hash is
    written into Istio's root namespace, and belongs to the credentials of the service's namespace.
  - No value is ever shown, whatever the verbosity.
options:
  state:
    description:
      - V(present) writes the Secrets.
      - V(absent) deletes the Secrets that this module wrote, and a namespace that it created and in which
        nothing is left.
    type: str
    choices: [present, absent]
    default: present
  mode:
    description:
      - V(apply) writes what is missing or different.
      - V(verify) writes nothing, needs no values, and fails where a Secret of the inventory is missing or
        does not have the form that its readers expect.
      - V(rights) writes nothing and returns only RV(rights), the roles of role-based access control that
        grant what V(apply) needs.
    type: str
    choices: [apply, verify, rights]
    default: apply
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details:
      - Values are shown as short hashes that are comparable within one task only.
  idempotent:
    support: full
extends_documentation_fragment:
  - inferops.serving.attributes
  - inferops.serving.attributes.action_group
  - inferops.serving.connection
  - inferops.serving.fleet
seealso:
  - module: inferops.serving.stores
  - module: inferops.serving.services
"""

EXAMPLES = r"""
- name: Write the credentials that the services of the inventory use
  inferops.serving.secrets:
    llm_secrets: "{{ llm_secrets }}"
    llm_stores: "{{ llm_stores }}"
    llm_models: "{{ llm_models }}"
    llm_serving: "{{ llm_serving }}"

- name: Write a pull secret into a namespace, without any service
  inferops.serving.secrets:
    llm_secrets:
      - name: ngc
        kind: registry
        namespaces: [research]
        registries:
          - server: nvcr.io
            username: $oauthtoken
            password: "{{ vault_ngc_key }}"

- name: Check the Secrets that are there, without knowing their values
  inferops.serving.secrets:
    mode: verify
    llm_secrets: "{{ llm_secrets }}"
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
      metadata: {"name": "inferops-secrets", "namespace": "rag"}
      rules: [{"apiGroups": [""], "resources": ["secrets"], "verbs": ["get", "list"]}]
secrets:
  description: Secrets that were looked at; for V(verify) all, for V(apply) those given as C(existing).
  type: list
  elements: dict
  returned: when O(state=present)
  contains:
    kind:
      description: Kind of the object, a Secret or the EnvoyFilter that asks for a password.
      type: str
      sample: Secret
    entry:
      description: Name of the entry of O(llm_secrets).
      type: str
      sample: hf
    namespace:
      description: Namespace of the Secret.
      type: str
      sample: chat
    name:
      description: Name of the Secret.
      type: str
      sample: hf
    faults:
      description: What is wrong with it. Holds no value.
      type: list
      elements: str
      sample: ["key AWS_SECRET_ACCESS_KEY is missing (it has: AWS_ACCESS_KEY_ID)"]
actions:
  description: What happened to each object, or in check mode would happen.
  type: list
  elements: dict
  returned: for V(apply) and V(absent)
  sample:
    - {api_version: v1, kind: Secret, namespace: chat, name: hf, action: created, note: ""}
diagnosis:
  description: What went wrong, an entry for each cause. Empty when all is well.
  type: list
  elements: dict
  returned: for V(apply) and V(absent)
  sample: []
problems:
  description: What is wrong in the inventory, with code, path, message and hint.
  type: list
  elements: dict
  returned: when the inventory is wrong
  sample:
    - code: V-19
      path: llm_secrets[hf].env
      message: HF_TOKEN not set in the environment.
      hint: Set it where the playbook runs, or give the value or an existing Secret.
      severity: error
"""

from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from typing import NoReturn

from ansible_collections.inferops.serving.plugins.module_utils._apply import Refused, apply, remove
from ansible_collections.inferops.serving.plugins.module_utils._apply.module import finish
from ansible_collections.inferops.serving.plugins.module_utils._apply.presence import vacant, worth_applying
from ansible_collections.inferops.serving.plugins.module_utils._cluster import ClusterError, connect
from ansible_collections.inferops.serving.plugins.module_utils._cluster.argspec import CONNECTION
from ansible_collections.inferops.serving.plugins.module_utils._inventory.module import FleetModule
from ansible_collections.inferops.serving.plugins.module_utils._rights import demand
from ansible_collections.inferops.serving.plugins.module_utils._secrets import Finding, inspect, rights
from ansible_collections.inferops.serving.plugins.module_utils._sets import (
    SECRETS_SET,
    namespace_sets,
    secret_sets,
)


def main() -> NoReturn:
    module = FleetModule(
        argument_spec={
            **CONNECTION,
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "mode": {"type": "str", "choices": ["apply", "verify", "rights"], "default": "apply"},
        }
    )
    try:
        if module.params["state"] == "absent":
            remove_secrets(module)
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
    fleet = module.specification(with_values=True).fleet
    client = connect(module.params)
    demand(client, rights(client, fleet), of="secrets")
    existing = [secret for secret in fleet.secrets.values() if secret.existing is not None]
    findings = checked(module, inspect(client, fleet, existing))
    outcomes = apply(
        client,
        worth_applying(client, [*namespace_sets(fleet), *secret_sets(fleet)]),
        check_mode=module.check_mode,
        wait=False,
        show_diff=module._diff,
    )
    finish(module, outcomes, secrets=[asdict(finding) for finding in findings])


def verify(module: FleetModule) -> NoReturn:
    fleet = module.specification().fleet
    findings = checked(module, inspect(connect(module.params), fleet, list(fleet.secrets.values())))
    module.exit_json(changed=False, secrets=[asdict(finding) for finding in findings])


def tell_rights(module: FleetModule) -> NoReturn:
    needed = rights(connect(module.params), module.specification().fleet)
    module.exit_json(changed=False, rights=needed.manifests(name=SECRETS_SET))


def remove_secrets(module: FleetModule) -> NoReturn:
    fleet = module.specification().fleet
    client = connect(module.params)
    take_away = partial(remove, client, check_mode=module.check_mode, show_diff=module._diff)
    outcomes = take_away(secret_sets(fleet))
    outcomes += take_away(vacant(client, namespace_sets(fleet), leaving=secret_sets(fleet)))
    finish(module, outcomes)


def checked(module: FleetModule, findings: Sequence[Finding]) -> Sequence[Finding]:
    """The findings, if there is nothing to complain of."""
    faulty = [str(finding) for finding in findings if finding.faults]
    if faulty:
        module.fail_json(msg="\n".join(faulty), secrets=[asdict(finding) for finding in findings])
    return findings


if __name__ == "__main__":
    main()
