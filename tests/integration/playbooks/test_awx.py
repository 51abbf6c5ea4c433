# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Playbooks as a controller runs them: by ansible-runner, with an inventory of one bare host, the answers of
surveys as extra variables, and credentials in the environment."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.inferops.serving.plugins.module_utils._cluster import connect

from tests.support.playbook import ROOT

pytestmark = [pytest.mark.proof("P", "C"), pytest.mark.req("XC-16")]
TOKEN_SECONDS = 3600


@dataclass(frozen=True)
class Job:
    """What a controller keeps of a job."""

    status: str
    code: int
    output: str
    artifacts: dict[str, Any]


@pytest.fixture(scope="module")
def credential(lab: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment that the built-in type of credential for Kubernetes makes."""
    client = connect({"kubeconfig": str(lab.kubeconfig)})
    namespace = lab.namespace("controller")
    about = {"name": "controller", "namespace": namespace}
    client.apply({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": about})
    client.apply(
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": namespace},
            "roleRef": {
                "apiGroup": "rbac.authorization.k8s.io",
                "kind": "ClusterRole",
                "name": "cluster-admin",
            },
            "subjects": [{"kind": "ServiceAccount", **about}],
        }
    )
    token = client.request(
        "POST",
        f"/api/v1/namespaces/{namespace}/serviceaccounts/controller/token",
        body={
            "apiVersion": "authentication.k8s.io/v1",
            "kind": "TokenRequest",
            "spec": {"expirationSeconds": TOKEN_SECONDS},
        },
    )["status"]["token"]
    cluster = yaml.safe_load(lab.kubeconfig.read_text(encoding="utf-8"))["clusters"][0]["cluster"]
    authority = tmp_path_factory.mktemp("credential") / "ca.crt"
    given = cluster.get("certificate-authority-data")
    authority.write_bytes(b64decode(given) if given else Path(cluster["certificate-authority"]).read_bytes())
    return {
        "K8S_AUTH_HOST": cluster["server"],
        "K8S_AUTH_API_KEY": token,
        "K8S_AUTH_VERIFY_SSL": "True",
        "K8S_AUTH_SSL_CA_CERT": str(authority),
    }


@pytest.fixture(scope="module")
def fleet(lab: Any) -> dict[str, Any]:
    service = {
        "namespace": lab.namespace("awx"),
        "model": "tiny",
        "engine": "simulator",
        "platform": "deployment",
    }
    return {
        "llm_models": [{"name": "tiny", "source": "tiny"}],
        "llm_serving": [{"name": "chat", **service}, {"name": "embed", **service}],
    }


@pytest.fixture
def launch(tmp_path: Path, credential: dict[str, str], fleet: dict[str, Any]) -> Callable[..., Job]:
    import ansible_runner

    def run(playbook: str, cmdline: str = "", **answers: str) -> Job:
        done = ansible_runner.run(
            private_data_dir=tempfile.mkdtemp(dir=tmp_path),  # it would keep the arguments of the last run
            playbook=f"inferops.serving.{playbook}",
            inventory={"llm_clusters": {"hosts": {"lab": None}}},
            extravars={**fleet, "verify_reach": "port-forward", **answers},
            envvars={
                **credential,
                "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".collections"),
                "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            },
            cmdline=cmdline or None,
            quiet=True,
            timeout=120,
        )
        stats = [event for event in done.events if event["event"] == "playbook_on_stats"]
        data = stats[-1]["event_data"] if stats else {}
        return Job(done.status, done.rc, done.stdout.read(), dict(data.get("artifact_data") or {}))

    return run


def test_a_service_goes_its_whole_way_by_the_answers_of_surveys(
    launch: Callable[..., Job], credential: dict[str, str]
) -> None:
    deployed = launch("deploy", llm_services="chat, embed")
    assert (deployed.status, deployed.code) == ("successful", 0), deployed.output
    (chat, _embed) = deployed.artifacts["llm_rollout"]["lab"]
    assert (chat["name"], chat["changed"]) == ("chat", True)

    verified = launch("verify", llm_services="")
    assert (verified.status, verified.code) == ("successful", 0), verified.output
    assert [one["ok"] for one in verified.artifacts["llm_verification"]["lab"]] == [True, True]

    planned = launch(
        "benchmark",
        "--check",
        llm_services="chat",
        llm_benchmark_concurrency="2",
        llm_benchmark_image="",
        llm_benchmark_timeout="60",
    )
    assert (planned.status, planned.code) == ("successful", 0), planned.output
    assert planned.artifacts["llm_benchmark"]["lab"][0]["load"]["concurrency"] == 2

    kept = launch("remove", llm_services="chat", purge_models="false")
    assert (kept.status, kept.code) == ("successful", 0), kept.output

    wrong = launch("remove", llm_services="chat", purge_models="true")
    assert (wrong.status, wrong.code) == ("failed", 2)
    assert "llm_services names only some" in wrong.output

    jobs = (deployed, verified, planned, kept, wrong)
    assert credential["K8S_AUTH_API_KEY"] not in "".join(
        job.output + json.dumps(job.artifacts) for job in jobs
    )
