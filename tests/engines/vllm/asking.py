# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From an inventory to what vLLM is asked, and what it answers."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.inferops.serving.plugins.module_utils._engines.triton_vllm import repository
from ansible_collections.inferops.serving.plugins.module_utils._inventory import Specification, read
from ansible_collections.inferops.serving.plugins.module_utils._objects import service_objects
from ansible_collections.inferops.serving.plugins.module_utils._plan import ServicePlan

from tests.engines.vllm.installation import Installation
from tests.unit._plan.inventory import HUB, SECRETS

Object = dict[str, Any]
VERSIONS = ("0.32.0", "0.33.0")
PATIENCE = 900
"""A machine at work on other things needs minutes to import vLLM twice."""

LLAMA = {
    "architectures": ["LlamaForCausalLM"],
    "model_type": "llama",
    "vocab_size": 256,
    "hidden_size": 128,
    "intermediate_size": 256,
    "num_hidden_layers": 4,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 32768,
    "bos_token_id": 0,
    "eos_token_id": 1,
    "torch_dtype": "bfloat16",
}
MODELS: dict[str, Object] = {
    "llama": LLAMA,
    "prepared": {
        **LLAMA,
        "quantization_config": {
            "quant_method": "compressed-tensors",
            "format": "pack-quantized",
            "config_groups": {
                "group_0": {
                    "targets": ["Linear"],
                    "weights": {"num_bits": 4, "type": "int", "symmetric": True, "strategy": "channel"},
                }
            },
            "ignore": ["lm_head"],
            "quantization_status": "compressed",
        },
    },
    "experts": {
        **LLAMA,
        "architectures": ["MixtralForCausalLM"],
        "model_type": "mixtral",
        "num_local_experts": 8,
        "num_experts_per_tok": 2,
    },
    "gpt2": {
        "architectures": ["GPT2LMHeadModel"],
        "model_type": "gpt2",
        "vocab_size": 256,
        "n_positions": 1024,
        "n_embd": 96,
        "n_layer": 2,
        "n_head": 12,
        "bos_token_id": 0,
        "eos_token_id": 1,
    },
}
"""Configurations as they lie beside the weights of a model; there are no weights."""


PRINTED = [*range(33, 127), *range(161, 173), *range(174, 256)]
LETTERS = [chr(byte) for byte in PRINTED] + [chr(256 + number) for number in range(256 - len(PRINTED))]
"""The 256 bytes as byte-level tokenizers write them: those without a form of their own come last."""
BYTES = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
TOKENIZER = {
    "version": "1.0",
    "added_tokens": [],
    "pre_tokenizer": BYTES,
    "decoder": BYTES,
    "model": {
        "type": "BPE",
        "vocab": {letter: number for number, letter in enumerate(LETTERS)},
        "merges": [],
    },
}
TURN = "{{ each['role'] }}: {{ each['content'] }}\n"
TOKENIZER_CONFIG = {
    "tokenizer_class": "PreTrainedTokenizerFast",
    "model_max_length": 32768,
    "chat_template": f"{{% for each in messages %}}{TURN}{{% endfor %}}assistant:",
}
FILES = {"tokenizer": TOKENIZER, "tokenizer_config": TOKENIZER_CONFIG}


def write_models(folder: Path) -> None:
    for name, config in MODELS.items():
        (folder / name).mkdir(parents=True)
        for file, content in {**FILES, "config": config}.items():
            (folder / name / f"{file}.json").write_text(json.dumps(content), encoding="utf-8")


def specified(
    version: str,
    *,
    model: Mapping[str, Any] | None = None,
    cluster: Mapping[str, Any] | None = None,
    **service: Any,
) -> Specification:
    """An inventory of one service, read as a user's is: planned and checked."""
    entry = {"name": "llama", "source": "llama", "store": "models", **(model or {})}
    # No release of Triton carries these versions.
    triton = {"image": "registry.example/triton:own", "has_vllm_backend": True}
    own = triton if service.get("engine") == "triton-vllm" else {}
    return read(
        {
            "llm_cluster": cluster or {},
            "llm_stores": [{"name": "models", "kind": "pvc"}, HUB],
            "llm_secrets": list(SECRETS),
            "llm_models": [entry],
            "llm_serving": [
                {
                    "name": "chat",
                    "model": entry["name"],
                    "engine": "vllm",
                    "version": version,
                    **own,
                    **service,
                }
            ],
        }
    )


