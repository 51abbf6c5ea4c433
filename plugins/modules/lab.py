#!/usr/bin/python
# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: lab
short_description: A real Kubernetes control plane with simulated GPU nodes on this machine
version_added: 0.1.0
author: Inferops contributors (@inferops)
description:
  - Runs etcd, the API server, the controller manager, the scheduler, and on demand the controllers of
    KServe, LeaderWorkerSet and Kueue as ordinary processes of the user, without containers and without root.
    TLS, RBAC and admission are on; everything listens on the loopback address.
  - Nodes and what runs in pods are simulated by KWOK. A Ready pod of a served model answers requests all the
    same. They are reached by the API server's port-forward and come from the simulator of the llm-d project,
    or from a stand-in for Triton's HTTP protocol.
  - The programs are built from pinned Go modules at first use, which takes about ten minutes on two cores,
    and are kept in O(cache) for all labs of the user.
  - The module works on the machine on which it runs. Several labs run side by side, each with its own O(dir)
    and O(port).
options:
  state:
    description:
      - V(present) makes the lab run as described. Whatever is as wanted already stays untouched.
      - V(stopped) ends its processes and keeps its state, so that V(present) goes on from there.
      - V(absent) ends its processes and deletes O(dir).
    type: str
    choices: [present, stopped, absent]
    default: present
  dir:
    description:
      - Directory of the lab, with certificates, data and logs. Made if it is missing; an existing directory
        that holds other files is refused.
    type: path
    required: true
  port:
    description:
      - First of fifteen TCP ports in a row on the loopback address. The API server has the first.
    type: int
    default: 6443
  nodes:
    description:
      - Groups of simulated nodes. Nodes of an earlier run that are in no group any more are deleted.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description:
          Prefix of the names, V(gpu) for C(gpu-0), C(gpu-1) and so on. Groups of one name share the
          numbering.
        type: str
        required: true
      count:
        description: Number of nodes.
        type: int
        default: 1
      cpu:
        description: CPU cores of a node, a Kubernetes quantity.
        type: str
        default: "16"
      memory:
        description: Memory of a node, a Kubernetes quantity.
        type: str
        default: 64Gi
      pods:
        description: Pods that fit on a node.
        type: int
        default: 110
      gpus:
        description: NVIDIA GPUs of a node.
        type: int
        default: 0
      gpu_product:
        description: Product name as NVIDIA's GPU feature discovery writes it, for example V(NVIDIA-L40S).
        type: str
      gpu_memory:
        description: Memory of one GPU in MiB, as NVIDIA's GPU feature discovery writes it.
        type: int
      bare:
        description:
          - Whether nothing shows the GPUs until agents run on the node.
          - While pods of Node Feature Discovery, GPU Feature Discovery, the device plugin or HAMi are Ready
            there, it shows what the real programs would cause.
        type: bool
        default: false
      instance_type:
        description: Value of the label C(node.kubernetes.io/instance-type).
        type: str
      zones:
        description: Zones over which the nodes are spread in turn.
        type: list
        elements: str
        default: []
      racks:
        description: Racks over which the nodes are spread in turn.
        type: list
        elements: str
        default: []
      resources:
        description:
          - More extended resources of the node, such as shares of GPUs or cache devices, by name.
        type: dict
        default: {}
      labels:
        description: More labels.
        type: dict
        default: {}
      taints:
        description: Taints.
        type: list
        elements: dict
        default: []
        suboptions:
          key:
            description: Key of the taint.
            type: str
            required: true
          value:
            description: Value of the taint.
            type: str
          effect:
            description: What it does to pods that do not tolerate it.
            type: str
            choices: [NoSchedule, PreferNoSchedule, NoExecute]
            required: true
  controllers:
    description: Which real controllers run, with their webhooks and definitions.
    type: dict
    default: {}
    suboptions:
      kserve:
        description: The controller of InferenceServices.
        type: bool
        default: false
      llmisvc:
        description: The controller of LLMInferenceServices.
        type: bool
        default: false
      lws:
        description: The controller of LeaderWorkerSets.
        type: bool
        default: false
      kueue:
        description: Kueue, which admits groups of pods by quota. It needs queues that you make.
        type: bool
        default: false
      knative:
        description:
          Knative Serving's webhook, controller and autoscaler. Revisions become ready, but nothing carries
          requests to them.
        type: bool
        default: false
      gateway:
        description:
          Whether the status of Gateways and HTTPRoutes is written as a Gateway API implementation would.
          Nothing is routed.
        type: bool
        default: false
  crds:
    description: Custom resource definitions that no switch of O(controllers) brings.
    type: list
    elements: str
    choices:
      [kserve, lws, gateway, inference, keda, istio, traefik, envoy-gateway, openshift,
       prometheus-operator, knative, kueue, mpi]
    default: []
  binaries:
    description:
      - Paths of ready programs by their names C(klab), C(llm-d-inference-sim), C(kserve-manager),
        C(kserve-llmisvc), C(lws-manager), C(kueue), C(knative-webhook), C(knative-controller),
        C(knative-autoscaler). What is not given is built.
    type: dict
    default: {}
  cache:
    description:
      - Directory of built programs, definitions and the prepared data of new labs. Without it
        C(inferops/lab) in E(XDG_CACHE_HOME), which is C(~/.cache) if it is not set.
    type: path
  sources:
    description: Directory of the Go modules that pin the programs. Without it that of the role C(lab).
    type: path
