# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Credentials written, checked and hidden, by ansible-playbook on a real API server."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import pytest

from tests.integration.conftest import Lab
from tests.support.playbook import Run, run_tasks

pytestmark = [pytest.mark.proof("P")]

TOKEN, PASSWORD, ACCESS, SECRET = "hf_topsecret", 'p:w"ä$topsecret', "AKtopsecret", "SKtopsecret"


@pytest.fixture
def namespace(lab: Lab) -> str:
    return lab.namespace("secrets")


def inventory(namespace: str, *, secrets: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    login = {"username": "$oauthtoken", "password": PASSWORD}
    return {
        "llm_secrets": secrets
        or [
            {"name": "hf", "kind": "hf-token", "env": "LAB_HF_TOKEN"},
            {
                "name": "pull",
                "kind": "registry",
                "namespaces": [namespace],
                "registries": [
                    {"server": "nvcr.io", **login},
                    {"server": "registry.example", **login, "username": "me"},
                ],
            },
            {"name": "keys", "kind": "s3", "access_key": ACCESS, "secret_key": SECRET},
        ],
        "llm_stores": [
            {"name": "hub", "kind": "hf", "secret": "hf"},
            {
                "name": "bucket",
                "kind": "s3",
                "endpoint": "https://s3.example:9000",
                "region": "ru-1",
                "bucket": "models",
                "secret": "keys",
            },
        ],
        "llm_models": [
            {"name": "small", "source": "org/small", "store": "hub"},
            {"name": "big", "source": "big", "store": "bucket"},
        ],
        "llm_serving": [
            {"name": "chat", "namespace": namespace, "model": "small", "engine": "vllm"},
            {"name": "rag", "namespace": namespace, "model": "big", "engine": "vllm"},
        ],
    }


def run(lab: Lab, variables: dict[str, Any], *arguments: str, token: str = TOKEN, **options: Any) -> Run:
    task = {"inferops.serving.secrets": {**{name: f"{{{{ {name} }}}}" for name in variables}, **options}}
    environ = {"LAB_HF_TOKEN": token} if token else {}
    return run_tasks([task], *arguments, kubeconfig=lab.kubeconfig, variables=variables, environ=environ)


def read(lab: Lab, namespace: str, name: str) -> Any:
    return lab.core.read_namespaced_secret(name, namespace)


def decoded(secret: Any) -> dict[str, str]:
    return {key: base64.b64decode(value).decode() for key, value in (secret.data or {}).items()}


def shown(run: Run) -> str:
    return run.output + json.dumps(run.tasks)


@pytest.mark.req("S1-36", "S1-39", "S1-41", "S2-24", "S4-28")
def test_what_readers_find_is_what_was_given(lab: Lab, namespace: str) -> None:
    first = run(lab, inventory(namespace), token=TOKEN + "\n")
    assert first.status == 0, first.output
    token = read(lab, namespace, "hf")
    assert (token.type, decoded(token)) == ("Opaque", {"password": TOKEN, "HF_TOKEN": TOKEN})

    pull = read(lab, namespace, "pull")
    assert pull.type == "kubernetes.io/dockerconfigjson"
    auths = json.loads(decoded(pull)[".dockerconfigjson"])["auths"]
    assert set(auths) == {"nvcr.io", "registry.example"}
    for login in auths.values():
        assert login["password"] == PASSWORD
        assert base64.b64decode(login["auth"]).decode() == f"{login['username']}:{PASSWORD}"

    keys = read(lab, namespace, "keys")
    assert decoded(keys) == {"AWS_ACCESS_KEY_ID": ACCESS, "AWS_SECRET_ACCESS_KEY": SECRET}
    assert keys.metadata.annotations["serving.kserve.io/s3-endpoint"] == "s3.example:9000"
    assert keys.metadata.annotations["serving.kserve.io/s3-usehttps"] == "1"

    second = run(lab, inventory(namespace), token=TOKEN)
    assert (second.status, second.changed) == (0, 0), second.output


@pytest.mark.req("XC-13")
def test_no_value_is_shown_at_any_verbosity(lab: Lab, namespace: str) -> None:
    wanted = inventory(namespace)
    runs = [
        run(lab, wanted, "--check", "--diff", "-vvv"),
        run(lab, wanted, "--diff", "-vvv"),
        run(lab, wanted, "--diff", "-vvv", token="hf_othertopsecret"),
        run(lab, wanted, "-vvv", mode="verify"),
        run(lab, wanted, "-vvv", state="gone"),
        run(lab, {**wanted, "llm_secrets": [{"name": "hf", "kind": "hf-token", "valeu": TOKEN}]}, "-vvv"),
    ]
    assert [one.status == 0 for one in runs] == [True, True, True, True, False, False]
    assert runs[2].changed == 1, "the changed token is written"
    for one in runs:
        assert "topsecret" not in shown(one)
        assert base64.b64encode(TOKEN.encode()).decode() not in shown(one)


@pytest.mark.req("S1-42")
def test_verify_finds_a_secret_that_was_spoiled_and_does_not_show_it(lab: Lab, namespace: str) -> None:
    wanted = inventory(namespace)
    run(lab, wanted)
    assert run(lab, wanted, mode="verify", token="").status == 0
    spoiled = base64.b64encode(b"hf_topsecret\n").decode()
    lab.core.patch_namespaced_secret("hf", namespace, {"data": {"password": spoiled}})
    found = run(lab, wanted, "-vvv", mode="verify", token="")
    assert found.status != 0
    message = found.result("secrets")["msg"]
    assert f"Secret {namespace}/hf" in message
    assert "white space" in message
    assert "topsecret" not in shown(found)


@pytest.mark.req("S1-42")
def test_a_secret_of_others_is_checked_before_anything_is_written(lab: Lab, namespace: str) -> None:
    secrets = [
        {"name": "hf", "kind": "hf-token", "existing": "theirs"},
        {"name": "keys", "kind": "s3", "access_key": ACCESS, "secret_key": SECRET},
    ]
    missing = run(lab, inventory(namespace, secrets=secrets))
    assert missing.status != 0
    assert f"Secret {namespace}/theirs: it does not exist" in missing.result("secrets")["msg"]
    assert [one.metadata.name for one in lab.core.list_namespaced_secret(namespace).items] == []

    theirs = {"metadata": {"name": "theirs"}, "stringData": {"HF_TOKEN": TOKEN}}
    lab.core.create_namespaced_secret(namespace, theirs)
    done = run(lab, inventory(namespace, secrets=secrets))
    assert done.status == 0, done.output
    assert decoded(read(lab, namespace, "theirs")) == {"HF_TOKEN": TOKEN}
    assert run(lab, inventory(namespace, secrets=secrets), state="absent").status == 0
    assert [one.metadata.name for one in lab.core.list_namespaced_secret(namespace).items] == ["theirs"]


def test_a_variable_that_is_not_set_is_named_and_nothing_is_written(lab: Lab, namespace: str) -> None:
    refused = run(lab, inventory(namespace), token="")
    assert refused.status != 0
    assert "LAB_HF_TOKEN" in refused.result("secrets")["msg"]
    assert lab.core.list_namespaced_secret(namespace).items == []


def test_a_credential_that_left_the_inventory_leaves_the_cluster(lab: Lab, namespace: str) -> None:
    wanted = inventory(namespace)
    run(lab, wanted)
    fewer = {**wanted, "llm_secrets": [one for one in wanted["llm_secrets"] if one["name"] != "pull"]}
    assert run(lab, fewer).changed == 1
    left = {one.metadata.name for one in lab.core.list_namespaced_secret(namespace).items}
    assert left == {"hf", "keys"}


@pytest.mark.req("S4-19")
def test_a_namespace_that_is_there_gets_our_label_beside_those_of_others(lab: Lab, namespace: str) -> None:
    lab.core.patch_namespace(namespace, {"metadata": {"labels": {"team": "red"}}})
    described = {"namespaces": [{"name": namespace, "istio": "enabled"}]}
    wanted = {**inventory(namespace), "llm_cluster": described}
    first = run(lab, wanted)
    assert first.status == 0, first.output
    labels = lab.core.read_namespace(namespace).metadata.labels
    assert (labels["istio-injection"], labels["team"]) == ("enabled", "red")
    assert run(lab, wanted).changed == 0
    assert run(lab, wanted, state="absent").status == 0
    assert lab.core.read_namespace(namespace).metadata.deletion_timestamp is None, "we did not make it"


def test_another_value_replaces_the_pods_that_read_it_and_no_others(lab: Lab, namespace: str) -> None:
    from kubernetes import client

    gpu_nodes = {"label": "nvidia.com/gpu.present=true"}  # as those of the lab carry it
    wanted = {**inventory(namespace), "llm_cluster": {"gpu_nodes": gpu_nodes}}
    given = {name: f"{{{{ {name} }}}}" for name in wanted}

    def pods_of(token: str) -> dict[str, Any]:
        tasks = [
            {"inferops.serving.secrets": given},
            {"inferops.serving.services": {**given, "wait": False}},
        ]
        environ = {"LAB_HF_TOKEN": token}
        done = run_tasks(tasks, kubeconfig=lab.kubeconfig, variables=wanted, environ=environ)
        assert done.status == 0, done.output
        found = client.AppsV1Api(lab.client).list_namespaced_deployment(namespace).items
        return {one.metadata.name: one.spec.template.to_dict() for one in found}

    first, same, other = pods_of(TOKEN), pods_of(TOKEN), pods_of("hf_othertopsecret")
    assert first == same
    assert first["chat"] != other["chat"], "its engine reads the token"
    assert first["rag"] == other["rag"]
    assert "topsecret" not in json.dumps(other, default=str)


@pytest.mark.req("S4-38", "S4-39", "XC-13")
def test_a_password_of_clients_is_hashed_for_the_gateway_and_shown_nowhere(lab: Lab, namespace: str) -> None:
    login = {"name": "demo-auth", "kind": "basic-auth", "username": "demo"}
    way_in = {"type": "istio", "host": "llm.example", "gateway": "istio-system/shared", "tls": {}}
    wanted = inventory(namespace)
    wanted["llm_cluster"] = {"components": {"istio": {"root_namespace": namespace}}}
    wanted["llm_secrets"].append({**login, "password": PASSWORD})
    wanted["llm_serving"][0]["expose"] = {**way_in, "auth": {"basic": "demo-auth"}}
    hashed = base64.b64encode(hashlib.sha1(PASSWORD.encode()).digest()).decode()  # noqa: S324
    runs = [
        run(lab, wanted, "-vvv", mode="verify"),
        run(lab, wanted, "--diff", "-vvv"),
        run(lab, wanted, "--check", "--diff", "-vvv"),
        run(lab, wanted, "-vvv", mode="verify"),
    ]
    assert [(one.status == 0, one.changed) for one in runs] == [
        (False, 0),
        (True, 1),
        (True, 0),
        (True, 0),
    ]
    assert "is open to everybody" in runs[0].result("secrets")["msg"]
    assert decoded(read(lab, namespace, "demo-auth"))[".htpasswd"] == f"demo:{{SHA}}{hashed}"
    for one in runs:
        for text in ("topsecret", hashed):
            assert text not in shown(one)
