# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stand-in for Triton's vLLM backend, loaded by a real tritonserver.

It completes the configuration as the vendor's does, refuses keys of model.json that AsyncEngineArgs has not,
needs multi_lora.json with enable_lora, and echoes.
"""

import json
import os

import numpy as np
import triton_python_backend_utils as pb_utils

INPUTS = {"text_input": False, "stream": True, "sampling_parameters": True, "exclude_input_in_output": True}
"""Name of an input to whether it is optional."""


class TritonPythonModel:
    @staticmethod
    def auto_complete_config(config):
        for name, optional in INPUTS.items():
            kind = "TYPE_BOOL" if name in ("stream", "exclude_input_in_output") else "TYPE_STRING"
            config.add_input({"name": name, "data_type": kind, "dims": [1], "optional": optional})
        config.add_output({"name": "text_output", "data_type": "TYPE_STRING", "dims": [-1]})
        config.set_model_transaction_policy({"decoupled": True})
        config.set_max_batch_size(0)
        return config

    def initialize(self, args):
        folder = pb_utils.get_model_dir()
        with open(os.path.join(folder, "model.json"), encoding="utf-8") as file:
            arguments = json.load(file)
        unknown = sorted(set(arguments) - set(os.environ["VLLM_FIELDS"].split()))
        if unknown:
            raise pb_utils.TritonModelException(
                f"AsyncEngineArgs.__init__() got an unexpected keyword argument {unknown[0]!r}"
            )
        group = json.loads(args["model_config"])["instance_group"][0]
        if group["kind"] != "KIND_MODEL":
            raise pb_utils.TritonModelException(f"instance group of kind {group['kind']}")
        if arguments.get("enable_lora") and not os.path.exists(os.path.join(folder, "multi_lora.json")):
            raise pb_utils.TritonModelException("cannot find multi_lora.json")

    def execute(self, requests):
        for request in requests:
            text = pb_utils.get_input_tensor_by_name(request, "text_input").as_numpy().flatten()[0]
            output = pb_utils.Tensor("text_output", np.array([text], dtype=object))
            request.get_response_sender().send(
                pb_utils.InferenceResponse([output]), flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL
            )
