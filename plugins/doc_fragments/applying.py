# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations


class ModuleDocFragment:
    # The options of APPLYING in plugins/module_utils/_apply/module.py
    DOCUMENTATION = r"""
options:
  force_conflicts:
    description:
      - Whether fields are taken over that another manager holds with another value. With V(false) what is
        applied then fails, naming the manager and the field.
    type: bool
    default: false
  applied_by:
    description: Who or what starts this run, for the record that is kept with each revision.
    type: str
    default: ""
"""

    # With those of DOCUMENTATION the options of ROLLOUT in plugins/module_utils/_rollout/module.py
    REPLACING = r"""
options:
  recreate:
    description:
      - Kinds, for example V(Deployment), whose objects are deleted and created again where a field cannot be
        changed. An entry with C(recreate) does the same for all kinds of its service.
    type: list
    elements: str
    default: []
"""

    # The options of PRUNING there
    PRUNING = r"""
options:
  prune:
    description: Whether objects are deleted that a service had before and that are not applied any more.
    type: bool
    default: true
"""
