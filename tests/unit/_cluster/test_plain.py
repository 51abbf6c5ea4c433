# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plain ways in are understood as the client understands them, and everything else is left to it."""

from __future__ import annotations

import ssl
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.inferops.serving.plugins.module_utils._cluster.connection import (
    configuration,
    endpoint,
)
from ansible_collections.inferops.serving.plugins.module_utils._cluster.plain import NotPlain, kubeconfig

pytestmark = pytest.mark.req("XC-11")

REPOSITORY = Path(__file__).parents[3]
PEM = {"ca": b"-- the authority --", "cert": b"-- the certificate --", "key": b"-- the key --"}


@pytest.fixture(autouse=True)
def no_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("KUBECONFIG", "KUBERNETES_SERVICE_HOST", "HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., str]:
    for name, pem in PEM.items():
        (tmp_path / name).write_bytes(pem)

    def write(cluster: dict[str, Any], user: dict[str, Any], **more: Any) -> str:
        path = tmp_path / "config"
        contexts = [
            {"name": "other", "context": {"cluster": "nowhere", "user": "nobody"}},
            {"name": "here", "context": {"cluster": "one", "user": "me", "namespace": "ns"}},
        ]
        config = {
            "clusters": [{"name": "one", "cluster": {"server": "https://one.example.com:6443", **cluster}}],
            "users": [{"name": "me", "user": user}],
            "contexts": contexts,
            "current-context": "here",
            **more,
        }
        path.write_text(yaml.safe_dump(config))
        return str(path)

    return write


def data(name: str) -> str:
    return b64encode(PEM[name]).decode()


def content(pem: str | bytes | None) -> bytes | None:
    return Path(pem).read_bytes() if isinstance(pem, str) else pem


@pytest.mark.parametrize(
    ("cluster", "user"),
    [
        ({"certificate-authority-data": data("ca")}, {"token": "t"}),
        ({"certificate-authority": "ca"}, {"client-certificate": "cert", "client-key": "key"}),
        (
            {"certificate-authority-data": data("ca"), "tls-server-name": "api.example.com"},
            {"client-certificate-data": data("cert"), "client-key-data": data("key"), "token": "t"},
        ),
        ({"insecure-skip-tls-verify": True, "server": "https://one.example.com/prefix/"}, {"token": "t"}),
        (
            {"certificate-authority": "nothing", "certificate-authority-data": data("ca")},
            {"client-certificate-data": data("cert"), "client-key": "key", "extensions": []},
        ),
        ({"insecure-skip-tls-verify": False, "extensions": [{"name": "minikube"}]}, {}),
    ],
)
def test_the_client_reads_the_same(
    write: Callable[..., str], cluster: dict[str, Any], user: dict[str, Any]
) -> None:
    path = write(cluster, user)
    plain = kubeconfig(path, None)
    client = configuration({"kubeconfig": path}, connections=1)
    for name in ("host", "verify_ssl", "tls_server_name"):
        assert getattr(plain, name) == getattr(client, name), name
    for name in ("ssl_ca_cert", "cert_file", "key_file"):
        assert content(getattr(plain, name)) == content(getattr(client, name)), name
    bearer = client.auth_settings().get("BearerToken")
    assert plain.api_key.get("authorization") == (bearer["value"] if bearer else None)


@pytest.mark.parametrize(
    ("cluster", "user", "more"),
    [
        ({}, {"exec": {"command": "aws"}}, {}),
        ({}, {"auth-provider": {"name": "oidc"}}, {}),
        ({}, {"tokenFile": "/var/run/token"}, {}),
        ({}, {"username": "u", "password": "p"}, {}),
        ({}, {"token": ""}, {}),
        ({"proxy-url": "http://proxy:3128"}, {"token": "t"}, {}),
        ({"certificate-authority-data": "!"}, {"token": "t"}, {}),
        ({"certificate-authority-data": "x"}, {"token": "t"}, {}),
        ({"insecure-skip-tls-verify": "yes"}, {"token": "t"}, {}),
        ({"something-new": True}, {"token": "t"}, {}),
        ({}, {"token": "t"}, {"users": []}),
        ({}, {"token": "t"}, {"users": [{"name": "me", "user": {"token": str(n)}} for n in range(2)]}),
        ({}, {"token": "t"}, {"current-context": "other"}),
        ({}, {"token": "t"}, {"contexts": None}),
    ],
)
def test_all_else_is_left_to_the_client(
    write: Callable[..., str], cluster: dict[str, Any], user: dict[str, Any], more: dict[str, Any]
) -> None:
    with pytest.raises(NotPlain):
        kubeconfig(write(cluster, user, **more), None)


def test_files_that_cannot_be_read_are_left_to_the_client(tmp_path: Path) -> None:
    (tmp_path / "broken").write_text("a: [b")
    (tmp_path / "list").write_text("[]")
    for name in ("none", "broken", "list"):
        with pytest.raises(NotPlain):
            kubeconfig(str(tmp_path / name), None)


def test_a_plain_way_in_loads_no_client(write: Callable[..., str]) -> None:
    """The client costs as much as the rest of a module's start."""
    path = write({"insecure-skip-tls-verify": True}, {"token": "t"})
    code = (
        "import sys\n"
        "from ansible_collections.inferops.serving.plugins.module_utils._cluster import connect\n"
        f"connect({{'kubeconfig': {path!r}}})\n"
        "assert 'urllib3' in sys.modules and 'kubernetes' not in sys.modules\n"
    )
    subprocess.run(
        [sys.executable, "-c", code], check=True, cwd=REPOSITORY, env={"PYTHONPATH": ".collections"}
    )


@pytest.mark.parametrize(
    ("environment", "options"),
    [
        ({"HTTPS_PROXY": "http://proxy:3128"}, {}),
        ({}, {"proxy": "http://proxy:3128"}),
        ({}, {"host": "http://127.0.0.1:8001"}),
    ],
)
def test_proxies_are_left_to_the_client(
    write: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    options: dict[str, Any],
) -> None:
    path = write({"insecure-skip-tls-verify": True}, {"token": "t"})
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    found = endpoint({"kubeconfig": path, **options}, connections=1)
    assert (found.pool.proxy is not None) == bool(environment or "proxy" in options)
    assert found.configuration() is found.configuration(), "the client's own"


def test_one_context_for_all_connections_checks_the_server(write: Callable[..., str]) -> None:
    strict = endpoint({"host": "https://x", "api_key": "k", "ca_cert": ssl_authorities()}, connections=3)
    loose = endpoint({"host": "https://x", "api_key": "k", "validate_certs": False}, connections=3)
    contexts = [one.pool.connection_pool_kw["ssl_context"] for one in (strict, loose)]
    assert [(one.verify_mode, one.check_hostname) for one in contexts] == [
        (ssl.CERT_REQUIRED, True),
        (ssl.CERT_NONE, False),
    ]
    assert strict.authorization() == "Bearer k"


def ssl_authorities() -> str:
    import certifi

    return str(certifi.where())
