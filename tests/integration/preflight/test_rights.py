# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An account that may do too little stops before anything is written, with each verb that it lacks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._cluster import Client
from ansible_collections.inferops.serving.plugins.module_utils._preflight.rights import rights

from tests.integration.conftest import Lab
from tests.integration.preflight.asking import plans, variables
from tests.support.playbook import Run, run_tasks

pytestmark = [pytest.mark.proof("P", "A")]

SIMULATED = {"engine": "simulator"}
Rule = Mapping[str, Any]


def _account(client: Client, namespace: str, rules: Sequence[Rule]) -> str:
    """A token of an account with these rights in its namespace and no others."""
    labels = {"name": "robot", "namespace": namespace}
    client.apply({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": labels})
    group = "rbac.authorization.k8s.io"
    role = {"apiVersion": f"{group}/v1", "kind": "Role", "metadata": labels, "rules": list(rules)}
    client.apply(role)
    client.apply(
        {
            "apiVersion": f"{group}/v1",
            "kind": "RoleBinding",
            "metadata": labels,
            "roleRef": {"apiGroup": group, "kind": "Role", "name": "robot"},
            "subjects": [{"kind": "ServiceAccount", **labels}],
        }
    )
    path = f"/api/v1/namespaces/{namespace}/serviceaccounts/robot/token"
    request = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
    return str(client.request("POST", path, body=request)["status"]["token"])


def _services(lab: Lab, token: str, given: Mapping[str, Any], **options: Any) -> Run:
    """The task as that account: the certificate of the lab's administrator is not sent."""
    config = lab.client.configuration
    task = {
        "inferops.serving.services": {
            **{name: f"{{{{ {name} }}}}" for name in given},
            "host": config.host,
            "api_key": token,
            "ca_cert": config.ssl_ca_cert,
            "wait_timeout": 60,
            **options,
        }
    }
    return run_tasks([task], variables=given)


@pytest.mark.req("XC-12")
def test_missing_rights_are_named_and_nothing_is_written(lab: Lab, client: Client, namespace: str) -> None:
    token = _account(
        client,
        namespace,
        [
            {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get", "list", "watch", "patch"]},
            {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list"]},
        ],
    )
    run = _services(lab, token, variables(namespace, SIMULATED))
    assert run.status != 0
    messages = [problem["message"] for problem in run.result("services")["problems"]]
    for right in (
        "create deployments.apps",
        "delete deployments.apps",
        "create configmaps",
        "create services",
        "create controllerrevisions.apps",
        "list pods",
    ):
        assert f"the account may not {right} in namespace {namespace}." in messages
    assert not any("may not patch deployments" in message for message in messages)
    for api_version, kind in (
        ("apps/v1", "Deployment"),
        ("v1", "Service"),
        ("apps/v1", "ControllerRevision"),
    ):
        assert client.list(api_version, kind, namespace=namespace) == []
    names = {obj["metadata"]["name"] for obj in client.list("v1", "ConfigMap", namespace=namespace)}
    assert names <= {"kube-root-ca.crt"}


@pytest.mark.req("XC-12")
def test_the_rights_that_are_asked_for_are_enough(lab: Lab, client: Client, namespace: str) -> None:
    """Nothing of the cluster may be read: that is a warning, and with ``strict`` it stops the run."""
    [role] = rights(client, plans(namespace, SIMULATED)).manifests(name="robot")
    assert (role["kind"], role["metadata"]["namespace"]) == ("Role", namespace)
    token = _account(client, namespace, role["rules"])
    given = variables(namespace, SIMULATED)
    run = _services(lab, token, given, strict=True)
    assert run.status != 0
    (problem,) = run.result("services")["problems"]
    assert "list nodes" in problem["message"]
    run = _services(lab, token, given)
    assert run.status == 0, run.output
    (service,) = run.result("services")["services"]
    assert service["ready"]
    assert _services(lab, token, given).changed == 0
    assert _services(lab, token, given, state="absent").status == 0
    assert client.list("apps/v1", "Deployment", namespace=namespace) == []
