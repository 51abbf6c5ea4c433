# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._apply import applyset
from ansible_collections.inferops.serving.plugins.module_utils._apply.applyset import Extent

pytestmark = pytest.mark.req("XC-08")


def test_the_id_is_that_of_the_specification() -> None:
    # printf example.demo.ConfigMap. | openssl dgst -sha256 -binary | base64 | tr +/ -_ | tr -d =
    assert applyset.set_id("example", "demo") == "applyset-UcGjpNw7OTCqxLRafx8_20H0fcvYOG2CUx-Uj-z2iCU-v1"


def test_ids_differ_by_every_part() -> None:
    ids = {
        applyset.set_id("a", "b"),
        applyset.set_id("b", "a"),
        applyset.set_id("a", "b", kind="Secret"),
        applyset.set_id("a", "b", kind="Secret", group="x"),
    }
    assert len(ids) == 4
    assert all(len(one) <= 63 for one in ids)


def test_the_parent_says_how_far_the_set_reaches() -> None:
    objects = [
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a", "namespace": "home"}},
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "second"}},
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "home"}},
    ]
    parent = applyset.parent("set", "home", Extent.of(objects))
    annotations = parent["metadata"]["annotations"]
    assert annotations["applyset.kubernetes.io/contains-group-kinds"] == "ConfigMap,Deployment.apps,Namespace"
    assert annotations["applyset.kubernetes.io/additional-namespaces"] == "second"
    assert annotations["applyset.kubernetes.io/tooling"].startswith("inferops.serving/v")
    recorded = Extent.recorded(parent)
    assert recorded.kinds == {"ConfigMap", "Deployment.apps", "Namespace"}
    assert recorded.namespaces == {"home", "second"}
    assert applyset.says_the_same(parent, parent)
    assert not applyset.says_the_same(parent, None)
    assert not applyset.says_the_same(applyset.parent("set", "home", Extent()), parent)


@pytest.mark.parametrize(
    ("text", "split"),
    [("ConfigMap", ("", "ConfigMap")), ("Deployment.apps", ("apps", "Deployment")), ("A.b.c", ("b.c", "A"))],
)
def test_group_kinds_are_read_back(text: str, split: tuple[str, str]) -> None:
    assert applyset.split_group_kind(text) == split
