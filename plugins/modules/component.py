#!/usr/bin/python
# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: component
short_description: One of the programs that every GPU node needs
version_added: 0.1.0
author: Inferops contributors (@inferops)
description:
  - Installs Node Feature Discovery, NVIDIA's device plugin, GPU Feature Discovery or the DCGM exporter from
    objects of this collection, or leaves them to whoever runs them already.
  - Looks first, under any name and in any namespace, whether the component is there, and does not write where
    it belongs to somebody else.
  - Refuses settings by which a GPU node would be left out, because a DaemonSet that matches no node looks
    healthy, and judges in the end by the effect on every GPU node.
options:
  component:
    description:
      - V(nfd) is Node Feature Discovery, V(device_plugin) NVIDIA's device plugin, V(gfd) GPU Feature
        Discovery, and V(dcgm) the DCGM exporter.
    type: str
    choices: [nfd, device_plugin, gfd, dcgm]
    required: true
  state:
    description:
      - V(present) brings the component, V(absent) removes what was brought by this module, and of Node
        Feature Discovery also its labels on the nodes.
  namespace:
    description:
      - Its namespace. Without it C(kube-system) for V(device_plugin) and V(gfd), C(monitoring) for V(dcgm),
        and for V(nfd) C(node-feature-discovery), or with V(seed) of O(version_preset) C(kube-system).
    type: str
  manage_namespace:
    description:
      - Whether a missing namespace is made, with the label by which Pod Security admits privileged pods. A
        namespace that is there is left as it is.
    type: bool
    default: true
  source:
    description:
      - A manifest of yours instead of the objects of this collection, as path of a file, of a directory or of
        an archive, or as URL. Its objects go to O(namespace), with the tolerations, selector, images and
        patches wanted here; its version and resources are its own, and O(values) are not for it.
      - It is judged as the objects of this collection are.
    type: str
  checksum:
    description: The SHA-256 of the source, as V(sha256:…). Required for a URL, unless O(allow_unverified).
    type: str
  allow_unverified:
    description: Whether a URL is fine without a checksum.
    type: bool
    default: false
  image:
    description: The image with its tag, instead of the one of the version.
    type: str
  tolerations:
    description: Tolerations of the pods on GPU nodes.
    type: list
    elements: dict
    default:
      - key: nvidia.com/gpu
        operator: Exists
        effect: NoSchedule
  node_selector:
    description:
      - Labels of the nodes on which it runs. Without it C(nvidia.com/gpu=present) for V(device_plugin) and
        V(dcgm), and none for V(nfd) and V(gfd), which find their nodes by themselves.
    type: dict
  runtime_class:
    description: RuntimeClass of the pods, V(nvidia) where NVIDIA's runtime is not the default one.
    type: str
    default: ""
  resources:
    description: Requests and limits of the pods on GPU nodes. Without it small ones.
    type: dict
  values:
    description:
      - What is special to the component. An unknown key is an error that names the nearest one.
      - "V(nfd): C(pci_label_fields), C(pci_class_whitelist), C(worker_config), C(extra_label_namespaces),
        C(collector)."
      - "V(device_plugin): C(mig_strategy), C(device_list_strategy), C(fail_on_init_error), C(sharing)."
      - "V(gfd): C(publish), C(mig_strategy), C(sleep_interval)."
      - "V(dcgm): C(collect_interval_ms), C(collectors), C(counters), C(resource_names), C(privileged),
        C(service_monitor), C(scrape_interval), C(monitor_labels)."
    type: dict
    default: {}
  expected_nodes:
    description:
      - How many GPU nodes it must reach at least. Without it all GPU nodes, and at least one. V(0) says that
        a cluster without GPU nodes is fine.
    type: int
  expected_gpus_per_node:
    description: How many GPUs each node must have to give at least, for V(device_plugin).
    type: int
    default: 1
  delete_namespace:
    description:
      - Whether V(absent) of O(state) also deletes the namespace made here, once it is empty.
      - An account that may not list everything in it gets a warning, and the namespace stays.
    type: bool
    default: false
  force:
    description:
      - Whether V(absent) of O(state) goes on while pods use GPUs, or run where they do because of labels that
        go with the component.
    type: bool
    default: false
attributes:
  check_mode:
    support: full
    details:
      - The API server dry-runs every request. Effects on nodes are not judged.
  diff_mode:
    support: full
  idempotent:
    support: full
extends_documentation_fragment:
  - inferops.serving.attributes
  - inferops.serving.attributes.action_group
  - inferops.serving.connection
  - inferops.serving.installing
  - inferops.serving.waiting
seealso:
  - module: inferops.serving.components_info
  - module: inferops.serving.gpu_nodes
"""

EXAMPLES = r"""
- name: Node Feature Discovery, unless somebody runs it already
  inferops.serving.component:
    component: nfd

- name: The device plugin from a registry of the site, on nodes whose taint has another key
  inferops.serving.component:
    component: device_plugin
    image_registry_map: {nvcr.io: registry.example/nvidia}
    tolerations: [{key: sku, operator: Exists, effect: NoSchedule}]
    expected_gpus_per_node: 8

- name: The plugin from a manifest of the site
  inferops.serving.component:
    component: device_plugin
    source: files/nvidia-device-plugin.yml

- name: Only check that whatever the provider runs labels every GPU node
  inferops.serving.component:
    component: gfd
    mode: verify

- name: Remove it
  inferops.serving.component:
    component: dcgm
    state: absent
"""

RETURN = r"""
component:
  description: What was there before.
  type: dict
  returned: when the options are right
  contains:
    present:
      description: Whether it was there.
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
      sample: v0.19.3
    evidence:
      description: By what that was seen.
      type: list
      elements: str
      sample: ["DaemonSet kube-system/nvidia-gpu-device-plugin (its name)"]
