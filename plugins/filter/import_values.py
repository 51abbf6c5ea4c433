# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From what other tools were given to the variables of an inventory."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.inferops.serving.plugins.module_utils._import import UnknownSource
from ansible_collections.inferops.serving.plugins.module_utils._import import import_values as read

DOCUMENTATION = r"""
name: import_values
short_description: Values of charts and manifests of KServe as entries of the inventory
version_added: 0.1.0
author: Inferops contributors (@inferops)
description:
  - Turns the values of a chart, or manifests of KServe, into the variables of an inventory, and tells what
    became of every value that is not there as it was written.
  - It only translates. Whether the result is a sound inventory is told by M(inferops.serving.manifests) or
    M(inferops.serving.services), which check it.
  - Credentials in the values are credentials in the result. Keep both out of logs, and put the result in a
    vault.
options:
  _input:
    description:
      - Values of one of the charts, as read from YAML; several files are combined before.
      - For manifests a list of objects.
    type: raw
    required: true
  source:
    description:
      - What the values are of. V(aidaptiv-chart) is aidaptivcache-inference, V(triton-chart) the scenarios of
        a platform's triton-inference-server, V(trtllm-chart) the multi-node chart of Triton with
        TensorRT-LLM, V(manifests) an InferenceService with its ServingRuntime and the files of its model
        repository.
      - Left out, it is told by the keys at the top.
    type: str
    choices: [aidaptiv-chart, manifests, triton-chart, trtllm-chart]
  name:
    description: Name of the service. Left out, the one in the values.
    type: str
  namespace:
    description: Namespace of the service.
    type: str
  service:
    description: Keys of the entry of V(llm_serving), laid over what was read.
    type: dict
  model:
    description: Keys of the entry of V(llm_models), laid over what was read.
    type: dict
  user:
    description: User name of a login of which the values have only the password.
    type: str
seealso:
  - plugin: inferops.serving.table
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Read the values of a release
  ansible.builtin.set_fact:
    imported: >-
      {{ lookup('ansible.builtin.file', 'custom-values.yaml') | from_yaml
         | inferops.serving.import_values(namespace='llm') }}
  no_log: true

- name: Show what became of them
  ansible.builtin.debug:
    msg: "{{ imported.notes | inferops.serving.table(['kind', 'path', 'message', 'trap']) }}"
"""

RETURN = r"""
_value:
  description:
    - The variables V(llm_cluster), V(llm_secrets), V(llm_stores), V(llm_models) and V(llm_serving), and
      V(notes).
    - Each note has C(kind), C(path), C(message), and C(trap) with the number of a known trap. Kinds are
      V(corrected) for a value that means something else than it seems, V(assumed) for one that the source
      does not tell, V(dropped) for one that has no place here, V(missing) for one to be written by hand,
      V(unknown) for one that nobody knows.
  type: dict
  sample:
    llm_cluster: {}
    llm_secrets: []
    llm_stores: []
    llm_models: [{"name": "llama", "source": "meta-llama/Meta-Llama-3-8B"}]
    llm_serving: [{"name": "llama", "model": "llama", "engine": "triton-trtllm"}]
    notes:
      - kind: corrected
        path: model.skipConversion
        message: true skips the conversion; the guide says the opposite.
        trap: T-17
"""


def import_values(
    values: Mapping[str, Any] | Sequence[Mapping[str, Any]],
    *,
    source: str = "",
    name: str = "",
    namespace: str = "",
    service: Mapping[str, Any] | None = None,
    model: Mapping[str, Any] | None = None,
    user: str = "",
) -> dict[str, Any]:
    """The variables and the notes."""
    if isinstance(values, str) or not isinstance(values, (Mapping, Sequence)):
        raise AnsibleFilterError("inferops.serving.import_values needs values or a list of objects.")
    try:
        return read(
            values, source=source, name=name, namespace=namespace, service=service, model=model, user=user
        )
    except UnknownSource as error:
        raise AnsibleFilterError(f"inferops.serving.import_values: {error}") from error


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"import_values": import_values}
