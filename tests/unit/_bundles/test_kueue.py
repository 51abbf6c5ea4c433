# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kueue held to namespaces: its configuration and its webhooks say the same."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from ansible_collections.inferops.serving.plugins.module_utils._bundles import (
    SourceError,
    Transformation,
    transform,
)

ONLY = {
    "matchExpressions": [
        {"key": "kubernetes.io/metadata.name", "operator": "In", "values": ["chat", "training"]}
    ]
}
TEXT = """
# a comment of the release
apiVersion: config.kueue.x-k8s.io/v1beta2
kind: Configuration
integrations:
  frameworks: [pod]
"""


def made(kind: str, **rest: Any) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": kind,
        "metadata": {"name": "kueue", "namespace": "kueue-system"},
        **rest,
    }


def webhook(name: str, *groups: str) -> dict[str, Any]:
    everything = {"matchExpressions": []}
    return {"name": name, "rules": [{"apiGroups": list(groups)}], "namespaceSelector": everything}


CONFIG = made("ConfigMap", data={"controller_manager_config.yaml": TEXT, "other": "text"})
HOOKS = made(
    "MutatingWebhookConfiguration",
    webhooks=[
        webhook("mpod.kb.io", ""),
        webhook("mdeployment.kb.io", "apps"),
        webhook("own", "kueue.x-k8s.io"),
    ],
)
MANAGER = made("Deployment", spec={"template": {"spec": {"containers": []}}})


def held(*objects: dict[str, Any], to: tuple[str, ...] = ("training", "chat")) -> list[dict[str, Any]]:
    how = Transformation(managed_namespaces=to)
    return transform(objects, how, namespaced=lambda _obj: True)[0]


def test_its_configuration_and_its_webhooks_name_the_same_namespaces() -> None:
    config, hooks = held(CONFIG, HOOKS)
    configuration = yaml.safe_load(config["data"]["controller_manager_config.yaml"])
    assert configuration["managedJobsNamespaceSelector"] == ONLY
    assert configuration["integrations"] == {"frameworks": ["pod"]}
    assert config["data"]["other"] == "text"
    selectors = {each["name"]: each["namespaceSelector"] for each in hooks["webhooks"]}
    assert selectors == {"mpod.kb.io": ONLY, "mdeployment.kb.io": ONLY, "own": {"matchExpressions": []}}


def test_its_pods_start_again_when_the_namespaces_change() -> None:
    def stamp(*namespaces: str) -> Any:
        return held(CONFIG, MANAGER, to=namespaces)[1]["spec"]["template"]["metadata"]["annotations"]

    assert stamp("chat", "training") == stamp("training", "chat") != stamp("chat")


def test_every_change_is_recorded_and_none_is_made_unasked() -> None:
    objects = [CONFIG, HOOKS, MANAGER]
    how = Transformation(managed_namespaces=["chat"])
    _made, changes = transform(objects, how, namespaced=lambda _obj: True)
    assert {each.object.split()[0] for each in changes} == {each["kind"] for each in objects}
    assert held(*objects, to=()) == objects


def test_what_kueue_refuses_is_refused_before() -> None:
    for name in ("kube-system", "kueue-system"):
        with pytest.raises(SourceError, match=f"shall manage {name}"):
            held(CONFIG, to=("chat", name))


def test_it_is_for_kueue_alone() -> None:
    with pytest.raises(SourceError, match="managed_namespaces: none of the objects"):
        held(made("ConfigMap", data={"a": "b"}), MANAGER)
