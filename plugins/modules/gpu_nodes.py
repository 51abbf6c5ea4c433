#!/usr/bin/python
# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: gpu_nodes
short_description: Labels and taints of GPU nodes
version_added: 0.1.0
author: Inferops contributors (@inferops)
description:
  - Marks the nodes that carry GPUs with a label, by which pods find them, and a taint, which keeps other
    pods away.
  - All nodes are done in one task. A node that is already as wished costs no request.
  - Labels and taints of others stay. Labels are written by server-side apply; the taints of a node are one
    list with one owner for the API server, so they are read, changed and written back with a test that
    nobody wrote in between, and those that this module added are recorded in the annotation
    C(inferops.serving/taints) of the node.
  - Before a node is tainted, the DaemonSets are listed that run there today and do not tolerate the taint.
options:
  names:
    description:
      - Names of the GPU nodes. A name without a node is an error, unless O(state=absent).
      - Where this is empty, O(selector) decides.
    type: list
    elements: str
    default: []
  selector:
    description:
      - Labels that the GPU nodes already carry, for example C(cloud.google.com/gke-accelerator=nvidia-l4).
      - Where both O(names) and this are empty, a node is a GPU node if its allocatable C(nvidia.com/gpu)
        (or a MIG slice) is above zero, or if Node Feature Discovery found a PCI device of vendor 10de.
    type: dict
    default: {}
  label:
    description: The label that all GPU nodes shall carry, as C(key=value). An empty string means no label.
    type: str
    default: nvidia.com/gpu=present
  taint:
    description:
      - The taint that all GPU nodes shall carry, as C(key=value:Effect) with an effect of V(NoSchedule),
        V(PreferNoSchedule) or V(NoExecute). An empty string means no taint.
    type: str
    default: nvidia.com/gpu=present:NoSchedule
  extra_labels:
    description:
      Further labels for the same nodes, for example those that a service names in its C(node_selector).
    type: dict
    default: {}
  state:
    description:
      - V(present) sees to it that the selected nodes carry the label, the extra labels and the taint.
        Labels and taints that an earlier run added and that are no longer wanted are removed.
      - V(absent) removes every label and taint that this module added and nothing else; without O(names)
        and O(selector) from all nodes. It is refused while pods run there because of such a label, since a
        DaemonSet's pods would leave at once.
    type: str
    choices: [present, absent]
    default: present
  mode:
    description:
      - V(apply) writes what is missing.
      - V(verify) writes nothing and fails with the exact label or taint that each node lacks. Use it where
        a cloud provider's node pool sets them, because what is set by the API is lost when the pool is
        scaled.
      - V(rights) writes nothing and returns only RV(rights), the roles of role-based access control that
        grant what V(apply) needs.
    type: str
    choices: [apply, verify, rights]
    default: apply
  overwrite:
    description:
      - Whether a label or taint of somebody else with the same key (and effect), but another value, gets
        the wanted value. With V(false) it is reported in RV(nodes) and as a warning and stays.
    type: bool
    default: false
  allow_no_gpu_nodes:
    description:
      Whether it is fine that no GPU node is found, because they join later. With V(false) this is an error.
    type: bool
    default: false
  daemonset_policy:
    description:
      - What to do about DaemonSets that the taint would keep off nodes on which they run today.
      - V(warn) names them and goes on, V(fail) names them and writes nothing, V(ignore) does not look.
    type: str
    choices: [warn, fail, ignore]
    default: warn
  force:
    description:
      Whether V(absent) of O(state) takes labels away although pods run on the nodes because of them.
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
  - module: inferops.serving.services
"""

EXAMPLES = r"""
- name: Mark every node that shows a GPU
  inferops.serving.gpu_nodes:
    kubeconfig: ~/.kube/prod

- name: Mark two nodes by name and give them a label that services select
  inferops.serving.gpu_nodes:
    names: [gpu-0, gpu-1]
    extra_labels:
      demo: base

- name: Check a managed node pool without writing
  inferops.serving.gpu_nodes:
    selector:
      cloud.google.com/gke-accelerator: nvidia-l4
    mode: verify

- name: Take back every label and taint that was added
  inferops.serving.gpu_nodes:
    state: absent
