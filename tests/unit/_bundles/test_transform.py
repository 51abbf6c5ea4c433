# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a site changes in a bundle, and what is left to others."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._bundles import (
    SourceError,
    Transformation,
    transform,
)

POD = {"containers": [{"name": "main", "image": "ghcr.io/a/b:1"}]}
TOLERATION = {"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}


def thing(kind: str = "Deployment", **rest: Any) -> dict[str, Any]:
    return {"apiVersion": "example.com/v1", "kind": kind, "metadata": {"name": "a", "namespace": "x"}, **rest}


def change(obj: dict[str, Any], **how: Any) -> tuple[dict[str, Any], list[str]]:
    [made], changes = transform([obj], Transformation(**how), namespaced=lambda _obj: True)
    return made, [each.what for each in changes]


@pytest.mark.req("XC-21")
@pytest.mark.parametrize(
    ("how", "image"),
    [
        ({"mirrors": {"ghcr.io": "site.example/ghcr"}}, "site.example/ghcr/a/b:1"),
        ({"prefix": "site.example"}, "site.example/a/b:1"),
        ({"images": {"ghcr.io/a/b:1": "own:2"}, "prefix": "site.example"}, "own:2"),
    ],
)
def test_images_move_in_pods_and_inside_custom_resources(how: dict, image: str) -> None:
    deployment = thing(spec={"template": {"spec": POD}})
    resource = thing("PhisonDeviceOperator", spec={"plugins": [{"pluginname": "x", "pluginspec": POD}]})
    storage = thing("ClusterStorageContainer", spec={"container": {"name": "s", "image": "ghcr.io/a/b:1"}})
    for obj in (deployment, resource, storage):
        made, changes = change(obj, **how)
        assert image in json.dumps(made)
        assert changes == [f"image ghcr.io/a/b:1 → {image}"]
    assert POD["containers"][0]["image"] == "ghcr.io/a/b:1"


def test_images_move_in_the_json_of_a_config_map() -> None:
    config = thing("ConfigMap", data={"agent": '{"image": "kserve/agent:v1", "cpu": "1"}', "plain": "image"})
    made, _changes = change(config, prefix="site.example")
    assert json.loads(made["data"]["agent"]) == {"image": "site.example/kserve/agent:v1", "cpu": "1"}
    assert made["data"]["plain"] == "image"


@pytest.mark.req("S3-06")
def test_tolerations_reach_pods_inside_custom_resources_once() -> None:
    resource = thing("PhisonDeviceOperator", spec={"plugins": [{"pluginspec": POD}]})
    made, changes = change(resource, tolerations=[TOLERATION])
    assert made["spec"]["plugins"][0]["pluginspec"]["tolerations"] == [TOLERATION]
    assert changes == ["tolerations added"]
    assert change(made, tolerations=[TOLERATION]) == (made, [])


def test_selectors_and_pull_secrets_are_added_to_what_is_there() -> None:
    pod = {**POD, "nodeSelector": {"os": "linux"}, "imagePullSecrets": [{"name": "one"}]}
    made, _changes = change(
        thing(spec={"template": {"spec": pod}}), node_selector={"pool": "a"}, pull_secrets=["one", "two"]
    )
    spec = made["spec"]["template"]["spec"]
    assert spec["nodeSelector"] == {"os": "linux", "pool": "a"}
    assert spec["imagePullSecrets"] == [{"name": "one"}, {"name": "two"}]


def test_what_others_fill_is_not_sent() -> None:
    webhook = thing(
        "ValidatingWebhookConfiguration", webhooks=[{"clientConfig": {"caBundle": "Cg==", "url": "u"}}]
    )
    assert change(webhook)[0]["webhooks"] == [{"clientConfig": {"url": "u"}}]
    assert "status" not in change(thing(status={"ready": True}))[0]


def test_hooks_of_helm_are_refused_left_out_or_taken() -> None:
    hook = thing("Job")
    hook["metadata"]["annotations"] = {"helm.sh/hook": "pre-install"}
    with pytest.raises(SourceError, match="hooks: skip"):
        change(hook)
    made, changes = transform([hook], Transformation(hooks="skip"), namespaced=lambda _obj: True)
    assert made == []
    assert "hook" in changes[0].what
    assert change(hook, hooks="apply")[0] == hook


@pytest.mark.req("S3-02")
def test_a_vendors_credentials_are_left_out() -> None:
    secret = thing("Secret", data={"token": "eA=="})
    made, changes = transform([secret], Transformation(drop_secrets=True), namespaced=lambda _obj: True)
    assert made == []
    assert "credential" in changes[0].what
    assert "eA" not in str(changes)


def test_objects_are_left_out_as_asked() -> None:
    objects = [thing("Service"), thing("Deployment")]
    made, _changes = transform(
        objects, Transformation(drop=[{"kind": "Service", "name": "a"}]), namespaced=lambda _obj: True
    )
    assert [obj["kind"] for obj in made] == ["Deployment"]


def test_everything_moves_to_a_namespace_but_what_has_none() -> None:
    assert change(thing(), namespace="own")[0]["metadata"]["namespace"] == "own"
    made, _changes = transform(
        [{"kind": "ClusterRole", "apiVersion": "v1", "metadata": {"name": "a"}}],
        Transformation(namespace="own"),
        namespaced=lambda _obj: False,
    )
    assert "namespace" not in made[0]["metadata"]
