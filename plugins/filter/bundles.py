# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory's components that come as bundles, as the role of the serving platform takes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleFilterError

DOCUMENTATION = r"""
name: bundles
short_description: The inventory's components as the role serving_platform takes them
version_added: 0.1.0
author: Inferops contributors (@inferops)
description:
  - Picks the components of the serving platform out of C(llm_cluster) and gives each its mode and source.
positional: states
options:
  _input:
    description: The variable C(llm_cluster).
    type: dict
    required: true
  states:
    description: Only components with one of these states.
    type: list
    elements: str
    default: [present, existing]
"""

EXAMPLES = r"""
- name: What is asked for
  ansible.builtin.debug:
    msg: "{{ llm_cluster | inferops.serving.bundles }}"
"""

RETURN = r"""
_value:
  description: The components.
  type: list
  elements: dict
  sample: [{"name": "lws", "mode": "install", "source": "files/lws.yaml"}]
"""

PLATFORM = ("nfs_csi", "cert_manager", "gateway", "inference_crds", "keda", "lws", "kserve", "kueue")
MODES = {"present": "install", "existing": "existing", "absent": "skip"}
KEPT = ("version", "checksum", "values", "managed_namespaces")


def bundles(
    cluster: Mapping[str, Any], states: Sequence[str] = ("present", "existing")
) -> list[dict[str, Any]]:
    """One entry for each component with one of the states; auto is none of them."""
    if not isinstance(cluster, Mapping):
        raise AnsibleFilterError("inferops.serving.bundles needs the dictionary llm_cluster.")
    components = cluster.get("components") or {}
    return [
        _entry(name, components[name])
        for name in PLATFORM
        if (components.get(name) or {}).get("state", "auto") in states
    ]


def _entry(name: str, component: Mapping[str, Any]) -> dict[str, Any]:
    entry = {"name": name, "mode": MODES[component["state"]]}
    source = component.get("source", "builtin")
    if source != "builtin":
        entry["source"] = source
    return entry | {key: component[key] for key in KEPT if component.get(key)}


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"bundles": bundles}