action:
  description: What was decided, V(install), V(adopt), V(verify), V(skip), or V(remove).
  type: str
  returned: success
  sample: install
reason:
  description: Why.
  type: str
  returned: success
  sample: not there
version:
  description: The version that was wanted.
  type: str
  returned: success
  sample: v0.20.0
actions:
  description: What happened to each object, or in check mode would, as of M(inferops.serving.apply_set).
  type: list
  elements: dict
  returned: success
  sample: [{"kind": "DaemonSet", "name": "nvidia-device-plugin-daemonset", "action": "created"}]
gpu_inventory:
  description: By node, what the cluster knows of its GPUs. Also set as the fact C(gpu_inventory).
  type: dict
  returned: success
  sample: {"gpu-0": {"product": "NVIDIA-L40S", "count": 8, "memory_mib": 46068, "mig": "none"}}
rights:
  description:
    - What an account needs for this task and nothing more. A ClusterRole for what holds everywhere, and a
      Role in each namespace that is there already.
  type: list
  elements: dict
  returned: when O(mode) is V(rights)
  sample:
    - kind: ClusterRole
      metadata: {"name": "inferops-gfd"}
      rules: [{"apiGroups": ["apps"], "resources": ["daemonsets"], "verbs": ["list"]}]
diagnosis:
  description: What went wrong, an entry for each cause, as of M(inferops.serving.apply_set).
  type: list
  elements: dict
  returned: always
  sample: []
"""

from dataclasses import replace
from typing import Any, NoReturn

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.inferops.serving.plugins.module_utils._apply import Refused
from ansible_collections.inferops.serving.plugins.module_utils._apply.module import finish
from ansible_collections.inferops.serving.plugins.module_utils._bundles import (
    CHART,
    Source,
    SourceError,
    Transformation,
    download,
    objects_of,
)
from ansible_collections.inferops.serving.plugins.module_utils._cluster import (
    Client,
    ClusterError,
    Object,
    connect,
)
from ansible_collections.inferops.serving.plugins.module_utils._cluster.argspec import CONNECTION, WAITING
from ansible_collections.inferops.serving.plugins.module_utils._components.module import (
    INSTALLING,
    manner,
    shown_finding,
)
from ansible_collections.inferops.serving.plugins.module_utils._prerequisites import (
    Request,
    provide,
    request_of,
    rights,
    withdraw,
)

ARGUMENT_SPEC: dict[str, Any] = {
    **CONNECTION,
    **WAITING,
    **INSTALLING,
    "component": {"type": "str", "choices": ["nfd", "device_plugin", "gfd", "dcgm"], "required": True},
    "namespace": {"type": "str"},
    "manage_namespace": {"type": "bool", "default": True},
    "source": {"type": "str"},
    "checksum": {"type": "str"},
    "allow_unverified": {"type": "bool", "default": False},
    "image": {"type": "str"},
    "tolerations": {
        "type": "list",
        "elements": "dict",
        "default": [{"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}],
    },
    "node_selector": {"type": "dict"},
    "runtime_class": {"type": "str", "default": ""},
    "resources": {"type": "dict"},
    "values": {"type": "dict", "default": {}},
    "expected_nodes": {"type": "int"},
    "expected_gpus_per_node": {"type": "int", "default": 1},
    "delete_namespace": {"type": "bool", "default": False},
    "force": {"type": "bool", "default": False},
}


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    try:
        client = connect(module.params)
        request = request_of(module.params, client)
        if module.params["source"] and module.params["state"] == "present":
            request = replace(request, given=_given(module.params, client, request))
        if module.params["state"] == "absent":
            _withdraw(module, client, request)
        if request.mode == "rights":
            needed = rights(client, request).manifests(name=request.own_set().name)
            module.exit_json(changed=False, rights=needed)
        _provide(module, client, request)
    except Refused as refused:
        module.fail_json(msg=str(refused), diagnosis=[one.result() for one in refused.diagnosis])
    except ClusterError as error:
        module.fail_json(msg=str(error), diagnosis=[])


def _given(options: dict[str, Any], client: Client, request: Request) -> list[Object]:
    if options["source"].startswith(CHART):
        raise SourceError(f"source: {options['source']} is a chart; give what helm template makes of it.")
    source = Source(
        place=options["source"],
        checksum=options["checksum"] or "",
        unverified=options["allow_unverified"],
    )
    how = Transformation(
        namespace=request.settings.namespace,
        mirrors=options["image_registry_map"],
        prefix=options["registry_prefix"],
        tolerations=request.settings.tolerations,
        node_selector=request.settings.node_selector,
        pull_secrets=request.settings.pull_secrets,
        patches=request.patches,
    )
    return objects_of(client, source, how, download)[0]


def _provide(module: AnsibleModule, client: Client, request: Request) -> NoReturn:
    result = provide(client, request, **manner(module))
    facts = {
        "changed": result.changed,
        "component": shown_finding(result.finding),
        "action": result.decision.action,
        "reason": result.decision.reason,
        "version": request.settings.version,
        "gpu_inventory": result.inventory,
        "ansible_facts": {"gpu_inventory": result.inventory},
    }
    for warning in client.warnings:
        module.warn(warning)
    finish(module, result.outcomes, diagnosis=result.diagnosis, **facts)


def _withdraw(module: AnsibleModule, client: Client, request: Request) -> NoReturn:
    outcomes = withdraw(
        client,
        request,
        delete_definitions=module.params["delete_crds"],
        delete_namespace=module.params["delete_namespace"],
        force=module.params["force"],
        **manner(module),
    )
    finish(module, outcomes, action="remove")


if __name__ == "__main__":
    main()
