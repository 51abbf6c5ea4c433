#!/usr/bin/python
# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: apply_set
short_description: Applies a set of Kubernetes objects that belong together
version_added: 0.1.0
author: Inferops contributors (@inferops)
description:
  - Applies all given objects in one task by server-side apply, deletes the objects that the set had before
    and has no more, and waits until the rest is ready.
  - The set is an ApplySet as Kubernetes specifies it (KEP-3659). Its parent is a ConfigMap with the set's
    O(name); every object carries the label C(applyset.kubernetes.io/part-of).
  - Objects are written in stages (namespaces, definitions, configuration and rights, workloads, webhooks,
    custom resources), whatever their order in O(objects), and within a stage at the same time.
  - An object that exists and is not of this set is refused before anything is written, unless it was made by
    client-side apply (C(kubectl apply), M(kubernetes.core.k8s) with C(apply)); then its fields are handed
    over to this collection. A Namespace that exists is joined and never deleted.
options:
  name:
    description: Name of the set, which is the name of its parent ConfigMap.
    type: str
    required: true
  namespace:
    description:
      - Namespace of the parent, and of all objects that need a namespace and name none.
      - It must exist, or be one of the O(objects).
    type: str
    required: true
  objects:
    description:
      - The objects of the set, complete. What is not among them any more is deleted (O(prune)).
      - Fields that somebody else decides, such as C(replicas) under an autoscaler, are left out.
      - Required, unless O(src) is given or O(state=absent).
    type: list
    elements: dict
  src:
    description:
      - Path of a file with the objects, YAML with any number of documents or JSON; or of a directory, whose
        files that end in C(.yaml), C(.yml) or C(.json) are read in the order of their names, and whose
        kustomization is left out.
      - A relative path is looked for in C(files) of the role, then beside the playbook, and then on the host.
    type: path
  state:
    description:
      - V(present) makes the cluster hold exactly these objects of the set.
      - V(absent) deletes all objects of the set in reverse order and then its parent. PersistentVolumeClaims
        and PersistentVolumes are kept, and so is a Namespace that the set did not create or that still
        contains something else, and a CustomResourceDefinition that others use.
    type: str
    choices: [present, absent]
    default: present
  prune:
    description:
      - Whether objects that the set had and that are not among O(objects) any more are deleted. What
        V(absent) of O(state) would keep is kept here too.
    type: bool
    default: true
  force_conflicts:
    description:
      - Whether fields that another manager holds with another value are taken from it. If V(false), such a
        conflict fails the task and names the manager and the field.
    type: bool
    default: false
  recreate:
    description:
      - Kinds (such as V(Job)) whose objects are deleted and created again when a field is to change that
        cannot be changed. What depends on them is deleted too; for a PersistentVolumeClaim that can be its
        data.
      - For other kinds such a change fails the task.
    type: list
    elements: str
    default: []
attributes:
  check_mode:
    support: full
    details:
      - The API server dry-runs every request. Objects whose namespace or kind comes in the same run are
        reported as V(would-create) and cannot be checked by the server; RV(actions[].note) says so.
  diff_mode:
    support: full
    details:
      - Values of Secrets are shown as short hashes that are comparable within one task only.
  idempotent:
    support: full
extends_documentation_fragment:
  - inferops.serving.attributes
  - inferops.serving.attributes.action_group
  - inferops.serving.connection
  - inferops.serving.waiting
seealso:
  - module: inferops.serving.apply_set_info
"""

EXAMPLES = r"""
- name: A namespace with a quota
  inferops.serving.apply_set:
    name: team-a
    namespace: team-a
    objects:
      - apiVersion: v1
        kind: Namespace
        metadata:
          name: team-a
      - apiVersion: v1
        kind: ResourceQuota
        metadata:
          name: gpus
        spec:
          hard:
            requests.nvidia.com/gpu: "4"

- name: A bundle of manifests, with all objects ready within fifteen minutes
  inferops.serving.apply_set:
    name: leader-worker-set
    namespace: lws-system
    src: files/lws.yaml
    wait_timeout: 900

- name: A Job that runs again when its template changes
  inferops.serving.apply_set:
    name: warm-up
    namespace: team-a
    src: files/warm-up.yaml
    recreate: [Job]

- name: Remove the bundle
  inferops.serving.apply_set:
    name: leader-worker-set
    namespace: lws-system
    state: absent
