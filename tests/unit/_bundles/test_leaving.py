# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A product goes when nobody uses it, and takes along what its programs made."""

from __future__ import annotations

from typing import Any, cast

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._apply import Outcome, Refused
from ansible_collections.inferops.serving.plugins.module_utils._bundles import PRODUCTS
from ansible_collections.inferops.serving.plugins.module_utils._bundles.leaving import (
    refuse_while_used,
    sweep,
)
from ansible_collections.inferops.serving.plugins.module_utils._cluster import Client

from tests.unit._probe.cluster import Cluster

Object = dict[str, Any]
HOME = "aidaptivcache-operator"


class Living(Cluster):
    def delete(self, obj: Object) -> None:
        self.objects.remove(obj)


def pod(scheduler: str = "default-scheduler", **limits: str) -> Object:
    container = {"name": "main", "resources": {"limits": limits}}
    return {
        "kind": "Pod",
        "metadata": {"name": "chat-1", "namespace": "home"},
        "spec": {"schedulerName": scheduler, "containers": [container]},
    }


def thing(kind: str, name: str, namespace: str = HOME) -> Object:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "namespace": namespace}}


def refused(name: str, *pods: Object) -> str:
    try:
        refuse_while_used(cast("Client", Living(*pods)), PRODUCTS[name])
    except Refused as problem:
        return str(problem)
    return ""


@pytest.mark.parametrize(
    ("product", "using", "words"),
    [
        (
            "aidaptiv",
            pod(**{"phison.com/ai100": "1"}),
            "1 pods ask for phison.com/ai100, such as home/chat-1",
        ),
        ("hami", pod("hami-scheduler"), "1 pods name hami-scheduler, such as home/chat-1"),
    ],
)
def test_nothing_goes_while_pods_need_it(product: str, using: Object, words: str) -> None:
    assert words in refused(product, pod(), using)
    assert refused(product, pod(**{"nvidia.com/gpu": "1"})) == ""


@pytest.mark.req("S3-02")
@pytest.mark.parametrize("check_mode", [False, True])
def test_what_its_own_programs_made_goes_after_them(check_mode: bool) -> None:
    cluster = Living(
        thing("DaemonSet", "aidaptivcache-device-plugin"),
        thing("Service", "aidaptivcache-service"),
        thing("DaemonSet", "aidaptivcache-device-plugin", "elsewhere"),
    )
    outcome = Outcome(name="inferops-aidaptiv", namespace=HOME, changed=True)
    sweep(cast("Client", cluster), PRODUCTS["aidaptiv"], outcome, check_mode=check_mode)
    assert [(one.kind, one.action) for one in outcome.actions] == [
        ("DaemonSet", "would-delete" if check_mode else "deleted"),
        ("Service", "would-delete" if check_mode else "deleted"),
    ]
    assert len(cluster.objects) == (3 if check_mode else 1)


def test_what_was_not_removed_from_here_is_left() -> None:
    cluster = Living(thing("Service", "aidaptivcache-service"))
    outcome = Outcome(name="inferops-aidaptiv", namespace=HOME)
    sweep(cast("Client", cluster), PRODUCTS["aidaptiv"], outcome, check_mode=False)
    assert cluster.objects
    assert not outcome.changed
