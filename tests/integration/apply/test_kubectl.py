# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Side by side with the real kubectl: what it made becomes ours, and each leaves the other's sets alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._apply import ObjectSet, Refused, apply
from ansible_collections.inferops.serving.plugins.module_utils._cluster import Client

from .samples import actions, config_map, deployment, service, trouble

pytestmark = [pytest.mark.proof("A")]

Run = Callable[..., str]


@pytest.mark.req("XC-04", "XC-05")
def test_what_kubectl_applied_is_taken_over(client: Client, namespace: str, kubectl: Run) -> None:
    first, second, ours = (deployment("web", image=f"example.com/server:{number}") for number in (1, 2, 3))
    first["metadata"]["labels"] = {"stays": "yes", "goes": "now"}
    second["metadata"]["labels"] = {"stays": "yes", "goes": "soon"}
    containers = second["spec"]["template"]["spec"]["containers"]
    containers[0]["env"].append({"name": "GOES", "value": "too"})
    ours["metadata"]["labels"] = {"stays": "yes"}
    for objects in ([first, service("dns")], [second, service("dns")]):
        kubectl("apply", f"--namespace={namespace}", "--filename=-", objects=objects)
    kubectl("annotate", f"--namespace={namespace}", "deployment/web", "example.com/note=mine")

    wanted = ObjectSet(name="heir", namespace=namespace, objects=[ours, service("dns")])
    [foretold] = apply(client, [wanted], check_mode=True)
    [outcome] = apply(client, [wanted], wait=False)
    assert trouble(foretold) == trouble(outcome) == []
    assert actions(outcome) == {"Deployment web": "configured", "Service dns": "configured"}
    live = client.get("apps/v1", "Deployment", "web", namespace)
    assert live is not None
    assert live["metadata"]["labels"].get("stays") == "yes"
    assert "goes" not in live["metadata"]["labels"]
    assert live["metadata"]["annotations"]["example.com/note"] == "mine"
    [container] = live["spec"]["template"]["spec"]["containers"]
    assert (container["image"], container["env"]) == (
        "example.com/server:3",
        [{"name": "MODE", "value": "fast"}],
    )
    managers = {entry["manager"] for entry in live["metadata"]["managedFields"]}
    assert "kubectl-client-side-apply" not in managers
    [again] = apply(client, [wanted], wait=False)
    assert not again.changed


@pytest.mark.req("XC-08")
def test_each_leaves_the_sets_of_the_other_alone(client: Client, namespace: str, kubectl: Run) -> None:
    apply(client, [ObjectSet(name="ours", namespace=namespace, objects=[config_map("a")])])
    options = ("apply", f"--namespace={namespace}", "--filename=-", "--prune")
    said = kubectl(*options, "--applyset=configmaps/ours", objects=[config_map("b")], check=False)
    assert 'managed by tooling "inferops.serving"' in said
    assert client.get("v1", "ConfigMap", "a", namespace) is not None

    kubectl(*options, "--applyset=configmaps/theirs", objects=[config_map("c")])
    with pytest.raises(Refused, match="kubectl/"):
        apply(client, [ObjectSet(name="theirs", namespace=namespace, objects=[config_map("d")])])
    with pytest.raises(Refused, match="belongs to another set"):
        apply(
            client, [ObjectSet(name="ours", namespace=namespace, objects=[config_map("a"), config_map("c")])]
        )
