#!/usr/bin/python
# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: manifests
short_description: Write the objects of an inventory's services as files
version_added: 0.1.0
author: Inferops contributors (@inferops)
description:
  - Renders the services of an inventory, with the namespaces and volumes that they need, without a cluster.
    The files are what M(inferops.serving.services) would apply, for GitOps or for reading.
  - Each service has a directory of its name with one file per object, numbered in apply order, and a
    C(kustomization.yaml). Namespaces, volumes and credentials lie in C(_namespaces), C(_stores) and
    C(_secrets).
  - The same inventory gives the same bytes. Files that an earlier run wrote and that are no longer rendered
    are removed; files of others are never touched.
  - The annotation C(inferops.serving/spec-hash) of pods that read a Secret differs from that of a live
    rollout, which also knows the state of the Secret; nothing else does.
options:
  dest:
    description:
      - The directory, or for O(format=tarball) the archive, to write. Missing parent directories are made.
    type: path
    required: true
  format:
    description:
      - V(directory) writes a directory. V(tarball) writes a gzip-compressed tar archive of it, whose top
        directory carries RV(version).
    type: str
    choices: [directory, tarball]
    default: directory
  include_secrets:
    description:
      - Whether Secrets are written too, with their values. The files can then be read by their owner alone.
      - With V(false) no value is needed, and the references to the Secrets stay.
    type: bool
    default: false
  names:
    description:
      - Names of the services of O(llm_serving) to render. Left out or empty, all of them.
    type: list
    elements: str
    default: []
attributes:
  check_mode:
    support: full
  diff_mode:
    support: partial
    details:
      - There is no difference for O(format=tarball), nor for files with credentials.
  idempotent:
    support: full
extends_documentation_fragment:
  - inferops.serving.attributes
  - inferops.serving.checking
  - inferops.serving.fleet
seealso:
  - module: inferops.serving.services
"""

EXAMPLES = r"""
- name: Write the objects of all services into a checkout
  inferops.serving.manifests:
    dest: "{{ playbook_dir }}/manifests"
    llm_cluster: "{{ llm_cluster }}"
    llm_stores: "{{ llm_stores }}"
    llm_models: "{{ llm_models }}"
    llm_serving: "{{ llm_serving }}"

- name: Render, to see where each value comes from
  inferops.serving.manifests:
    dest: "{{ playbook_dir }}/manifests"
    llm_models: "{{ llm_models }}"
    llm_serving: "{{ llm_serving }}"
  check_mode: true
  register: rendered

- name: Show it for one service
  ansible.builtin.debug:
    msg: "{{ rendered.provenance.chat | inferops.serving.table }}"

- name: Write one archive
  inferops.serving.manifests:
    dest: /tmp/manifests.tar.gz
    format: tarball
    llm_stores: "{{ llm_stores }}"
    llm_models: "{{ llm_models }}"
    llm_serving: "{{ llm_serving }}"
"""

RETURN = r"""
dest:
  description: Where the files are.
  type: str
  returned: success
  sample: /tmp/manifests
version:
  description: Changes exactly when the content of a file does.
  type: str
  returned: success
  sample: 5f1d0c2b9a8e
files:
  description: The files in apply order, relative to RV(dest) or to the archive's top directory.
  type: list
  elements: str
  returned: success
  sample: [chat/00-deployment-chat.yaml, chat/kustomization.yaml, kustomization.yaml]
provenance:
  description:
    - By name of a service, each key of its entry that has a value, with the value and where it is from. The
      source is V(user), V(preset:<name>), V(derived) from other keys, or V(default).
    - The filter P(inferops.serving.table#filter) shows it as lines.
  type: dict
  returned: success
  sample:
    chat:
      - {key: engine_args.gpu_memory_utilization, value: 0.85, source: "preset:size-medium"}
      - {key: shm_size, value: 8Gi, source: derived}
problems:
  description: What is wrong in the inventory, with code, path, message and hint.
  type: list
  elements: dict
  returned: when the inventory is wrong
  sample: []
"""

from pathlib import Path
from typing import NoReturn

from ansible_collections.inferops.serving.plugins.module_utils._inventory import UnknownService, choose
from ansible_collections.inferops.serving.plugins.module_utils._inventory.module import CHECKING, FleetModule
from ansible_collections.inferops.serving.plugins.module_utils._manifests import (
    NotOurs,
    export,
    shown,
    write_directory,
    write_tarball,
)
from ansible_collections.inferops.serving.plugins.module_utils._plan import plan, provenance


def main() -> NoReturn:
    module = FleetModule(
        argument_spec={
            **CHECKING,
            "dest": {"type": "path", "required": True},
            "format": {"type": "str", "choices": ["directory", "tarball"], "default": "directory"},
            "include_secrets": {"type": "bool", "default": False},
            "names": {"type": "list", "elements": "str", "default": []},
        }
    )
    try:
        run(module)
    except (NotOurs, UnknownService, OSError) as error:
        module.fail_json(msg=str(error))


def run(module: FleetModule) -> NoReturn:
    options = module.params
    with_secrets = options["include_secrets"]
    fleet = choose(module.specification(with_values=with_secrets).fleet, options["names"])
    plans = plan(fleet)
    made = export(fleet, plans, with_secrets=with_secrets)
    dest = Path(options["dest"])
    result = {
        "dest": str(dest),
        "version": made.version,
        "files": list(made.files),
        "provenance": {each.name: provenance(each) for each in plans},
    }
    if options["format"] == "tarball":
        changed = write_tarball(made, dest, private=with_secrets, check_mode=module.check_mode)
        module.exit_json(changed=changed, **result)
    differences = write_directory(made, dest, private=with_secrets, check_mode=module.check_mode)
    module.exit_json(changed=bool(differences), diff=shown(differences), **result)


if __name__ == "__main__":
    main()