def question(plan: ServicePlan, models: Path) -> Object:
    """What the rendered container is started with; its model lies in *models*."""
    name = plan.model.source.rpartition("/")[2]
    where = str(models / name)
    if plan.engine.name == "triton-vllm":
        files = repository(plan)
        (fields,) = (json.loads(text) for path, text in files.items() if path.endswith("/model.json"))
        assert fields["model"] == plan.location.path
        return {"fields": {**fields, "model": where}}
    program, *argv = words(plan)
    assert program == "vllm"
    assert argv.count(plan.location.path) == 1
    return {"argv": [where if each == plan.location.path else each for each in argv]}


def words(plan: ServicePlan) -> list[str]:
    """Command and arguments of the engine's container as it gets them, from the rendered objects."""
    pods = ((each, PODS.get(each["kind"])) for each in service_objects(plan))
    container = next(find(each) for each, find in pods if find)["containers"][0]
    return [filled_in(word) for word in (*container["command"], *container["args"])]


PODS: dict[str, Callable[[Object], Object]] = {
    "Deployment": lambda obj: obj["spec"]["template"]["spec"],
    "ServingRuntime": lambda obj: obj["spec"],
    "LeaderWorkerSet": lambda obj: obj["spec"]["leaderWorkerTemplate"]["leaderTemplate"]["spec"],
    "LLMInferenceService": lambda obj: obj["spec"]["template"],
}
"""Where the pod of an object is; the first object that has one is the engine's."""


def filled_in(word: str) -> str:
    """As KServe without TLS and the controller of a first pod fill it in."""
    word = re.sub(r"{{ if .*?}}.*?{{ end }}", "", word)
    return word.replace("$(LWS_LEADER_ADDRESS)", "127.0.0.1").replace("$(LWS_WORKER_INDEX)", "0")


@dataclass(frozen=True)
class Answer:
    """What one version of vLLM knows, and says of each case."""

    version: str
    options: frozenset[str]
    fields: frozenset[str]
    names: dict[str, frozenset[str]]
    """Variables, methods of quantisation, connectors and series."""
    verdicts: dict[str, Object]


def ask(
    installation: Installation, questions: Mapping[str, Mapping[str, Object]], folder: Path
) -> list[Answer]:
    """One process per version, all at the same time, for all its cases."""
    started = {}
    for version, cases in questions.items():
        home = folder / version
        home.mkdir()
        (home / "cases.json").write_text(json.dumps(cases), encoding="utf-8")
        with (home / "cases.json").open() as given, (home / "log").open("w") as log:
            started[version] = subprocess.Popen(
                [installation.python, Path(__file__).with_name("verdicts.py"), home / "answer.json"],
                stdin=given,
                stdout=log,
                stderr=log,
                env={**offline(home), "PYTHONPATH": str(installation.sources(version))},
            )
    for version, process in started.items():
        log = folder / version / "log"
        assert process.wait(PATIENCE) == 0, log.read_text(errors="replace")[-3000:]
    return [_read(folder / version / "answer.json") for version in started]


def offline(folder: Path) -> dict[str, str]:
    """An environment in which vLLM asks nobody and leaves its files in a folder of the test."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "HF_HUB_OFFLINE": "1",
        "VLLM_NO_USAGE_STATS": "1",
        "VLLM_CACHE_ROOT": str(folder / "cache"),
    }


def _read(path: Path) -> Answer:
    found = json.loads(path.read_text(encoding="utf-8"))
    return Answer(
        version=found["version"].partition("+")[0],
        options=frozenset(found["options"]),
        fields=frozenset(found["fields"]),
        names={table: frozenset(names) for table, names in found["names"].items()},
        verdicts=found["verdicts"],
    )
