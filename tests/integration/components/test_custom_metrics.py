# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An aggregated API has one owner: whoever answers for custom metrics already keeps doing so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._apply import Refused
from ansible_collections.inferops.serving.plugins.module_utils._bundles import (
    PRODUCTS,
    Source,
    Transformation,
    Wish,
    bring,
)
from ansible_collections.inferops.serving.plugins.module_utils._cluster import Client

from tests.support.playbook import ROOT

from .conftest import written

pytestmark = [pytest.mark.proof("A")]
BUNDLES = ROOT / "extensions" / "molecule" / "monitoring" / "bundles"
THEIRS = {
    "apiVersion": "apiregistration.k8s.io/v1",
    "kind": "APIService",
    "metadata": {"name": "v1beta1.custom.metrics.k8s.io"},
    "spec": {
        "group": "custom.metrics.k8s.io",
        "version": "v1beta1",
        "insecureSkipTLSVerify": True,
        "groupPriorityMinimum": 100,
        "versionPriority": 100,
        "service": {"name": "somebody", "namespace": "default", "port": 443},
    },
}


def wish(**rest: Any) -> Wish:
    product = PRODUCTS["adapter"]
    return Wish(
        product=product,
        source=Source(place=str(BUNDLES / "adapter.yaml")),
        how=Transformation(),
        namespace=product.namespace,
        **rest,
    )


def nothing(_address: str) -> bytes:
    raise AssertionError("nothing is downloaded here")


@pytest.mark.req("S1-31")
def test_an_api_that_somebody_answers_for_is_never_overwritten_and_has_to_answer(
    client: Client, put: Callable[[dict[str, Any]], Any]
) -> None:
    put(THEIRS)
    before = written(client)
    beside = bring(client, wish(), download=nothing, wait_timeout=3)
    assert (beside.decision.action, beside.changed) == ("verify", False)
    assert [one.code for one in beside.diagnosis] == ["NoEffect"]
    assert "does not answer" in beside.diagnosis[0].message
    for manner in ("adopt", "fail"):
        with pytest.raises(Refused, match="APIService"):
            bring(client, wish(if_exists=manner), download=nothing)
    live = client.get(THEIRS["apiVersion"], "APIService", "v1beta1.custom.metrics.k8s.io")
    assert live
    assert live["spec"]["service"]["name"] == "somebody"
    assert written(client) == before
