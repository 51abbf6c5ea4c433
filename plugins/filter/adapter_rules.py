# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules for the Prometheus adapter, made of the engines' series."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.inferops.serving.plugins.module_utils._metrics import adapter_rules as made

DOCUMENTATION = r"""
name: adapter_rules
short_description: Rules of the Prometheus adapter for the metrics that autoscalers here ask for
version_added: 0.1.0
author: Inferops contributors (@inferops)
description:
  - Adds to a list of rules those by which the Prometheus adapter offers C(avg_time_queue_us), the time that
    requests wait in a pod, and C(triton:queue_compute:ratio) and C(vllm:queue_compute:ratio), that time over
    the time of work.
  - They are the same for every inventory, and are for an adapter that others look after.
options:
  _input:
    description: Rules that the adapter has besides.
    type: list
    elements: dict
    required: true
"""

EXAMPLES = r"""
- name: Write values for the adapter's chart
  ansible.builtin.copy:
    dest: adapter-values.yaml
    content: "{{ {'rules': {'custom': [] | inferops.serving.adapter_rules}} | to_nice_yaml }}"
    mode: "0644"
"""

RETURN = r"""
_value:
  description: The rules.
  type: list
  elements: dict
  sample:
    - name: {"as": "avg_time_queue_us", "matches": "^.*$"}
      seriesQuery: '{__name__=~"^(nv_inference_queue_duration_us)$"}'
"""


def adapter_rules(rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The given rules and ours."""
    return [*rules, *made()]


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"adapter_rules": adapter_rules}