"""

RETURN = r"""
rights:
  description:
    - What an account needs for this task and nothing more.
  type: list
  elements: dict
  returned: when O(mode) is V(rights)
  sample:
    - kind: ClusterRole
      metadata: {"name": "inferops-gpu-nodes"}
      rules: [{"apiGroups": [""], "resources": ["nodes"], "verbs": ["get", "list"]}]
nodes:
  description: The selected nodes, in the order of the API server.
  type: list
  elements: dict
  returned: success, and on failure of V(verify)
  contains:
    name:
      description: Name of the node.
      type: str
      sample: gpu-0
    action:
      description: V(unchanged), V(configured), or in check mode V(would-configure).
      type: str
      sample: configured
    missing:
      description: What the node lacked.
      type: list
      elements: str
      sample: ["label nvidia.com/gpu=present", "taint nvidia.com/gpu=present:NoSchedule"]
    surplus:
      description: What an earlier run added and nobody wants any more.
      type: list
      elements: str
      sample: []
    conflicts:
      description: What is there with another value and belongs to somebody else.
      type: list
      elements: str
      sample: ["taint nvidia.com/gpu=true:NoSchedule (wanted nvidia.com/gpu=present:NoSchedule)"]
shut_out:
  description: DaemonSets that do not tolerate the new taint.
  type: list
  elements: dict
  returned: when O(daemonset_policy) is not V(ignore)
  contains:
    namespace:
      description: Namespace of the DaemonSet.
      type: str
      sample: kube-system
    name:
      description: Name of the DaemonSet.
      type: str
      sample: node-exporter
    taint:
      description: The taint that it does not tolerate.
      type: str
      sample: nvidia.com/gpu=present:NoSchedule
    nodes:
      description: The nodes that it would lose.
      type: list
      elements: str
      sample: [gpu-0]
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.inferops.serving.plugins.module_utils._cluster import ClusterError, connect
from ansible_collections.inferops.serving.plugins.module_utils._cluster.argspec import CONNECTION
from ansible_collections.inferops.serving.plugins.module_utils._gpu_nodes import (
    Marks,
    Refused,
    Request,
    Selection,
    reconcile,
    rights,
)

ARGUMENT_SPEC: dict[str, Any] = {
    **CONNECTION,
    "names": {"type": "list", "elements": "str", "default": []},
    "selector": {"type": "dict", "default": {}},
    "label": {"type": "str", "default": "nvidia.com/gpu=present"},
    "taint": {"type": "str", "default": "nvidia.com/gpu=present:NoSchedule"},
    "extra_labels": {"type": "dict", "default": {}},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "mode": {"type": "str", "choices": ["apply", "verify", "rights"], "default": "apply"},
    "overwrite": {"type": "bool", "default": False},
    "allow_no_gpu_nodes": {"type": "bool", "default": False},
    "daemonset_policy": {"type": "str", "choices": ["warn", "fail", "ignore"], "default": "warn"},
    "force": {"type": "bool", "default": False},
}


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    options = module.params
    try:
        client = connect(options)
        if options["mode"] == "rights":
            module.exit_json(changed=False, rights=rights(client).manifests(name="inferops-gpu-nodes"))
        outcome = reconcile(
            client,
            Request(
                selection=Selection(names=options["names"], selector=options["selector"]),
                marks=Marks.of(
                    label=options["label"], taint=options["taint"], extra_labels=options["extra_labels"]
                ),
                state=options["state"],
                mode=options["mode"],
                overwrite=options["overwrite"],
                allow_none=options["allow_no_gpu_nodes"],
                daemonset_policy=options["daemonset_policy"],
                force=options["force"],
                check=module.check_mode,
            ),
        )
    except Refused as refusal:
        module.fail_json(msg=str(refusal), **refusal.facts)
    except (ValueError, ClusterError) as error:
        module.fail_json(msg=str(error))
    for warning in outcome.warnings:
        module.warn(warning)
    module.exit_json(
        changed=outcome.changed,
        nodes=outcome.nodes,
        shut_out=[vars(lost) for lost in outcome.shut_out],
        diff=outcome.diff,
    )


if __name__ == "__main__":
    main()
