# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows as lines of equal columns, for people who read a job's log."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleFilterError

DOCUMENTATION = r"""
name: table
short_description: Rows as lines of a table
version_added: 0.1.0
author: Inferops contributors (@inferops)
description:
  - Turns a list of dictionaries into a list of text lines, a heading first, with columns of equal width.
positional: columns
options:
  _input:
    description: The rows, or with O(key) a dictionary of them.
    type: raw
    required: true
  columns:
    description: Keys to show, in this order. Left out, the keys of the first row.
    type: list
    elements: str
  key:
    description: Heading of a first column, which holds the keys of the dictionary of rows.
    type: str
"""

EXAMPLES = r"""
- name: Show what came of the smoke test
  ansible.builtin.debug:
    msg: "{{ result.rows | inferops.serving.table }}"

- name: Show what GPUs each node has
  ansible.builtin.debug:
    msg: "{{ result.gpu_inventory | inferops.serving.table(key='node') }}"
"""

RETURN = r"""
_value:
  description: The lines.
  type: list
  elements: str
  sample: ["SERVICE  READY", "chat     yes"]
"""


def table(rows: Any, columns: Sequence[str] = (), key: str = "") -> list[str]:
    """The heading and one line for each row; an absent value is a dash."""
    if key and isinstance(rows, Mapping):
        rows = [{key: name, **row} for name, row in rows.items()]
    if isinstance(rows, (str, Mapping)) or not all(isinstance(row, Mapping) for row in rows):
        raise AnsibleFilterError("inferops.serving.table needs a list of dictionaries.")
    if not rows:
        return []
    names = list(columns) or list(rows[0])
    cells = [[name.upper().replace("_", " ") for name in names]]
    cells += [[_cell(row.get(name)) for name in names] for row in rows]
    widths = [max(len(line[column]) for line in cells) for column in range(len(names))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    ]


def _cell(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        value = ", ".join(str(one) for one in value)
    return "-" if value is None or value == "" else " ".join(str(value).split())


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"table": table}
