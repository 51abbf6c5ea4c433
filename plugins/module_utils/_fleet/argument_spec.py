# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The five variables as options of a module. Their documentation is in ``plugins/doc_fragments/fleet.py``."""

from __future__ import annotations

from typing import Any

from .load import VARIABLES
from .option import Cpu, Devices, Memory, Names, Text
from .records import Cluster, Secret
from .schema import Key

ANSIBLE_TYPES: dict[Any, str] = {
    str: "str",
    Text: "str",
    Memory: "str",
    Cpu: "str",
    int: "int",
    float: "float",
    bool: "bool",
    Any: "raw",
}


def ansible_type(key: Key) -> dict[str, Any]:
    """Type of a key in the words of an argument spec, without what is inside a map."""
    if key.of in (Devices, Names):
        return {"type": "list", "elements": "str"}
    if key.shape == "list":
        return {"type": "list", "elements": ANSIBLE_TYPES[key.of]}
    if key.shape == "records":
        return {"type": "list", "elements": "dict"}
    if key.shape in ("map", "record"):
        return {"type": "raw" if key.declared.shorthand else "dict"}
    return {"type": ANSIBLE_TYPES[key.of]}


FLEET: dict[str, dict[str, Any]] = {
    name: {"type": "dict", "default": {}}
    if record is Cluster
    else {"type": "list", "elements": "dict", "default": []} | ({"no_log": False} if record is Secret else {})
    for name, record in VARIABLES.items()
}
"""Options of the names of the five variables.

What is inside them is not declared to Ansible, which would convert values (24.10 into "24.1") and stop at the
first unknown key; it comes as it is written, and reading it reports every problem at once. ``no_log`` would
hide names and kinds wherever they are shown; modules hide the values of secrets and no more.
"""
