# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ways into a cluster, each with a real API server: token, client certificate, environment alone,
impersonation."""

from __future__ import annotations

import json
import os
import socket
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from ansible_collections.inferops.serving.plugins.module_utils._cluster import (
    ApiError,
    Client,
    ConfigurationError,
    Unreachable,
    connect,
)

pytestmark = [pytest.mark.proof("A"), pytest.mark.req("XC-11")]

REPOSITORY = Path(__file__).parents[3]


@pytest.fixture
def token(client: Client, namespace: str) -> str:
    """Of an account that may do everything in its namespace and nothing elsewhere."""
    account = {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {"name": "robot", "namespace": namespace},
    }
    binding = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": {"name": "robot", "namespace": namespace},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "edit"},
        "subjects": [{"kind": "ServiceAccount", "name": "robot", "namespace": namespace}],
    }
    client.apply(account)
    client.apply(binding)
    path = f"/api/v1/namespaces/{namespace}/serviceaccounts/robot/token"
    request = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
    return str(client.request("POST", path, body=request)["status"]["token"])


def who_am_i(client: Client) -> str:
    review = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
    answer = client.request("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", body=review)
    return str(answer["status"]["userInfo"]["username"])


def test_token(credentials: dict[str, str], token: str, namespace: str) -> None:
    client = connect({"host": credentials["server"], "api_key": token, "ca_cert": credentials["ca"]})
    assert who_am_i(client) == f"system:serviceaccount:{namespace}:robot"
    assert client.can_i("create", "apps", "deployments", namespace)
    refused = client.can_i("create", "", "namespaces")
    assert not refused


def test_client_certificate(credentials: dict[str, str]) -> None:
    client = connect(
        {
            "host": credentials["server"],
            "client_cert": credentials["cert"],
            "client_key": credentials["key"],
            "ca_cert": credentials["ca"],
        }
    )
    assert who_am_i(client) == "lab-admin"


def test_context_of_a_kubeconfig_and_options_that_win_over_it(
    lab: Any, tmp_path: Path, token: str, namespace: str
) -> None:
    config = yaml.safe_load(Path(lab.kubeconfig).read_text())
    nowhere = {"name": "nowhere", "cluster": {"server": "https://127.0.0.1:9"}}
    config["clusters"].append(nowhere)
    config["contexts"].append({"name": "elsewhere", "context": {"cluster": "nowhere", "user": "admin"}})
    config["current-context"] = "elsewhere"
    path = tmp_path / "config"
    path.write_text(yaml.safe_dump(config))
    assert connect({"kubeconfig": str(path)}).host == "https://127.0.0.1:9"
    client = connect({"kubeconfig": str(path), "context": config["contexts"][0]["name"]})
    assert who_am_i(client) == "lab-admin"
    client = connect({"kubeconfig": str(lab.kubeconfig), "api_key": token})
    assert "robot" in who_am_i(client)


def test_exec_plugin(lab: Any, tmp_path: Path, token: str, namespace: str) -> None:
    config = yaml.safe_load(Path(lab.kubeconfig).read_text())
    credential = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "kind": "ExecCredential",
        "status": {"token": token},
    }
    plugin = tmp_path / "plugin.py"
    plugin.write_text(f"print({json.dumps(json.dumps(credential))})")
    config["users"][0]["user"] = {
        "exec": {
            "apiVersion": "client.authentication.k8s.io/v1",
            "command": sys.executable,
            "args": [str(plugin)],
            "interactiveMode": "Never",
        }
    }
    path = tmp_path / "config"
    path.write_text(yaml.safe_dump(config))
    assert "robot" in who_am_i(connect({"kubeconfig": str(path)}))


def test_account_of_the_pod(
    credentials: dict[str, str], token: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a pod finds in its file system and environment, at another path."""
    address = urlsplit(credentials["server"])
    (tmp_path / "token").write_text(token)
    loader = "kubernetes.config.incluster_config"
    monkeypatch.setattr(f"{loader}.SERVICE_TOKEN_FILENAME", str(tmp_path / "token"))
    monkeypatch.setattr(f"{loader}.SERVICE_CERT_FILENAME", credentials["ca"])
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", str(address.hostname))
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", str(address.port))
    assert "robot" in who_am_i(connect({}))


