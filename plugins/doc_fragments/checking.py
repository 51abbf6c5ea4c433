# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations


class ModuleDocFragment:
    # The options of CHECKING in plugins/module_utils/_inventory/module.py
    DOCUMENTATION = r"""
options:
  strict:
    description:
      - Whether a warning is an error too, so that nothing is done until there is none.
    type: bool
    default: false
"""

    # The options of ADMISSION there
    ADMISSION = r"""
options:
  capacity:
    description:
      - What to do while nodes lack room for the pods of the services.
      - V(require) refuses before anything is written, and names what is missing.
      - V(queue) waits for it as long as O(wait_timeout) allows, and writes nothing until then.
      - V(ignore) warns and writes all the same; the pods wait in the cluster.
      - Where a node autoscaler runs, V(require) only warns too.
    type: str
    choices: [require, queue, ignore]
    default: require
  withdrawn:
    description:
      - What to do with a service whose entry says what was taken out of service on purpose, by
        M(inferops.serving.rollback) or by the end of a canary, and that was not changed since.
      - V(refuse) tells it, and nothing is written. V(apply) warns and brings it back.
    type: str
    choices: [refuse, apply]
    default: refuse
"""
