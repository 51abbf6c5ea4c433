# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a container wrote before it ended belongs to the diagnosis, and may be the diagnosis."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._cluster import connect

from tests.integration.wait.conftest import Ground
from tests.integration.wait.objects import deployment, job, played
from tests.support.lab import OwnLab

pytestmark = [pytest.mark.proof("C"), pytest.mark.req("XC-10", "S2-50")]

START = "INFO start of the engine"


@pytest.fixture
def spoken(plain_lab: OwnLab) -> Iterator[Ground]:
    client = connect({"kubeconfig": str(plain_lab.kubeconfig)})
    namespace = plain_lab.namespace("wait")
    yield Ground(client, namespace)
    client.delete({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})


def test_gpu_out_of_memory_is_read_from_the_log(spoken: Ground):
    said = "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB."
    verdict = spoken.wait(deployment(annotations=played("crash-loop", run_for="2s", log=f"{START}\n{said}")))
    assert verdict.only.code == "OutOfMemory"
    assert "max_model_len (8192, then 4096)" in verdict.only.hint
    assert verdict.only.log == (START, said)


def test_init_container_speaks_for_itself(spoken: Ground):
    said = "ERROR An error occurred (403) when calling the HeadObject operation: Forbidden"
    init = [{"name": "storage-initializer", "image": "tool:1"}]
    verdict = spoken.wait(deployment(annotations=played("init-fail", log=said), initContainers=init))
    assert verdict.only.code == "StorageInitializer"
    assert verdict.only.log == (said,)


def test_failed_job_shows_the_last_words_of_its_pod(spoken: Ground):
    verdict = spoken.wait(job(annotations=played("fail", run_for="2s", log="KeyError: 'model_type'")))
    assert verdict.only.code == "JobFailed"
    assert verdict.only.log == ("KeyError: 'model_type'",)


def test_credentials_in_a_log_are_masked(spoken: Ground):
    said = "401 Client Error for https://user:letmein@hub.example/api, token hf_abcdefghijklmnopqrst"
    verdict = spoken.wait(deployment(annotations=played("crash-loop", run_for="2s", log=said)))
    (line,) = verdict.only.log
    assert "letmein" not in line
    assert "hf_abc" not in line
    assert "401 Client Error" in line


def test_only_the_last_lines_are_shown(spoken: Ground):
    log = "\n".join(f"line {number}" for number in range(100))
    verdict = spoken.wait(deployment(annotations=played("crash-loop", run_for="2s", log=log)))
    assert len(verdict.only.log) == 20
    assert verdict.only.log[-1] == "line 99"
