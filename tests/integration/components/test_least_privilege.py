# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each role with an account that has the rights which the role prints, and nothing more."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.inferops.serving.plugins.module_utils import _bundles, _prerequisites
from ansible_collections.inferops.serving.plugins.module_utils._agents import AGENTS
from ansible_collections.inferops.serving.plugins.module_utils._apply import Outcome, Refused
from ansible_collections.inferops.serving.plugins.module_utils._bundles import PRODUCTS
from ansible_collections.inferops.serving.plugins.module_utils._cluster import Client, connect
from ansible_collections.inferops.serving.plugins.module_utils._rights import Rights, missing

from tests.support.lab import Lab, eventually
from tests.support.playbook import ROOT, Run, run_playbook

from .conftest import written

pytestmark = [pytest.mark.proof("P", "C")]
RBAC = "rbac.authorization.k8s.io"
SCENARIOS = ROOT / "extensions" / "molecule"
BUNDLES = {
    "keda": "serving_platform/bundles/keda.yaml",
    "lws": "serving_platform/bundles/lws.yaml",
    "aidaptiv": "aidaptiv/bundles/operator.yaml",
    "hami": "hami/bundles/hami.yaml",
    "prometheus": "monitoring/bundles/stack.yaml",
    "adapter": "monitoring/bundles/adapter.yaml",
}
ON_GPU_NODES = {
    "op": "add",
    "path": "/spec/template/spec/nodeSelector",
    "value": {"nvidia.com/gpu": "present"},
}
PATCHES = {"hami": [{"target": {"kind": "DaemonSet"}, "ops": [ON_GPU_NODES]}]}
IMAGES = {"kube-scheduler": "registry.k8s.io/kube-scheduler"}
"""HAMi's is compared with the cluster's version."""
UNANSWERED = ("hami", "adapter", "aidaptiv")
"""Nobody answers for their webhook or API here, or finds devices, so it is not waited for."""
KEPT = ("prometheus", "aidaptiv")
"""Have custom resources, which the garbage collector of a young cluster knows after half a minute only."""
Account = Callable[[str, Sequence[dict[str, Any]]], str]


@dataclass(frozen=True, kw_only=True)
class Errand:
    """What a role's module does with a connection."""

    rights: Callable[[Client], Rights]
    bring: Callable[[Client], Any]
    take_away: Callable[[Client], list[Outcome]]


@pytest.fixture
def handed_on(request: pytest.FixtureRequest, client: Client, asking: Callable[..., Any]) -> Iterator[None]:
    """GPU Feature Discovery's labels reach nodes through Node Feature Discovery."""
    needs = request.node.callspec.params["errand"] == "gfd"
    if needs:
        _prerequisites.provide(client, asking("nfd"), wait_timeout=60)
    yield
    if needs:
        gone = {"delete_definitions": True, "delete_namespace": True, "wait_timeout": 60}
        _prerequisites.withdraw(client, asking("nfd"), **gone)


@pytest.fixture
def errand(request: pytest.FixtureRequest, asking: Callable[..., Any]) -> Errand:
    name = request.param
    gone = {"delete_definitions": True, "wait_timeout": 60}
    if name in AGENTS:
        asked = asking(name)
        return Errand(
            rights=lambda client: _prerequisites.rights(client, asked),
            bring=lambda client: _prerequisites.provide(client, asked, wait_timeout=60),
            take_away=lambda client: _prerequisites.withdraw(client, asked, delete_namespace=True, **gone),
        )
    product = PRODUCTS[name]
    move = {"namespace": product.namespace} if name in ("hami", "aidaptiv") else {}
    wish = _bundles.Wish(
        product=product,
        source=_bundles.Source(place=str(SCENARIOS / BUNDLES[name])),
        how=_bundles.Transformation(
            drop_secrets=True,
            images=IMAGES,
            tolerations=[{"operator": "Exists"}],
            patches=PATCHES.get(name, ()),
            **move,
        ),
        namespace=product.namespace,
    )
    wait = name not in UNANSWERED
    return Errand(
        rights=lambda client: _bundles.rights(client, wish, download=bytes),
        bring=lambda client: _bundles.bring(client, wish, download=bytes, wait=wait, wait_timeout=60),
        take_away=lambda client: [] if name in KEPT else _bundles.take_away(client, wish, **gone),
    )


@pytest.fixture
def account(client: Client) -> Iterator[Account]:
    """The token of an account with these roles, each bound where it belongs."""
    made: list[dict[str, Any]] = []

    def put(api_version: str, kind: str, metadata: dict[str, Any], **rest: Any) -> None:
        made.append({"apiVersion": api_version, "kind": kind, "metadata": metadata, **rest})
        client.apply(made[-1], manager="administrator")

    def create(name: str, roles: Sequence[dict[str, Any]]) -> str:
        own = {"name": name, "namespace": "default"}
        put("v1", "ServiceAccount", own)
        for role in roles:
            metadata = {**role["metadata"], "name": name}
            put(role["apiVersion"], role["kind"], metadata, rules=role["rules"])
            put(
                role["apiVersion"],
                f"{role['kind']}Binding",
                metadata,
                roleRef={"apiGroup": RBAC, "kind": role["kind"], "name": name},
                subjects=[{"kind": "ServiceAccount", **own}],
            )
        body = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
        path = f"/api/v1/namespaces/default/serviceaccounts/{name}/token"
        return str(client.request("POST", path, body=body)["status"]["token"])

    yield create
    for obj in reversed(made):
        client.delete(obj)


