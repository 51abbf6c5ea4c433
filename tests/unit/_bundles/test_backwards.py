# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Definitions of the Gateway API do not go backwards, and what the cluster would deny is not begun."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, cast

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._bundles.backwards import (
    CHANNEL,
    POLICY,
    VERSION,
    going_backwards,
)
from ansible_collections.inferops.serving.plugins.module_utils._cluster import ApiError, Client

NAME = "gateways.gateway.networking.k8s.io"


def definition(version: str, channel: str = "standard", name: str = NAME) -> dict[str, Any]:
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": name, "annotations": {VERSION: version, CHANNEL: channel}},
    }


class Holding:
    """A cluster with these definitions, and perhaps a policy that denies whatever comes."""

    def __init__(self, *live: dict[str, Any], denies: str = "") -> None:
        self.live, self.denies = list(live), denies
        self.tried: list[str] = []

    def list(self, _version: str, _kind: str, *, metadata_only: bool) -> list[dict[str, Any]]:
        assert metadata_only
        return self.live

    def get(self, _version: str, _kind: str, name: str) -> dict[str, Any] | None:
        return {"metadata": {"name": name}} if self.denies and name == POLICY else None

    def apply(self, obj: dict[str, Any], *, dry_run: bool, force: bool) -> dict[str, Any]:
        assert dry_run
        assert force
        self.tried.append(obj["metadata"]["name"])
        message = f"ValidatingAdmissionPolicy '{POLICY}' denied request: {self.denies}"
        raise ApiError(status=422, reason="Invalid", message=message)

    def in_parallel(self, function: Callable[[Any], Any], items: Iterable[Any]) -> list[Any]:
        return [function(item) for item in items]


def said(cluster: Holding, *coming: dict[str, Any], allow: bool = False) -> list[str]:
    client = cast("Client", cluster)
    found = going_backwards(client, "gateway", coming, allow_downgrade=allow)
    return [f"{one.code} {one.message}" for one in found]


@pytest.mark.parametrize(
    ("live", "coming", "refused"),
    [
        ("v1.5.1", "v1.5.1", False),
        ("v1.5.1", "v1.6.1", False),
        ("v1.6.1", "v1.5.1", True),
        ("v1.10.0", "v1.9.2", True),
    ],
)
def test_an_older_bundle_is_refused(live: str, coming: str, refused: bool) -> None:
    lines = said(Holding(definition(live)), definition(coming))
    assert lines == ([f"OtherOwner {live} is there, and {coming} is older."] if refused else [])


def test_an_older_bundle_that_is_asked_for_passes_where_nothing_denies_it() -> None:
    assert said(Holding(definition("v1.5.1")), definition("v1.4.0"), allow=True) == []


@pytest.mark.parametrize("coming", [definition("v1.5.1"), definition("v1.6.1", "experimental")])
def test_what_the_policy_of_the_cluster_denies_is_told_in_its_words(coming: dict[str, Any]) -> None:
    cluster = Holding(definition("v1.6.1"), denies="it is prohibited")
    [line] = said(cluster, coming, allow=True)
    assert line.startswith("Rejected")
    assert "it is prohibited" in line


def test_what_is_there_already_is_not_tried() -> None:
    cluster = Holding(definition("v1.6.1"), denies="it is prohibited")
    assert (
        said(cluster, definition("v1.6.1"), definition("v1.6.1", name="new.gateway.networking.k8s.io")) == []
    )
    assert cluster.tried == []


def test_definitions_of_others_are_not_looked_at() -> None:
    other = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition"}
    assert said(Holding(), {**other, "metadata": {"name": "a"}}) == []
