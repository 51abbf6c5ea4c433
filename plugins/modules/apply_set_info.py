#!/usr/bin/python
# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: apply_set_info
short_description: Reads a set of Kubernetes objects
version_added: 0.1.0
author: Inferops contributors (@inferops)
description:
  - Tells whose a set is, which objects it has, who else manages fields of them, and with O(objects) or O(src)
    how the cluster differs from what is wanted.
  - Reads sets of other tools too, as long as their parent is a ConfigMap.
options:
  name:
    description: Name of the set, which is the name of its parent ConfigMap.
    type: str
    required: true
  namespace:
    description: Namespace of the parent.
    type: str
    required: true
  objects:
    description:
      - The objects as they are wanted. With them, RV(drift) tells what M(inferops.serving.apply_set) would
        change.
    type: list
    elements: dict
  src:
    description: Path of a file or directory with the wanted objects, as in M(inferops.serving.apply_set).
    type: path
extends_documentation_fragment:
  - inferops.serving.attributes
  - inferops.serving.attributes.info_module
  - inferops.serving.attributes.action_group
  - inferops.serving.connection
seealso:
  - module: inferops.serving.apply_set
"""

EXAMPLES = r"""
- name: Who owns it, and what is in it?
  inferops.serving.apply_set_info:
    name: leader-worker-set
    namespace: lws-system
  register: bundle

- name: Has anybody changed it by hand?
  inferops.serving.apply_set_info:
    name: leader-worker-set
    namespace: lws-system
    src: files/lws.yaml
  register: bundle
  failed_when: bundle.drift | length > 0
"""

RETURN = r"""
exists:
  description: Whether there is such a set.
  type: bool
  returned: success
  sample: true
owner:
  description: Whose the set is.
  type: dict
  returned: success
  contains:
    id:
      description: The id that the specification gives to this set.
      type: str
      sample: applyset-C7IV0Nf1PBiRYj8O-qnfmerpGy_ukv9td37naGd8WNI-v1
    tooling:
      description: Tool that keeps the set, with its version; empty when there is no set.
      type: str
      sample: inferops.serving/v0.1.0
    ours:
      description: Whether it is this collection.
      type: bool
      sample: true
members:
  description: The objects of the set.
  type: list
  elements: dict
  returned: success
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
      sample: lws-system
    name:
      description: The object's name.
      type: str
      sample: lws-controller-manager
    uid:
      description: The object's unique id.
      type: str
      sample: 8f6e4e2a-5c1d-4f37-9d4a-1f0c4d1b7c11
foreign_managers:
  description: Others that manage fields of members. Status and the cluster's own controllers are left out.
  type: list
  elements: dict
  returned: success
  contains:
    object:
      description: The member.
      type: str
      sample: Deployment lws-system/lws-controller-manager
    manager:
      description: Name of the manager.
      type: str
      sample: kubectl-edit
    operation:
      description: V(Apply) or V(Update).
      type: str
      sample: Update
    fields:
      description: The fields that it manages.
      type: list
      elements: str
      sample: [spec.replicas]
drift:
  description: What applying the wanted objects would change. Empty without O(objects) and O(src).
  type: list
  elements: dict
  returned: success
  sample:
    - api_version: apps/v1
      kind: Deployment
      namespace: lws-system
      name: lws-controller-manager
      action: would-configure
      note: ""
drift_diff:
  description: How RV(drift) differs, one entry for each object, Secret values masked.
  type: list
  elements: dict
  returned: success
  sample:
    - before_header: ConfigMap team-a/limits
      after_header: ConfigMap team-a/limits
      before: "data:\n  tokens: '4096'\n"
      after: "data:\n  tokens: '8192'\n"
"""

from typing import NoReturn

from ansible_collections.inferops.serving.plugins.module_utils._apply import ObjectSet, Refused, inspect
from ansible_collections.inferops.serving.plugins.module_utils._apply.module import (
    ObjectsModule,
    shown_actions,
)
from ansible_collections.inferops.serving.plugins.module_utils._cluster import ClusterError, connect


def main() -> NoReturn:
    module = ObjectsModule(argument_spec={})
    try:
        run(module)
    except Refused as refused:
        module.fail_json(msg=str(refused), diagnosis=[one.result() for one in refused.diagnosis])
    except ClusterError as error:
        module.fail_json(msg=str(error))


def run(module: ObjectsModule) -> NoReturn:
    objects = module.objects()
    client = connect(module.params)
    wanted = ObjectSet(name=module.params["name"], namespace=module.params["namespace"], objects=objects)
    found = inspect(client, wanted)
    module.exit_json(
        changed=False,
        exists=found.exists,
        owner={"id": found.id, "tooling": found.tooling, "ours": found.owned},
        members=[
            {
                "api_version": obj["apiVersion"],
                "kind": obj["kind"],
                "namespace": obj["metadata"].get("namespace"),
                "name": obj["metadata"]["name"],
                "uid": obj["metadata"]["uid"],
            }
            for obj in found.members
        ],
        foreign_managers=[
            {
                "object": one.object,
                "manager": one.manager,
                "operation": one.operation,
                "fields": list(one.fields),
            }
            for one in found.foreign
        ],
        drift=shown_actions(found.drift),
        drift_diff=found.diff,
    )


if __name__ == "__main__":
    main()
