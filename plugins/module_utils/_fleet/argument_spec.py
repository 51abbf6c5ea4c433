# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The five variables as options of a module. Their documentation is in ``plugins/doc_fragments/fleet.py``."""

from __future__ import annotations

from typing import Any

from .load import VARIABLES
from .option import Cpu, Devices, Memory, Text
from .records import Cluster, Secret
from .schema import Key, keys

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


def argument_spec() -> dict[str, dict[str, Any]]:
    """Options of the names of the five variables.

    Only secrets are declared down to the leaf, so that exactly their values are hidden. Ansible would convert
    the values of the others (24.10 into "24.1") and stop at the first unknown key; they come as they are
    written, and reading them reports every problem at once.
    """
    return {name: _variable(record) for name, record in VARIABLES.items()}


def ansible_type(key: Key) -> dict[str, Any]:
    """Type of a key in the words of an argument spec, without what is inside a map."""
    if key.of is Devices:
        return {"type": "list", "elements": "str"}
    if key.shape == "list":
        return {"type": "list", "elements": ANSIBLE_TYPES[key.of]}
    if key.shape == "records":
        return {"type": "list", "elements": "dict"}
    if key.shape in ("map", "record"):
        return {"type": "raw" if key.declared.shorthand else "dict"}
    return {"type": ANSIBLE_TYPES[key.of]}


def _variable(record: type[Any]) -> dict[str, Any]:
    if record is Cluster:
        return {"type": "dict", "default": {}}
    variable: dict[str, Any] = {"type": "list", "elements": "dict", "default": []}
    if record is Secret:
        variable |= {"no_log": False, "options": _options(record)}
    return variable


def _options(record: type[Any]) -> dict[str, dict[str, Any]]:
    return {key.name: _option(key) for key in keys(record).values()}


def _option(key: Key) -> dict[str, Any]:
    option = ansible_type(key)
    if key.shape in ("record", "records"):
        option["options"] = _options(key.of)
    if key.declared.choices:
        option["choices"] = list(key.declared.choices)
    option["no_log"] = key.declared.secret
    if key.required:
        option["required"] = True
    elif key.start() not in (None, ()):
        option["default"] = key.start()
    return option
