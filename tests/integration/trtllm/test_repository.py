# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real tritonserver loads the repository of the LLM API, and answers.

The server, its parser and its protocol are real. The backend behind them is a stand-in: it reads the same
``model.yaml`` from the place of the image's backend, and answers without a GPU.
"""

from __future__ import annotations

import urllib.error
from collections.abc import Mapping
from pathlib import Path

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._catalogue.trtllm import LLM_API_MODEL
from ansible_collections.inferops.serving.plugins.module_utils._engines.triton_trtllm import REPOSITORY
from ansible_collections.inferops.serving.plugins.module_utils._plan import ServicePlan

from tests.integration.render.triton.server import Installation, Triton, running
from tests.integration.render.triton.test_triton import installation
from tests.unit._engines.trtllm import files, launch, llm_api

__all__ = ["installation"]

pytestmark = [pytest.mark.proof("E", stand_in="TensorRT-LLM")]

LLM = """\
import json, os
import numpy as np
import triton_python_backend_utils as pb_utils

class TritonPythonModel:
    @staticmethod
    def auto_complete_config(config):
        given = TritonPythonModel.arguments()["triton_config"]
        config.set_max_batch_size(given["max_batch_size"])
        config.set_model_transaction_policy({"decoupled": given["decoupled"]})
        return config

    @staticmethod
    def arguments():
        with open(os.path.join(pb_utils.get_model_dir(), "model.yaml")) as file:
            return json.load(file)

    def initialize(self, args):
        self.given = self.arguments()

    def execute(self, requests):
        answers = []
        for request in requests:
            said = pb_utils.get_input_tensor_by_name(request, "text_input").as_numpy().ravel()[0].decode()
            limit = pb_utils.get_input_tensor_by_name(request, "sampling_param_max_tokens")
            words = f"{said} {self.given['model']} {self.given['tensor_parallel_size']}"
            if limit is not None:
                words += f" {limit.as_numpy().ravel()[0]}"
            out = pb_utils.Tensor("text_output", np.array([words.encode()], dtype=object))
            answers.append(pb_utils.InferenceResponse([out]))
        return answers
"""


def served(plan: ServicePlan, root: Path, repository: Mapping[str, str]) -> list[str]:
    """The arguments of the first rank, with its repository below a folder of this machine."""
    for path, text in repository.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    rank = launch(plan)["ranks"][0]
    line = rank[rank.index("tritonserver") + 1 :]
    return [each.replace(REPOSITORY, str(root)) for each in line]


def generate(triton: Triton, model: str, body: Mapping[str, object]) -> str:
    answer = triton.ask(f"/v2/models/{model}/generate", body)
    assert answer["model_name"] == model
    return str(answer["text_output"])


@pytest.mark.req("S1-56")
def test_the_repository_of_the_llm_api_is_loaded_and_answers(
    installation: Installation, tmp_path: Path
) -> None:
    image = tmp_path / "image"
    image.mkdir()
    (image / "model.py").write_text(LLM, encoding="utf-8")
    plan = llm_api(engine_args={"log_verbose": 1, "log_iso8601": True})
    repository = {
        path: text.replace(LLM_API_MODEL, str(image))
        for path, text in files(plan).items()
        if path.startswith("tensorrt_llm/")
    }
    args = served(plan, tmp_path / "repository", repository)
    with running(installation, args=args, env={}, fields=(), log=tmp_path / "log") as triton:
        triton.wait_until_ready()
        config = triton.ask("/v2/models/tensorrt_llm/config")
        assert config["max_batch_size"] == 0
        assert config["instance_group"][0]["kind"] == "KIND_CPU"
        body = {"text_input": "hello", "sampling_param_max_tokens": 7}
        assert generate(triton, "tensorrt_llm", body) == "hello meta-llama/Meta-Llama-3-8B 2 7"
        with pytest.raises(urllib.error.HTTPError):
            generate(triton, "tensorrt_llm", {"sampling_param_max_tokens": 7})