"""

RETURN = r"""
actions:
  description: What happened to each object of the set, or in check mode would happen.
  type: list
  elements: dict
  returned: when the objects were not refused
  contains:
    api_version:
      description: The object's apiVersion.
      type: str
      sample: apps/v1
    kind:
      description: The object's kind.
      type: str
      sample: Deployment
    namespace:
      description: The object's namespace; none for an object of the whole cluster.
      type: str
      sample: team-a
    name:
      description: The object's name.
      type: str
      sample: web
    action:
      description:
        - V(created), V(configured), V(recreated), V(unchanged), V(pruned), V(deleted) or V(kept); in check
          mode V(would-create), V(would-configure), V(would-recreate), V(would-prune) or V(would-delete).
      type: str
      sample: configured
    note:
      description: Why, where that is not plain.
      type: str
      sample: "holds data"
diagnosis:
  description: What went wrong, an entry for each cause. Empty when all is well.
  type: list
  elements: dict
  returned: always
  contains:
    code:
      description: The kind of trouble, from a fixed list.
      type: str
      sample: ImagePull
    object:
      description: The object of the set that is in trouble.
      type: str
      sample: Deployment team-a/web
    where:
      description: The object at which the trouble shows.
      type: str
      sample: Pod team-a/web-5f8d7c-x2x9p
    reason:
      description: The cluster's own word.
      type: str
      sample: ImagePullBackOff
    since:
      description: Since when, UTC.
      type: str
      sample: "2026-01-01T00:00:00Z"
    message:
      description: What is wrong.
      type: str
      sample: "Back-off pulling image \"registry.example.com/vllm:none\""
    hint:
      description: What to do about it.
      type: str
      sample: Check the image name and tag.
    pods:
      description: A line on each pod of the present spec, those in trouble first.
      type: list
      elements: str
      sample: ["web-5f8d7c-x2x9p: Pending, ImagePullBackOff, on gpu-0"]
    events:
      description: The last events.
      type: list
      elements: str
      sample: []
    log:
      description: The last lines of the log.
      type: list
      elements: str
      sample: []
duration:
  description: Seconds by phase, and in C(total).
  type: dict
  returned: when the objects were not refused
  sample: {"read": 0.05, "apply": 0.41, "prune": 0.01, "wait": 3.2, "total": 3.67}
"""

from typing import NoReturn

from ansible_collections.inferops.serving.plugins.module_utils._apply import ObjectSet, Refused, apply, remove
from ansible_collections.inferops.serving.plugins.module_utils._apply.module import (
    ObjectsModule,
    finish,
)
from ansible_collections.inferops.serving.plugins.module_utils._apply.progress import progress
from ansible_collections.inferops.serving.plugins.module_utils._cluster import ClusterError, connect
from ansible_collections.inferops.serving.plugins.module_utils._cluster.argspec import WAITING


def main() -> NoReturn:
    module = ObjectsModule(
        argument_spec={
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "prune": {"type": "bool", "default": True},
            "force_conflicts": {"type": "bool", "default": False},
            "recreate": {"type": "list", "elements": "str", "default": []},
            **WAITING,
        },
        required_if=[("state", "present", ("objects", "src"), True)],
    )
    try:
        run(module)
    except Refused as refused:
        module.fail_json(msg=str(refused), diagnosis=[one.result() for one in refused.diagnosis])
    except ClusterError as error:
        module.fail_json(msg=str(error), diagnosis=[])


def run(module: ObjectsModule) -> NoReturn:
    options = module.params
    objects = module.objects() if options["state"] == "present" else []
    wanted = ObjectSet(name=options["name"], namespace=options["namespace"], objects=objects)
    client = connect(options)
    say = progress(secrets=module.secrets)
    if options["state"] == "present":
        [outcome] = apply(
            client,
            [wanted],
            check_mode=module.check_mode,
            prune=options["prune"],
            force_conflicts=options["force_conflicts"],
            recreate=options["recreate"],
            wait=options["wait"],
            wait_timeout=options["wait_timeout"],
            show_diff=module._diff,
            progress=say,
        )
    else:
        [outcome] = remove(
            client,
            [wanted],
            check_mode=module.check_mode,
            wait=options["wait"],
            wait_timeout=options["wait_timeout"],
            show_diff=module._diff,
            progress=say,
        )
    for warning in client.warnings:
        module.warn(warning)
    finish(module, [outcome], duration=outcome.duration)


if __name__ == "__main__":
    main()