def limited(bare: Lab, client: Client, token: str) -> dict[str, str]:
    authority = bare.kubeconfig.parent / "pki" / "ca.crt"
    return {"host": client.host, "api_key": token, "ca_cert": str(authority)}


@pytest.mark.usefixtures("handed_on")
@pytest.mark.parametrize("errand", [*AGENTS, *BUNDLES], indirect=True)
def test_the_rights_are_enough_and_those_that_lack_are_named_before_anything_is_written(
    bare: Lab, client: Client, account: Account, errand: Errand
) -> None:
    """One that a request of ours takes, and one that a role among the objects gives away."""
    needed = errand.rights(client)
    create = [right for right in sorted(needed.used) if str(right).startswith("create configmaps")]
    taken = [*create, *sorted(needed.given - needed.used)[-1:]]
    short = Rights(used=needed.used - set(taken), given=needed.given - set(taken))
    told = connect(limited(bare, client, account("short", short.manifests(name="short"))))
    eventually(lambda: set(missing(told, needed)) == set(taken), seconds=10)
    with_accounts = written(client)
    with pytest.raises(Refused) as refused:
        errand.bring(told)
    assert {one.message for one in refused.value.diagnosis} == {
        f"the account may not {right}." for right in taken
    }
    assert written(client) == with_accounts

    least = connect(limited(bare, client, account("least", needed.manifests(name="least"))))
    eventually(lambda: not missing(least, needed), seconds=10)
    brought = errand.bring(least)
    assert brought.changed
    assert not brought.diagnosis
    for outcome in errand.take_away(least):
        assert not outcome.diagnosis
        unseen = [action for action in outcome.actions if "cannot be looked into" in action.note]
        assert len(outcome.warnings) == len(unseen), "a namespace that is kept for this is told"


def test_roles_print_what_they_need_and_run_with_it(
    bare: Lab, client: Client, account: Account, tmp_path: Path
) -> None:
    """In a namespace that is there already, so that its roles hold there alone."""
    place = bare.namespace("least")
    variables = {
        "gpu_nodes_names": ["cpu-0"],
        "gpu_nodes_mode": "apply",
        "gpu_nodes_taint": "",
        "storage_wait": False,
        "llm_secrets": [{"name": "hub-token", "kind": "hf-token", "value": "token"}],
        "llm_stores": [
            {"name": "hub", "kind": "hf", "secret": "hub-token"},
            {"name": "models", "kind": "nfs", "size": "1Gi", "pv": {"nfs": {"server": "a", "path": "/m"}}},
        ],
        "llm_models": [
            {"name": "small", "source": "org/small", "store": "hub"},
            {"name": "kept", "source": "kept", "store": "models"},
        ],
        "llm_serving": [
            {"name": "chat", "namespace": place, "model": "small", "engine": "simulator"},
            {"name": "rag", "namespace": place, "model": "kept", "engine": "simulator"},
        ],
    }

    def play(connections: dict[str, dict[str, str]], *arguments: str) -> Run:
        plays = [
            {
                "hosts": "localhost",
                "gather_facts": False,
                "module_defaults": {"group/inferops.serving.all": connection},
                "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
                "roles": [{"role": f"inferops.serving.{role}"}],
            }
            for role, connection in connections.items()
        ]
        path = tmp_path / "play.yml"
        path.write_text(yaml.safe_dump(plays), encoding="utf-8")
        return run_playbook(path, *arguments, variables=variables)

    roles = ("gpu_nodes", "secrets", "storage", "serving")
    administrator = {"kubeconfig": str(bare.kubeconfig)}
    asked = play(dict.fromkeys(roles, administrator), "--tags", ",".join(f"{one}_rights" for one in roles))
    assert (asked.status, asked.changed) == (0, 0), asked.output
    told = [task["result"]["rights"] for task in asked.tasks if "rights" in task["result"]]
    printed = dict(zip(roles, told, strict=True))
    assert {one["kind"] for one in printed.pop("serving")} == {"Role"}
    assert [one["kind"] for one in printed["gpu_nodes"]] == ["ClusterRole"]
    run = play(
        {
            role: limited(bare, client, account(f"least-{role.replace('_', '-')}", rights))
            for role, rights in printed.items()
        },
        "--tags",
        ",".join(f"{one}_install" for one in printed),
    )
    assert run.status == 0, run.output
    assert run.changed > 0
