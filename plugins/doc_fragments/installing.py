# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations


class ModuleDocFragment:
    # The options of INSTALLING in plugins/module_utils/_components/module.py
    DOCUMENTATION = r"""
options:
  state:
    description:
      - V(present) brings the component, V(absent) removes what was brought by this module.
    type: str
    choices: [present, absent]
    default: present
  mode:
    description:
      - V(install) installs it, unless O(if_exists) says otherwise.
      - V(existing) and V(verify) never write and judge by the effect, whoever runs the component.
      - V(skip) does nothing.
      - V(rights) writes nothing and returns only RV(rights), the roles of role-based access control that
        grant what V(install) needs.
    type: str
    choices: [install, existing, verify, skip, rights]
    default: install
  if_exists:
    description:
      - What to do where somebody else runs the component. V(skip) leaves it and judges by the effect,
        V(fail) fails with the evidence, V(adopt) takes objects of the same names over with all their fields,
        and warns; it is refused where theirs have other names, so that none runs twice, and for an API that
        somebody else answers for.
    type: str
    choices: [skip, fail, adopt]
    default: skip
  version_preset:
    description: Which of the two pinned versions is used where O(version) is not given.
    type: str
    choices: [seed, current]
    default: current
  version:
    description: The version, for example V(v0.20.0).
    type: str
  image_registry_map:
    description: "Registry host to its replacement, for example V({nvcr.io: registry.example/nvidia})."
    type: dict
    default: {}
  registry_prefix:
    description: Registry and path put in front of images whose registry is not in O(image_registry_map).
    type: str
  image_pull_secrets:
    description: Names of Secrets that pods pull their images with.
    type: list
    elements: str
    default: []
  patches:
    description: Changes of objects that no option offers.
    type: list
    elements: dict
    default: []
    suboptions:
      target:
        description: The objects to change, by C(kind) and C(name); what is left out matches all.
        type: dict
        required: true
      ops:
        description: JSON patch operations, of C(add), C(replace) and C(remove).
        type: list
        elements: dict
        required: true
  delete_crds:
    description: Whether V(absent) of O(state) also deletes definitions, with all objects of their kinds.
    type: bool
    default: false
"""
