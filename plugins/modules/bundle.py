#!/usr/bin/python
# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: bundle
short_description: A product that serving needs, from the manifest of its release
version_added: 0.1.0
author: Inferops contributors (@inferops)
description:
  - Installs a product of the cluster from its manifest, which is a file, a directory, an archive or a URL, or
    leaves it to whoever runs it already.
  - Everything is written by server-side apply, in stages with gates. Definitions are served before what they
    define, workloads are ready before webhooks that nobody would answer otherwise, and in the end a dry run
    of an object shows that the webhooks answer.
  - Images are moved to a registry of the site also inside custom resources and in JSON of ConfigMaps, and
    tolerations are added to every pod. What was changed or left out is returned.
options:
  component:
    description: The product, by its name in C(llm_cluster.components).
    type: str
    required: true
    choices:
      - cert_manager
      - gateway
      - inference_crds
      - keda
      - lws
      - kserve
      - kueue
      - nfs_csi
      - hami
      - aidaptiv
      - prometheus
      - adapter
  state:
    description:
      - V(present) brings the product, V(absent) removes what was brought by this module, webhooks first.
  source:
    description:
      - Path of a file, of a directory or of an archive with manifests, or a URL. What stands behind V(#)
        after an archive is a pattern of the paths in it that are read, compared from the right.
      - "Or V(helm:…) for a Helm chart, which O(helm) renders on the machine that runs the module: path of a
        directory or an archive, V(helm:oci://registry/chart), V(helm:https://repository/chart), or
        V(helm:repository/chart) of a repository that C(helm repo add) has made known. What is rendered goes
        the same way as a manifest; no release of Helm is made."
      - Without it the address of the pinned release, where the product publishes manifests. For V(hami),
        V(aidaptiv), V(prometheus) and V(adapter) it is required, because they publish charts or nothing.
    type: str
  checksum:
    description:
      - The SHA-256 of the source, as V(sha256:…). Required for a URL and for a chart from elsewhere, unless
        O(allow_unverified). Of a chart it is that of its archive.
    type: str
  allow_unverified:
    description: Whether a URL, or a chart from elsewhere, is fine without a checksum.
    type: bool
    default: false
  values:
    description:
      - Values of the chart. They reach C(helm) on its standard input, and are neither logged nor returned.
    type: dict
    default: {}
  release:
    description: Name of the release that the chart is rendered for. Without it the name of the component.
    type: str
  helm:
    description: The C(helm) command, or its path. Only charts need it, and it is never installed from here.
    type: str
    default: helm
  namespace:
    description: The namespace of what this module records, and of all namespaced objects with O(move).
    type: str
  version:
    description: The version, for the address of the release, and of a chart from elsewhere.
  gpu_resources:
    description:
      - For V(hami), what services call shares of GPUs, as C(llm_cluster.gpu_resources). A chart gets the
        names as values. Manifests with other names are refused, and what is there already with other names
        fails, because pods would wait for ever. Without names of memory nothing is compared.
    type: dict
    suboptions:
      preset:
        description: Whose names they are.
        type: str
        choices: [nvidia, hami, otterscale]
        default: nvidia
      count:
        description: Name of a GPU, where it is not that of the preset.
        type: str
      memory_percent:
        description: Name of a share of memory in percent, where it is not that of the preset.
        type: str
      memory:
        description: Name of a share of memory in MiB, where it is not that of the preset.
        type: str
  scheduler:
    description: For V(hami), the scheduler that services name. It is compared together with O(gpu_resources).
    type: str
    default: hami-scheduler
  allow_downgrade:
    description: Whether an older version than the one that is there may be applied.
    type: bool
    default: false
  accept_dangers:
    description:
      - Whether a manifest is fine that switches off a protection, for V(aidaptiv) the check of the firmware,
        without which any NVMe device may be formatted.
    type: bool
    default: false
  force:
    description:
      - Whether V(absent) of O(state) goes on while objects of its kinds are there, volumes are mounted with
        it, or pods ask for its devices or its scheduler.
    type: bool
    default: false
attributes:
  check_mode:
    support: full
    details:
      - The source is read and the API server dry-runs every request whose kind and namespace exist.
  diff_mode:
    support: full
  idempotent:
    support: full
extends_documentation_fragment:
  - inferops.serving.attributes
  - inferops.serving.attributes.action_group
  - inferops.serving.connection
  - inferops.serving.installing
  - inferops.serving.transforming
  - inferops.serving.waiting
seealso:
  - module: inferops.serving.components_info
  - module: inferops.serving.apply_set
"""

EXAMPLES = r"""
- name: LeaderWorkerSet from a file that was checked in
  inferops.serving.bundle:
    component: lws
    source: files/lws-v0.8.0.yaml

- name: cert-manager from the release, with images from a registry of the site
  inferops.serving.bundle:
    component: cert_manager
    checksum: sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
    registry_prefix: registry.example/mirror

- name: Kueue from its chart, with values of the site
  inferops.serving.bundle:
    component: kueue
    source: helm:oci://registry.k8s.io/kueue/charts/kueue
    version: 0.19.2
    checksum: sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
    values:
      controllerManager: {replicas: 2}
    managed_namespaces: [chat, training]

- name: Only check that KServe is there and that its webhooks answer
  inferops.serving.bundle:
    component: kserve
    mode: verify

- name: Remove it, and keep its definitions
  inferops.serving.bundle:
    component: lws
    state: absent
"""

RETURN = r"""
component:
  description: What was there before, as of M(inferops.serving.components_info).
  type: dict
  returned: success, unless C(state) is V(absent)
  sample: {"present": false, "owner": "nobody", "by": "", "version": "", "evidence": []}
action:
  description: What was decided, V(install), V(adopt), V(verify), V(skip), or V(remove).
  type: str
  returned: success
  sample: install
checksum:
  description: The SHA-256 of what was read.
  type: str
  returned: when a source was read
  sample: sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
changes:
  description: What was changed in the bundle, or left out of it.
  type: list
  elements: dict
  returned: success, unless C(state) is V(absent)
  contains:
    object:
      description: The object.
      type: str
      sample: Deployment lws-system/lws-controller-manager
    what:
      description: The change.
      type: str
      sample: tolerations added
actions:
  description: What happened to each object, or in check mode would, as of M(inferops.serving.apply_set).
  type: list
  elements: dict
  returned: success
  sample: [{"kind": "Deployment", "name": "lws-controller-manager", "action": "created"}]
rights:
  description:
    - What an account needs for this task and nothing more. A ClusterRole for what holds everywhere, and a
      Role in each namespace that is there already. What roles of the bundle give away is part of it,
      because nobody may give what he has not.
  type: list
  elements: dict
  returned: when O(mode) is V(rights)
  sample:
    - kind: ClusterRole
      metadata: {"name": "inferops-lws"}
      rules: [{"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["list"]}]
diagnosis:
  description: What went wrong, an entry for each cause, as of M(inferops.serving.apply_set).
  type: list
  elements: dict
  returned: always
  sample: []
"""

from dataclasses import asdict
from typing import Any, NoReturn

from ansible_collections.inferops.serving.plugins.module_utils._apply import Refused
from ansible_collections.inferops.serving.plugins.module_utils._apply.module import finish
from ansible_collections.inferops.serving.plugins.module_utils._bundles import (
    CHART,
    PRODUCTS,
    TRANSFORMING,
    Chart,
    Names,
    Source,
    SourceError,
    Wish,
    bring,
    chart_values,
    download,
    rights,
    secret_values,
    take_away,
    transformation,
)
from ansible_collections.inferops.serving.plugins.module_utils._catalogue.gpus import RESOURCE_NAMES
from ansible_collections.inferops.serving.plugins.module_utils._catalogue.pins import pinned
from ansible_collections.inferops.serving.plugins.module_utils._cluster import ClusterError, connect
from ansible_collections.inferops.serving.plugins.module_utils._cluster.argspec import CONNECTION, WAITING
from ansible_collections.inferops.serving.plugins.module_utils._components.module import (
    INSTALLING,
    manner,
    shown_finding,
)
from ansible_collections.inferops.serving.plugins.module_utils._discretion import DiscreetModule

ARGUMENT_SPEC: dict[str, Any] = {
    **CONNECTION,
    **WAITING,
    **INSTALLING,
    **TRANSFORMING,
    "component": {"type": "str", "choices": list(PRODUCTS), "required": True},
    "source": {"type": "str"},
    "checksum": {"type": "str"},
    "allow_unverified": {"type": "bool", "default": False},
    "values": {"type": "dict", "default": {}, "no_log": False},
    "release": {"type": "str"},
    "helm": {"type": "str", "default": "helm"},
    "namespace": {"type": "str"},
    "gpu_resources": {
        "type": "dict",
        "options": {
            "preset": {"type": "str", "choices": list(RESOURCE_NAMES), "default": "nvidia"},
            "count": {"type": "str"},
            "memory_percent": {"type": "str"},
            "memory": {"type": "str"},
        },
    },
    "scheduler": {"type": "str", "default": "hami-scheduler"},
    "allow_downgrade": {"type": "bool", "default": False},
    "accept_dangers": {"type": "bool", "default": False},
    "force": {"type": "bool", "default": False},
}


class BundleModule(DiscreetModule):
    """Values of a chart may hold secrets."""

    def find_secrets(self) -> set[str]:
        values = self.params.get("values")
        if not values:
            return set()
        self.params["values"] = "(not shown)"
        return set(secret_values(values))


def main() -> None:
    module = BundleModule(argument_spec=ARGUMENT_SPEC)
    try:
        wish = _wish(module.params)
        if module.params["state"] == "absent":
            _take_away(module, wish)
        if wish.mode == "rights":
            needed = rights(connect(module.params), wish, download=download)
            module.exit_json(changed=False, rights=needed.manifests(name=wish.own_set))
        _bring(module, wish)
    except Refused as refused:
        module.fail_json(msg=str(refused), diagnosis=[one.result() for one in refused.diagnosis])
    except ClusterError as error:
        module.fail_json(msg=str(error), diagnosis=[])


def _wish(options: dict[str, Any]) -> Wish:
    product = PRODUCTS[options["component"]]
    preset = options["version_preset"]
    version = options["version"] or pinned(product.name, preset) or pinned(product.name, "current")
    place = options["source"] or product.address(str(version))
    needs_one = options["state"] == "present" and options["mode"] in ("install", "rights")
    if needs_one and not place:
        raise SourceError(f"{product.name}: give a source; no manifest of it is published.")
    namespace = options["namespace"] or product.namespace
    names = _names(options) if product.shares else None
    return Wish(
        product=product,
        source=_source(options, place, version=str(version), namespace=namespace, names=names),
        how=transformation(options, namespace=namespace),
        namespace=namespace,
        mode=options["mode"],
        if_exists=options["if_exists"],
        allow_downgrade=options["allow_downgrade"],
        accept_dangers=options["accept_dangers"],
        names=names,
    )


def _names(options: dict[str, Any]) -> Names | None:
    """None where services ask for no shares."""
    given = dict(options["gpu_resources"] or {})
    named = RESOURCE_NAMES[given.pop("preset", "nvidia")]
    resources = {**named, **{what: name for what, name in given.items() if name}}
    return Names(resources=resources, scheduler=options["scheduler"]) if len(resources) > 1 else None


def _source(
    options: dict[str, Any], place: str, *, version: str, namespace: str, names: Names | None
) -> Source:
    proof = {"checksum": options["checksum"] or "", "unverified": options["allow_unverified"]}
    if not place.startswith(CHART):
        if options["values"] and options["source"]:
            raise SourceError(f"{place}: values are for charts. Say helm:{place} where it is one.")
        return Source(place=place, **proof)
    return Chart(
        place=place.removeprefix(CHART),
        release=options["release"] or options["component"].replace("_", "-"),
        namespace=namespace,
        version=version,
        values={**(chart_values(names) if names else {}), **options["values"]},
        helm=options["helm"],
        **proof,
    )


def _bring(module: BundleModule, wish: Wish) -> NoReturn:
    client = connect(module.params)
    brought = bring(client, wish, download=download, **manner(module))
    facts = {
        "component": shown_finding(brought.finding),
        "action": brought.decision.action,
        "reason": brought.decision.reason,
        "checksum": brought.checksum,
        "changes": [asdict(change) for change in brought.changes],
    }
    for warning in client.warnings:
        module.warn(warning)
    finish(module, brought.outcomes, diagnosis=brought.diagnosis, **facts)


def _take_away(module: BundleModule, wish: Wish) -> NoReturn:
    outcomes = take_away(
        connect(module.params),
        wish,
        delete_definitions=module.params["delete_crds"],
        force=module.params["force"],
        **manner(module),
    )
    finish(module, outcomes, action="remove")


if __name__ == "__main__":
    main()
