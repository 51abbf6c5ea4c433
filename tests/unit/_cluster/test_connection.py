# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.inferops.serving.plugins.doc_fragments import connection as documentation
from ansible_collections.inferops.serving.plugins.doc_fragments import waiting
from ansible_collections.inferops.serving.plugins.module_utils._cluster import ConfigurationError, connect
from ansible_collections.inferops.serving.plugins.module_utils._cluster.argspec import CONNECTION, WAITING
from ansible_collections.inferops.serving.plugins.module_utils._cluster.connection import (
    configuration,
    impersonation,
)

pytestmark = pytest.mark.req("XC-11")


@pytest.fixture(autouse=True)
def no_way_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("kubernetes.config.kube_config.KUBE_CONFIG_DEFAULT_LOCATION", str(tmp_path / "none"))
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)


@pytest.fixture
def kubeconfig(tmp_path: Path) -> str:
    path = tmp_path / "config"
    cluster = {"server": "https://one.example.com:6443", "insecure-skip-tls-verify": True}
    path.write_text(
        yaml.safe_dump(
            {
                "clusters": [{"name": "one", "cluster": cluster}],
                "users": [{"name": "me", "user": {"token": "from-the-file"}}],
                "contexts": [{"name": "c", "context": {"cluster": "one", "user": "me"}}],
                "current-context": "c",
            }
        )
    )
    return str(path)


def token(options: dict[str, Any]) -> str | None:
    settings: dict[str, Any] = configuration(options, connections=1).auth_settings()
    value: str | None = settings["BearerToken"]["value"]
    return value


def test_kubeconfig_gives_host_and_token(kubeconfig: str) -> None:
    config = configuration({"kubeconfig": kubeconfig}, connections=3)
    assert config.host == "https://one.example.com:6443"
    assert config.verify_ssl is False
    assert config.connection_pool_maxsize == 3
    assert token({"kubeconfig": kubeconfig}) == "Bearer from-the-file"


def test_options_win_over_the_kubeconfig(kubeconfig: str) -> None:
    options = {
        "kubeconfig": kubeconfig,
        "host": "https://two.example.com/",
        "api_key": "mine",
        "validate_certs": True,
    }
    config = configuration(options, connections=1)
    assert config.host == "https://two.example.com"
    assert config.verify_ssl is True
    assert token(options) == "Bearer mine"


def test_host_and_token_need_no_kubeconfig() -> None:
    assert token({"host": "https://x.example.com", "api_key": "mine"}) == "Bearer mine"


def test_name_and_password_become_basic_authentication() -> None:
    value = token({"host": "https://x.example.com", "username": "u", "password": "p"})
    assert value == "Basic dTpw"


def test_a_host_alone_is_enough_for_a_local_proxy() -> None:
    assert configuration({"host": "http://127.0.0.1:8001"}, connections=1).auth_settings() == {}


def test_proxy_is_taken_and_hosts_can_be_left_out() -> None:
    options = {
        "host": "https://x.example.com",
        "api_key": "k",
        "proxy": "http://proxy:3128",
        "no_proxy": "a,b",
    }
    config = configuration(options, connections=1)
    assert (config.proxy, config.no_proxy) == ("http://proxy:3128", "a,b")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "There is no kubeconfig"),
        ({"kubeconfig": "/nowhere/config"}, "There is no kubeconfig /nowhere/config"),
        ({"context": "c"}, "K8S_AUTH_KUBECONFIG"),
        (
            {"host": "https://x", "api_key": "k", "ca_cert": "/nowhere/ca"},
            "ca_cert: there is no file /nowhere/ca",
        ),
    ],
)
def test_no_way_in_is_explained(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        connect(options)


def test_a_kubeconfig_that_is_not_yaml_is_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "broken").write_text("clusters: [")
    with pytest.raises(ConfigurationError, match="is not YAML"):
        connect({"kubeconfig": str(tmp_path / "broken")})


def test_an_unknown_context_is_named(kubeconfig: str) -> None:
    with pytest.raises(ConfigurationError, match="other"):
        connect({"kubeconfig": kubeconfig, "context": "other"})


def test_impersonation_names_user_and_every_group() -> None:
    headers = impersonation({"impersonate_user": "alice", "impersonate_groups": ["a", "b"]})
    assert headers == [("Impersonate-User", "alice"), ("Impersonate-Group", "a"), ("Impersonate-Group", "b")]


@pytest.mark.parametrize(
    ("variable", "option", "value", "meant"),
    [
        ("K8S_AUTH_HOST", "host", "https://awx.example.com", "https://awx.example.com"),
        ("K8S_AUTH_API_KEY", "api_key", "token", "token"),
        ("K8S_AUTH_VERIFY_SSL", "validate_certs", "false", False),
        ("K8S_AUTH_SSL_CA_CERT", "ca_cert", "/ca", "/ca"),
        ("K8S_AUTH_KUBECONFIG", "kubeconfig", "/config", "/config"),
        ("K8S_AUTH_CONTEXT", "context", "prod", "prod"),
        ("K8S_AUTH_CERT_FILE", "client_cert", "/cert", "/cert"),
        ("K8S_AUTH_KEY_FILE", "client_key", "/key", "/key"),
        ("K8S_AUTH_IMPERSONATE_GROUPS", "impersonate_groups", "a,b", ["a", "b"]),
    ],
)
def test_the_environment_stands_in_for_options(
    monkeypatch: pytest.MonkeyPatch, variable: str, option: str, value: str, meant: Any
) -> None:
    monkeypatch.setenv(variable, value)
    result = ArgumentSpecValidator(CONNECTION).validate({})
    assert not result.error_messages
    assert result.validated_parameters[option] == meant


@pytest.mark.parametrize(("fragment", "spec"), [(documentation, CONNECTION), (waiting, WAITING)])
def test_documentation_and_argument_spec_say_the_same(fragment: Any, spec: dict[str, dict[str, Any]]) -> None:
    options = yaml.safe_load(fragment.ModuleDocFragment.DOCUMENTATION)["options"]
    assert set(options) == set(spec)
    for name, documented in options.items():
        for key in ("type", "elements", "default", "aliases"):
            assert documented.get(key) == spec[name].get(key), f"{name}: {key}"


def test_secret_options_are_never_logged() -> None:
    assert {name for name, option in CONNECTION.items() if option.get("no_log")} == {"api_key", "password"}
