#!/usr/bin/python
# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: simulated_devices
short_description: Devices that simulated nodes seem to have
version_added: 0.1.0
author: Inferops contributors (@inferops)
description:
  - Makes simulated nodes advertise devices that no hardware stands behind, so that what asks for them can be
    tried.
  - Each node carries the annotation C(inferops.serving/simulated) with the names of such resources.
  - Refuses clusters with any real node, because pods would be sent to devices that it does not have. A node
    is simulated when it carries the label or annotation C(kwok.x-k8s.io/node).
  - Devices that a node advertises for another reason are left as they are.
options:
  state:
    description:
      - V(present) advertises the devices, V(absent) takes away what was simulated, on every node.
    type: str
    choices: [present, absent]
    default: present
  mode:
    description:
      - V(apply) does it. V(rights) writes nothing and returns RV(rights), what an account needs for it.
    type: str
    choices: [apply, rights]
    default: apply
  resource:
    description: Name of the resource.
    type: str
    required: true
  per_node:
    description: How many devices each node has.
    type: int
    default: 1
  labels:
    description: Labels that come and go with the devices.
    type: dict
    default: {}
  names:
    description: Names of the nodes.
    type: list
    elements: str
    default: []
  selector:
    description: Labels of the nodes, instead of O(names). With neither, nodes that advertise GPUs.
    type: dict
    default: {}
  force:
    description: Whether V(absent) of O(state) goes on while pods use the devices.
    type: bool
    default: false
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
extends_documentation_fragment:
  - inferops.serving.attributes
  - inferops.serving.attributes.action_group
  - inferops.serving.connection
seealso:
  - module: inferops.serving.gpu_nodes
"""

EXAMPLES = r"""
- name: Two cache devices on each simulated GPU node
  inferops.serving.simulated_devices:
    resource: phison.com/ai100
    per_node: 2
    labels: {phison.com/ai100-present: "true"}
    selector: {nvidia.com/gpu: present}

- name: None any more
  inferops.serving.simulated_devices:
    resource: phison.com/ai100
    labels: {phison.com/ai100-present: "true"}
    state: absent
"""

RETURN = r"""
nodes:
  description: Names of the nodes that have the devices, or had them.
  type: list
  elements: str
  returned: success
  sample: [gpu-0, gpu-1]
rights:
  description: What an account needs for this task and nothing more.
  type: list
  elements: dict
  returned: when O(mode) is V(rights)
  sample:
    - kind: ClusterRole
      metadata: {"name": "inferops-simulated-devices"}
      rules: [{"apiGroups": [""], "resources": ["nodes"], "verbs": ["list", "patch"]}]
diagnosis:
  description: Why nothing was done, as of M(inferops.serving.apply_set).
  type: list
  elements: dict
  returned: when it is refused
  sample: []
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.inferops.serving.plugins.module_utils._apply import Refused
from ansible_collections.inferops.serving.plugins.module_utils._cluster import ClusterError, connect
from ansible_collections.inferops.serving.plugins.module_utils._cluster.argspec import CONNECTION
from ansible_collections.inferops.serving.plugins.module_utils._gpu_nodes import Selection
from ansible_collections.inferops.serving.plugins.module_utils._gpu_nodes.selection import UnknownNodes
from ansible_collections.inferops.serving.plugins.module_utils._prerequisites.simulate import (
    Devices,
    end_simulation,
    rights,
    simulate,
)

ARGUMENT_SPEC: dict[str, Any] = {
    **CONNECTION,
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "mode": {"type": "str", "choices": ["apply", "rights"], "default": "apply"},
    "resource": {"type": "str", "required": True},
    "per_node": {"type": "int", "default": 1},
    "labels": {"type": "dict", "default": {}},
    "names": {"type": "list", "elements": "str", "default": []},
    "selector": {"type": "dict", "default": {}},
    "force": {"type": "bool", "default": False},
}


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    options = module.params
    devices = Devices(
        resource=options["resource"],
        per_node=options["per_node"],
        labels=options["labels"],
        selection=Selection(names=options["names"], selector=options["selector"]),
    )
    try:
        client = connect(options)
        if options["mode"] == "rights":
            module.exit_json(
                changed=False, rights=rights(client).manifests(name="inferops-simulated-devices")
            )
        if options["state"] == "present":
            patches = simulate(client, devices, check_mode=module.check_mode)
        else:
            patches = end_simulation(client, devices, force=options["force"], check_mode=module.check_mode)
    except Refused as refused:
        module.fail_json(msg=str(refused), diagnosis=[one.result() for one in refused.diagnosis])
    except (UnknownNodes, ClusterError) as error:
        module.fail_json(msg=str(error))
    module.exit_json(
        changed=any(patch.changed for patch in patches),
        nodes=[patch.node for patch in patches],
        diff=[
            {"after_header": f"Node {patch.node}", "before": "", "after": {**patch.metadata, **patch.amounts}}
            for patch in patches
            if patch.changed
        ],
    )


if __name__ == "__main__":
    main()
