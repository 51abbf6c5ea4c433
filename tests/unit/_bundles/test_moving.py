# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A bundle that goes to another namespace takes along what points to it, or is refused."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._bundles import (
    Change,
    SourceError,
    Transformation,
    transform,
)

Object = dict[str, Any]
CLUSTER_SCOPED = ("ClusterRoleBinding", "MutatingWebhookConfiguration", "CustomResourceDefinition")


def thing(kind: str, **rest: Any) -> Object:
    home = {} if kind in CLUSTER_SCOPED else {"namespace": "rendered"}
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": "a", **home}, **rest}


def moved(*objects: Object, to: str = "wanted", **how: Any) -> tuple[list[Object], list[Change]]:
    return transform(
        list(objects),
        Transformation(namespace=to, **how),
        namespaced=lambda obj: obj["kind"] not in CLUSTER_SCOPED,
    )


def account(namespace: str) -> Object:
    return {"kind": "ServiceAccount", "name": "phison-sa", "namespace": namespace}


def webhook(namespace: str) -> Object:
    service = {"name": "aidaptivcache-service", "namespace": namespace, "path": "/mutate-pod"}
    return thing(
        "MutatingWebhookConfiguration", webhooks=[{"name": "a", "clientConfig": {"service": service}}]
    )


@pytest.mark.req("S3-02")
def test_bindings_and_webhooks_follow() -> None:
    binding = thing("ClusterRoleBinding", subjects=[account("rendered"), account("elsewhere")])
    made, changes = moved(thing("ServiceAccount"), binding, webhook("rendered"))
    assert [one["namespace"] for one in made[1]["subjects"]] == ["wanted", "elsewhere"]
    assert made[2]["webhooks"][0]["clientConfig"]["service"]["namespace"] == "wanted"
    said = [change.what for change in changes]
    assert "ServiceAccount rendered/phison-sa → wanted/phison-sa" in said
    assert "Service rendered/aidaptivcache-service → wanted/aidaptivcache-service" in said


@pytest.mark.req("S3-02")
@pytest.mark.parametrize(
    ("left", "place"),
    [
        ({"spec": {"plugins": [{"pluginnamespace": "rendered"}]}}, "spec.plugins[0].pluginnamespace"),
        ({"spec": {"args": ["--namespace=rendered"]}}, "spec.args[0] says namespace=rendered"),
        ({"spec": {"args": ["--host=hami-scheduler.rendered.svc,127.0.0.1"]}}, "says .rendered.svc"),
        ({"spec": {"env": [{"name": "POD_NAMESPACE", "value": "rendered"}]}}, "spec.env[0].value"),
        ({"data": {"config.yaml": "leader:\n  namespace: rendered\n"}}, "data.config.yaml says"),
    ],
)
def test_what_still_names_the_old_namespace_is_refused(left: Object, place: str) -> None:
    with pytest.raises(SourceError) as refused:
        moved(thing("Deployment", **left))
    assert place in str(refused.value)
    assert "Render it with --namespace wanted" in str(refused.value)


@pytest.mark.req("S3-02")
def test_patches_may_mend_it() -> None:
    plugins = [{"pluginnamespace": "rendered"}]
    ops = [{"op": "replace", "path": "/spec/plugins/0/pluginnamespace", "value": "wanted"}]
    made, _changes = moved(
        thing("PhisonDeviceOperator", spec={"plugins": plugins}),
        patches=[{"target": {"kind": "PhisonDeviceOperator"}, "ops": ops}],
    )
    assert made[0]["spec"]["plugins"][0]["pluginnamespace"] == "wanted"


@pytest.mark.parametrize(
    "left",
    [
        {"data": {"a": "--namespace=rendered-too, namespace: other, x.rendered.svcs"}},
        {"spec": {"namespaceSelector": {"matchLabels": {"team": "rendered"}}}},
    ],
)
def test_other_words_are_left_alone(left: Object) -> None:
    example = {
        **thing("CustomResourceDefinition"),
        "apiVersion": "apiextensions.k8s.io/v1",
        "spec": {"description": "namespace: rendered"},
    }
    made, _changes = moved(thing("ConfigMap", **left), example)
    assert made[0].items() >= left.items()


def test_what_stays_at_home_is_not_looked_at() -> None:
    made, changes = moved(
        thing("Deployment", spec={"args": ["--namespace=rendered"]}), webhook("rendered"), to="rendered"
    )
    assert len(made) == 2
    assert changes == []
