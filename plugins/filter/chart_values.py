# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From an entry of the inventory to values of a chart."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.inferops.serving.plugins.module_utils._import.triton_chart_values import (
    NotForThisChart,
)
from ansible_collections.inferops.serving.plugins.module_utils._import.triton_chart_values import (
    chart_values as write,
)

DOCUMENTATION = r"""
name: chart_values
short_description: An entry of the inventory as values of the chart triton-inference-server
version_added: 0.1.0
author: Inferops contributors (@inferops)
description:
  - Turns a service with C(engine=triton-vllm), its bucket, its cache and its credentials into the values of
    the scenario chart triton-inference-server, for who has that chart and wants it run from the same
    inventory, with M(inferops.serving.helm_release).
  - It is the way back of P(inferops.serving.import_values#filter).
  - Credentials of the inventory are in the values. Keep them out of logs.
options:
  _input:
    description:
      - A map of the variables C(llm_cluster), C(llm_secrets), C(llm_stores), C(llm_models) and
        C(llm_serving). Credentials that name environment variables are read there.
    type: dict
    required: true
  name:
    description: Name of the service.
    type: str
    required: true
seealso:
  - plugin: inferops.serving.import_values
    plugin_type: filter
  - module: inferops.serving.helm_release
"""

EXAMPLES = r"""
- name: Run the service from its chart
  inferops.serving.helm_release:
    name: gpt2
    namespace: triton-demo-1
    chart: https://charts.example/platform/triton-inference-server
    version: 1.4.2
    checksum: sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
    values: "{{ (inventory_of_services | inferops.serving.chart_values('gpt2'))['values'] }}"
  vars:
    inventory_of_services:
      llm_secrets: "{{ llm_secrets }}"
      llm_stores: "{{ llm_stores }}"
      llm_models: "{{ llm_models }}"
      llm_serving: "{{ llm_serving }}"
  no_log: true
"""

RETURN = r"""
_value:
  description:
    - V(values) for the chart, and V(left_out), the keys of the entry for which the chart has no place.
  type: dict
  sample:
    values: {"tags": {"s3": true}, "main": {"numGpus": 1}}
    left_out: [expose.path]
"""


def chart_values(variables: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The values, and what is not in them."""
    if not isinstance(variables, Mapping):
        raise AnsibleFilterError("inferops.serving.chart_values needs a map of the variables llm_….")
    try:
        made = write(variables, name, environ=os.environ)
    except NotForThisChart as error:
        raise AnsibleFilterError(f"inferops.serving.chart_values: {error}") from error
    return {"values": dict(made.values), "left_out": list(made.left_out)}


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"chart_values": chart_values}
