# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._cluster import NotServed, discovery
from ansible_collections.inferops.serving.plugins.module_utils._cluster.discovery import Discovery


def served(kind: str, plural: str, *, scope: str = "Namespaced") -> dict[str, Any]:
    return {"resource": plural, "responseKind": {"kind": kind}, "scope": scope, "verbs": ["get", "list"]}


class Server:
    """Answers discovery requests and counts them."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.core = [served("Pod", "pods"), served("Namespace", "namespaces", scope="Cluster")]
        self.apps = [served("Deployment", "deployments")]

    def fetch(self, path: str) -> dict[str, Any]:
        self.requests.append(path)
        core = {"metadata": {}, "versions": [{"version": "v1", "resources": self.core}]}
        apps = {
            "metadata": {"name": "apps"},
            "versions": [
                {"version": "v1", "resources": self.apps},
                {"version": "v1beta1", "resources": self.apps},
            ],
        }
        return {"items": [core] if path == "/api" else [apps]}


@pytest.fixture
def server() -> Server:
    return Server()


def test_two_requests_tell_everything(server: Server) -> None:
    table = Discovery(server.fetch)
    pod = table.resource("v1", "Pod")
    assert (pod.group_kind, pod.namespaced, pod.path("a", "b")) == (
        "Pod",
        True,
        "/api/v1/namespaces/a/pods/b",
    )
    deployment = table.resource("apps/v1", "Deployment")
    assert deployment.group_kind == "Deployment.apps"
    assert deployment.path() == "/apis/apps/v1/deployments"
    assert table.resource("v1", "Namespace").path(None, "x") == "/api/v1/namespaces/x"
    assert server.requests == ["/api", "/apis"]


def test_a_missing_kind_is_looked_for_again_but_not_without_bound(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = Discovery(server.fetch)
    for _ in range(5):
        with pytest.raises(NotServed):
            table.resource("apps/v1", "Widget")
    assert len(server.requests) == 2
    server.apps.append(served("Widget", "widgets"))
    monkeypatch.setattr(discovery, "REFRESH_INTERVAL", -1)
    assert table.resource("apps/v1", "Widget").plural == "widgets"


@pytest.mark.parametrize(
    ("version", "kind", "hint"),
    [
        ("v1", "Deployment", "Did you mean Deployment of apps/v1 or apps/v1beta1?"),
        ("apps/v1", "Deploymnt", "Did you mean Deployment of apps/v1?"),
        ("example.com/v1", "Thing", "Install its CustomResourceDefinition first."),
    ],
)
def test_a_kind_that_is_not_served_is_named_with_the_nearest(
    server: Server, version: str, kind: str, hint: str
) -> None:
    with pytest.raises(NotServed, match="does not serve") as error:
        Discovery(server.fetch).resource(version, kind)
    assert hint in str(error.value)


def test_the_preferred_version_of_a_group_comes_first(server: Server) -> None:
    table = Discovery(server.fetch)
    found = table.of_group_kind("apps", "Deployment")
    assert found is not None
    assert found.api_version == "apps/v1"
    assert table.of_group_kind("apps", "Widget") is None
    assert sorted(resource.group_kind for resource in table.preferred()) == [
        "Deployment.apps",
        "Namespace",
        "Pod",
    ]