attributes:
  check_mode:
    support: partial
    details:
      - Tells whether the lab would be started, stopped or removed. Nodes of a running lab are not compared.
  diff_mode:
    support: none
  idempotent:
    support: full
extends_documentation_fragment:
  - inferops.serving.attributes
requirements:
  - Linux
  - cryptography
  - Go, for the first build
seealso:
  - name: The lab
    description: What is real in it, what is simulated, and how a pod is told what shall happen to it.
    link: https://github.com/inferops/serving/blob/main/docs/lab.md
"""

EXAMPLES = r"""
- name: A cluster with two GPU nodes
  inferops.serving.lab:
    dir: ~/labs/staging
    nodes:
      - name: gpu
        count: 2
        cpu: "96"
        memory: 1000Gi
        gpus: 8
        gpu_product: NVIDIA-H100-80GB-HBM3
        gpu_memory: 81559
        taints:
          - {key: nvidia.com/gpu, value: present, effect: NoSchedule}
      - name: cpu
    controllers: {kserve: true, gateway: true}
  register: staging

- name: Look at it
  ansible.builtin.command: "kubectl --kubeconfig {{ staging.kubeconfig }} get nodes"
  changed_when: false

- name: Another one beside it
  inferops.serving.lab:
    dir: ~/labs/prod
    port: 7443

- name: End its processes and keep its state
  inferops.serving.lab:
    dir: ~/labs/prod
    state: stopped

- name: Remove it
  inferops.serving.lab:
    dir: ~/labs/prod
    state: absent
"""

RETURN = r"""
actions:
  description: What was done, in words.
  type: list
  elements: str
  returned: success
  sample: [etcd started, kube-apiserver started, node gpu-0 created]
kubeconfig:
  description: Path of a kubeconfig with all rights, readable by its owner only.
  type: str
  returned: when the lab is present or stopped
  sample: /home/user/labs/staging/admin.kubeconfig
address:
  description: Address of the API server.
  type: str
  returned: when the lab is present or stopped
  sample: https://127.0.0.1:6443
memory_mib:
  description: Memory of all its processes in MiB; pages that they share are counted once.
  type: int
  returned: success
  sample: 1447
processes:
  description: The processes of the lab, in order of start.
  type: list
  elements: dict
  returned: success
  contains:
    name:
      description: What it is.
      type: str
      sample: kube-apiserver
    running:
      description: Whether it lives.
      type: bool
      sample: true
    pid:
      description: Process number.
      type: int
      sample: 4711
    memory_mib:
      description: Proportional set size in MiB.
      type: int
      sample: 906
    ports:
      description: TCP ports on which it listens.
      type: list
      elements: int
      sample: [6443]
"""

from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.inferops.serving.plugins.module_utils._apply.progress import progress
from ansible_collections.inferops.serving.plugins.module_utils._lab import (
    LabError,
    Result,
    down,
    remove,
    status,
    up,
)
from ansible_collections.inferops.serving.plugins.module_utils._lab.argspec import ARGUMENT_SPEC, config


def act(module: AnsibleModule, directory: Path) -> Result:
    """Does what the state asks for, or says what it would do."""
    state, now = module.params["state"], status(directory)["state"]
    if module.check_mode:
        return Result(
            [f"lab would be {state}"] if now != state and (state, now) != ("stopped", "absent") else []
        )
    if state == "present":
        return up(config(module.params), progress())
    return down(directory) if state == "stopped" else remove(directory)


def main() -> None:
    module = AnsibleModule(ARGUMENT_SPEC, supports_check_mode=True)
    directory = Path(module.params["dir"]).resolve()
    try:
        result = act(module, directory)
    except LabError as error:
        module.fail_json(msg=str(error))
    facts: dict[str, Any] = status(directory)
    del facts["state"]
    module.exit_json(changed=bool(result.actions), actions=result.actions, **facts)


if __name__ == "__main__":
    main()
