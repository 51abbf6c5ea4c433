#!/usr/bin/python
# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: components_info
short_description: Which prerequisites a cluster has, and whose they are
version_added: 0.1.0
author: Inferops contributors (@inferops)
description:
  - Looks at a cluster without changing it, and tells of every component that GPU services may need whether it
    is there, who keeps it, in which version, and by what that was seen.
  - A component is recognised under any name and in any namespace, by its images, labels, definitions and
    webhooks, and by its effect, such as GPUs that nodes advertise.
options:
  components:
    description: The components to look for. Without it, or with an empty list, all of them.
    type: list
    elements: str
    choices:
      - nfd
      - gpu_operator
      - device_plugin
      - gfd
      - hami
      - dcgm
      - prometheus
      - adapter
      - grafana
      - nfs_csi
      - aidaptiv
      - cert_manager
      - gateway
      - inference_crds
      - istio
      - knative_features
      - keda
      - lws
      - kserve
      - llmd
      - kueue
    default: []
  states:
    description:
      - What the inventory wants of each component, C(state) by name as in C(llm_cluster.components). With it
        RV(components[].action) tells what C(prerequisites) would do, where a component that is not named is
        V(auto). Without it, what the roles would do if all components were wanted.
    type: dict
    default: {}
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
  idempotent:
    support: full
extends_documentation_fragment:
  - inferops.serving.attributes
  - inferops.serving.attributes.action_group
  - inferops.serving.connection

"""

EXAMPLES = r"""
- name: What is there already?
  inferops.serving.components_info:
  register: found

- name: Show it
  ansible.builtin.debug:
    msg: "{{ found.components | inferops.serving.table(['component', 'present', 'owner', 'version']) }}"

- name: Who runs a device plugin here?
  inferops.serving.components_info:
    components: [device_plugin]
"""

RETURN = r"""
components:
  description: One entry for each component, in the order in which they would be installed.
  type: list
  elements: dict
  returned: success
  contains:
    component:
      description: Name of the component, as in C(llm_cluster.components).
      type: str
      sample: device_plugin
    present:
      description: Whether it is there.
      type: bool
      sample: true
    owner:
      description: V(us), V(operator), V(cloud), V(other), or V(nobody).
      type: str
      sample: cloud
    by:
      description: Who keeps it, in words.
      type: str
      sample: the provider's GPU add-on
    version:
      description: Its version, where that can be told.
      type: str
      sample: v0.20.0
    namespace:
      description: The namespace where it runs.
      type: str
      sample: kube-system
    evidence:
      description: By what that was seen.
      type: list
      elements: str
      sample: ["nodes gpu-0, gpu-1 advertise nvidia.com/gpu"]
    conflicts:
      description: What is there that the component could not live beside.
      type: list
      elements: str
      sample: []
    wanted:
      description: What the inventory wants of it, where it says.
      type: str
      sample: present
    action:
      description:
        - What would be done about it, V(install), V(verify), V(refuse), V(remove), or V(leave).
      type: str
      sample: verify
    reason:
      description: Why.
      type: str
      sample: the provider's GPU add-on keeps it
unread:
  description: Kinds that the account may not list, so that the absence of components is not proved.
  type: list
  elements: str
  returned: success
  sample: []
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.inferops.serving.plugins.module_utils._cluster import ClusterError, connect
from ansible_collections.inferops.serving.plugins.module_utils._cluster.argspec import CONNECTION
from ansible_collections.inferops.serving.plugins.module_utils._components import (
    COMPONENTS,
    Component,
    Finding,
    detect,
    foresee,
    read,
)

STATES = ("present", "existing", "absent", "auto")
ARGUMENT_SPEC: dict[str, Any] = {
    **CONNECTION,
    "components": {"type": "list", "elements": "str", "choices": list(COMPONENTS), "default": []},
    "states": {"type": "dict", "default": {}},
}


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    wanted = [COMPONENTS[name] for name in COMPONENTS if name in (module.params["components"] or COMPONENTS)]
    states = module.params["states"]
    if wrong := [f"{name}: {state}" for name, state in states.items() if state not in STATES]:
        module.fail_json(msg=f"states: {', '.join(wrong)}; write one of {', '.join(STATES)}.")
    try:
        snapshot = read(
            connect(module.params), {listing for component in wanted for listing in component.listings}
        )
    except ClusterError as error:
        module.fail_json(msg=str(error))
    module.exit_json(
        changed=False,
        components=[_row(component, detect(component, snapshot), states) for component in wanted],
        unread=sorted({str(listing) for listing in snapshot.unread}),
    )


def _row(component: Component, finding: Finding, states: dict[str, str]) -> dict[str, Any]:
    state = states.get(component.name, "auto") if states else "present"
    decision = foresee(component, finding, state)
    return {
        "component": finding.component,
        "present": finding.present,
        "owner": finding.owner,
        "by": finding.by,
        "version": finding.version,
        "namespace": finding.namespace,
        "evidence": list(finding.evidence),
        "conflicts": list(finding.conflicts),
        "wanted": state if states else "",
        "action": decision.action,
        "reason": decision.reason,
    }


if __name__ == "__main__":
    main()
