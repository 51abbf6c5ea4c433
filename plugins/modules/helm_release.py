#!/usr/bin/python
# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: helm_release
short_description: Run a chart of one's own as a set of objects
version_added: 0.1.0
author: Inferops contributors (@inferops)
description:
  - Creates or updates what a Helm chart describes, as C(helm upgrade --install) does, for who has a chart of
    a service. Whoever has none renders the service with M(inferops.serving.services).
  - C(helm) renders the chart on the machine that runs the module, with the values on its standard input. The
    objects are applied as a set, as of M(inferops.serving.apply_set), and what the chart no longer renders is
    deleted. Each run that changes them keeps one revision, without values of Secrets.
  - No release of Helm is recorded; C(helm list) does not show it.
options:
  name:
    description: Name of the release.
    type: str
    required: true
  namespace:
    description: Namespace of the release. It must be there.
    type: str
    required: true
  state:
    description: V(present) creates or updates it, V(absent) removes it.
    type: str
    choices: [present, absent]
    default: present
  chart:
    description:
      - The chart, as path of a directory or an archive, as V(oci://registry/chart), as
        V(https://repository/chart), or as V(repository/chart) of a repository that C(helm repo add) has made
        known. Required with O(state=present).
    type: str
  version:
    description: Exact version of a chart from elsewhere.
    type: str
    default: ""
  checksum:
    description:
      - The SHA-256 of the chart's archive, as V(sha256:…). Required for a chart from elsewhere, unless
        O(allow_unverified).
    type: str
    default: ""
  allow_unverified:
    description: Whether a chart from elsewhere is fine without a checksum.
    type: bool
    default: false
  values:
    description:
      - Values of the chart, for example of P(inferops.serving.chart_values#filter). They are neither logged
        nor returned.
    type: dict
    default: {}
  hooks:
    description:
      - What becomes of Helm's hooks, which only Helm runs at their time. V(refuse) fails, V(skip) leaves them
        out, V(apply) takes them as ordinary objects.
    type: str
    choices: [refuse, skip, apply]
    default: refuse
  helm:
    description: The C(helm) command, or its path. It is never installed from here.
    type: str
    default: helm
  revision_history:
    description: How many revisions are kept.
    type: int
    default: 10
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
  - inferops.serving.applying
  - inferops.serving.waiting
seealso:
  - module: inferops.serving.services
  - module: inferops.serving.apply_set
  - plugin: inferops.serving.chart_values
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Run a service from a chart of the platform
  inferops.serving.helm_release:
    name: gpt2
    namespace: triton-demo-1
    chart: https://charts.example/platform/triton-inference-server
    version: 1.4.2
    checksum: sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
    values: "{{ lookup('ansible.builtin.file', 'gpt2.yaml') | from_yaml }}"

- name: Remove it
  inferops.serving.helm_release:
    name: gpt2
    namespace: triton-demo-1
    state: absent
"""

RETURN = r"""
checksum:
  description: The SHA-256 of the chart.
  type: str
  returned: with O(state=present)
  sample: sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
revision:
  description: Number of the revision that is applied; null where nothing was applied yet.
  type: int
  returned: with O(state=present)
  sample: 2
actions:
  description: What happened to each object, or in check mode would, as of M(inferops.serving.apply_set).
  type: list
  elements: dict
  returned: when nothing was refused
  sample:
    - {api_version: apps/v1, kind: Deployment, namespace: llm, name: gpt2, action: configured, note: ""}
diagnosis:
  description: What went wrong, an entry for each cause, as of M(inferops.serving.apply_set).
  type: list
  elements: dict
  returned: always
  sample: []
"""

from typing import Any, NoReturn

from ansible_collections.inferops.serving.plugins.module_utils._apply import (
    ObjectSet,
    Outcome,
    Refused,
    apply,
    list_revisions,
    record_revision,
    remove,
    specification_hash,
)
from ansible_collections.inferops.serving.plugins.module_utils._apply.changes import (
    secret_values as secrets_of,
)
from ansible_collections.inferops.serving.plugins.module_utils._apply.module import APPLYING, finish
from ansible_collections.inferops.serving.plugins.module_utils._apply.progress import progress
from ansible_collections.inferops.serving.plugins.module_utils._bundles import (
    Chart,
    Transformation,
    abilities,
    render,
    secret_values,
    transform,
)
from ansible_collections.inferops.serving.plugins.module_utils._cluster import (
    Client,
    ClusterError,
    connect,
)
from ansible_collections.inferops.serving.plugins.module_utils._cluster.argspec import CONNECTION, WAITING
from ansible_collections.inferops.serving.plugins.module_utils._discretion import DiscreetModule

ARGUMENT_SPEC: dict[str, Any] = {
    **CONNECTION,
    **WAITING,
    **APPLYING,
    "name": {"type": "str", "required": True},
    "namespace": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "chart": {"type": "str"},
    "version": {"type": "str", "default": ""},
    "checksum": {"type": "str", "default": ""},
    "allow_unverified": {"type": "bool", "default": False},
    "values": {"type": "dict", "default": {}, "no_log": False},
    "hooks": {"type": "str", "choices": ["refuse", "skip", "apply"], "default": "refuse"},
    "helm": {"type": "str", "default": "helm"},
    "revision_history": {"type": "int", "default": 10},
}
SET = "inferops-release-"
"""Before the name of the release in that of its set."""


class ReleaseModule(DiscreetModule):
    """Values of a chart may hold secrets."""

    def find_secrets(self) -> set[str]:
        values = self.params.get("values")
        self.params["values"] = "(not shown)"
        return set(secret_values(values))


def main() -> NoReturn:
    module = ReleaseModule(argument_spec=ARGUMENT_SPEC, required_if=[("state", "present", ("chart",))])
    try:
        run(module)
    except Refused as refused:
        module.fail_json(msg=str(refused), diagnosis=[one.result() for one in refused.diagnosis])
    except ClusterError as error:
        module.fail_json(msg=str(error), diagnosis=[])


def run(module: ReleaseModule) -> NoReturn:
    options = module.params
    client = connect(options)
    wanted = ObjectSet(name=SET + options["name"], namespace=options["namespace"])
    manner = {
        "check_mode": module.check_mode,
        "wait": options["wait"],
        "wait_timeout": options["wait_timeout"],
        "show_diff": module._diff,
        "progress": progress(secrets=module.secrets),
    }
    facts: dict[str, Any] = {}
    if options["state"] == "absent":
        [outcome] = remove(client, [wanted], **manner)
    else:
        objects, facts["checksum"] = _rendered(module, client)
        wanted = ObjectSet(name=wanted.name, namespace=wanted.namespace, objects=objects)
        [outcome] = apply(client, [wanted], force_conflicts=options["force_conflicts"], **manner)
        facts["revision"] = _remember(module, client, wanted, outcome)
    for warning in client.warnings:
        module.warn(warning)
    finish(module, [outcome], **facts)


def _rendered(module: ReleaseModule, client: Client) -> tuple[list[dict[str, Any]], str]:
    """The chart's objects. From here on their secrets are masked wherever they would be shown."""
    options = module.params
    chart = Chart(
        place=options["chart"],
        release=options["name"],
        namespace=options["namespace"],
        version=options["version"],
        checksum=options["checksum"],
        unverified=options["allow_unverified"],
        values=options["values"],
        helm=options["helm"],
    )
    objects, found = render(chart, abilities(client))
    made, _changes = transform(objects, Transformation(hooks=options["hooks"]), namespaced=lambda _obj: True)
    module.secrets |= {text for obj in made for text in secrets_of(obj)}
    return made, found


def _remember(module: ReleaseModule, client: Client, wanted: ObjectSet, outcome: Outcome) -> int | None:
    """Keeps what was applied as the newest revision and returns its number."""
    if module.check_mode or outcome.diagnosis:
        history = list_revisions(client, name=wanted.name, namespace=wanted.namespace)
        return history[0].number if history else None
    newest, is_new = record_revision(
        client,
        name=wanted.name,
        namespace=wanted.namespace,
        objects=wanted.objects,
        spec_hash=specification_hash(wanted.objects),
        applied_by=module.params["applied_by"],
        limit=module.params["revision_history"],
    )
    outcome.changed |= is_new
    return newest.number


if __name__ == "__main__":
    main()