@contextmanager
def tunnelling_proxy() -> Iterator[tuple[str, list[str]]]:
    """A real HTTP proxy that knows CONNECT; yields its address and the hosts that were asked for."""
    asked: list[str] = []

    def pump(source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
        with suppress(OSError):
            target.shutdown(socket.SHUT_WR)

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            host = self.rfile.readline().split()[1].decode()
            while self.rfile.readline().strip():
                pass
            asked.append(host)
            name, _, port = host.partition(":")
            with socket.create_connection((name, int(port))) as upstream:
                self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
                back = threading.Thread(target=pump, args=(upstream, self.connection), daemon=True)
                back.start()
                pump(self.connection, upstream)
                back.join()

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}", asked
        finally:
            server.shutdown()


def test_proxy(lab: Any, credentials: dict[str, str]) -> None:
    with tunnelling_proxy() as (address, asked):
        options = {"kubeconfig": str(lab.kubeconfig), "proxy": address}
        assert who_am_i(connect(options)) == "lab-admin"
        assert asked == [urlsplit(credentials["server"]).netloc]
        assert who_am_i(connect({**options, "no_proxy": "127.0.0.1"})) == "lab-admin"
        assert len(asked) == 1


def test_impersonation(lab: Any) -> None:
    client = connect(
        {
            "kubeconfig": str(lab.kubeconfig),
            "impersonate_user": "alice",
            "impersonate_groups": ["team-a", "team-b"],
        }
    )
    assert who_am_i(client) == "alice"
    with pytest.raises(ApiError, match=r'User \\?"alice\\?" cannot list'):
        client.list("v1", "Secret", namespace="kube-system")


def test_a_certificate_that_is_not_trusted_says_what_to_do(credentials: dict[str, str], token: str) -> None:
    with pytest.raises(Unreachable, match="ca_cert"):
        who_am_i(connect({"host": credentials["server"], "api_key": token}))
    assert "robot" in who_am_i(
        connect({"host": credentials["server"], "api_key": token, "validate_certs": False})
    )


def test_a_wrong_token_is_an_api_error_and_is_not_repeated_in_it(credentials: dict[str, str]) -> None:
    client = connect(
        {"host": credentials["server"], "api_key": "not-a-token-at-all", "ca_cert": credentials["ca"]}
    )
    with pytest.raises(ApiError) as error:
        who_am_i(client)
    assert error.value.status == 401
    assert "not-a-token" not in str(error.value)


def test_no_way_in_says_which_ways_there_are(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"There is no kubeconfig .*K8S_AUTH_HOST"):
        connect({"kubeconfig": str(tmp_path / "none")})
    (tmp_path / "broken").write_text("{}")
    with pytest.raises(ConfigurationError, match="kubeconfig"):
        connect({"kubeconfig": str(tmp_path / "broken")})


@pytest.mark.proof("P")
def test_environment_alone_as_awx_sets_it(
    credentials: dict[str, str], token: str, namespace: str, tmp_path: Path
) -> None:
    """AWX's Kubernetes credential is four variables; nothing else is given to the play."""
    play = [
        {
            "hosts": "localhost",
            "gather_facts": False,
            "connection": "local",
            "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
            "tasks": [
                {
                    "inferops.serving.apply_set": {
                        "name": "awx",
                        "namespace": namespace,
                        "objects": [
                            {
                                "apiVersion": "v1",
                                "kind": "ConfigMap",
                                "metadata": {"name": "from-awx"},
                                "data": {"key": "value"},
                            }
                        ],
                    },
                    "register": "result",
                },
                {"ansible.builtin.assert": {"that": ["result.actions[0].action == 'created'"]}},
            ],
        }
    ]
    playbook = tmp_path / "play.yml"
    playbook.write_text(yaml.safe_dump(play))
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
    environment = {
        **kept,
        "HOME": str(tmp_path),
        "ANSIBLE_COLLECTIONS_PATH": str(REPOSITORY / ".collections"),
        "K8S_AUTH_HOST": credentials["server"],
        "K8S_AUTH_API_KEY": token,
        "K8S_AUTH_VERIFY_SSL": "true",
        "K8S_AUTH_SSL_CA_CERT": credentials["ca"],
    }
    done = subprocess.run(
        [str(Path(sys.executable).parent / "ansible-playbook"), "-i", "localhost,", "-vvv", str(playbook)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert token not in done.stdout + done.stderr
