# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What vLLM itself says of command lines and of files model.json. Runs where vLLM is installed.

Reads ``{name: {"argv": […]} or {"fields": {…}}}`` from standard input. An argv goes through the parser of
``vllm serve``, fields go to AsyncEngineArgs, and both then through the checks of the engine's configuration;
no engine is started. Writes the verdicts to the file that its argument names, with what this version knows.
"""

from __future__ import annotations

import contextlib
import dataclasses
import io
import json
import sys
from pathlib import Path
from typing import Any

import vllm
from vllm import platforms

if platforms.current_platform.is_unspecified():
    # vLLM's own package is made for GPUs, and here is none.
    from vllm.platforms.cpu import CpuPlatform

    platforms.current_platform = CpuPlatform()

from vllm.config import KVTransferConfig
from vllm.distributed.kv_transfer.kv_connector.factory import KVConnectorFactory
from vllm.engine.arg_utils import AsyncEngineArgs
from vllm.entrypoints.cli.serve import cmd_init
from vllm.utils.argparse_utils import FlexibleArgumentParser
from vllm.v1.kv_offload.factory import OffloadingSpecFactory

sys.path.append(str(Path(__file__).parents[3] / "tools"))
import dump_vllm

(COMMAND,) = cmd_init()
PROGRAM = FlexibleArgumentParser(prog="vllm")
PARSER = COMMAND.subparser_init(PROGRAM.add_subparsers(dest="subparser"))


def verdict(case: dict[str, Any]) -> dict[str, Any]:
    """Whether vLLM takes it; what it then runs with, or what it says."""
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said):
            return {"accepted": True, **accepted(case)}
    except SystemExit:
        return {"accepted": False, "says": said.getvalue().strip().splitlines()[-1]}
    except Exception as error:
        return {"accepted": False, "says": f"{type(error).__name__}: {error}"}


def accepted(case: dict[str, Any]) -> dict[str, Any]:
    server = {}
    if "argv" in case:
        given = PROGRAM.parse_args(case["argv"])
        COMMAND.validate(given)
        given.model = given.model_tag
        adapters = {each.name: each.path for each in given.lora_modules or ()}
        server = {"port": given.port, "adapters": adapters, "shutdown_timeout": given.shutdown_timeout}
        arguments = AsyncEngineArgs.from_cli_args(given)
    else:
        arguments = AsyncEngineArgs(**case["fields"])
    return {"server": server, "runs_with": running(arguments.create_engine_config())}


def running(config: Any) -> dict[str, Any]:
    """What came of the arguments, as the engine sees it."""
    model, cache, parallel, scheduler = (
        config.model_config,
        config.cache_config,
        config.parallel_config,
        config.scheduler_config,
    )
    speculation, lora, transfer = config.speculative_config, config.lora_config, config.kv_transfer_config
    return {
        "served_model_name": model.served_model_name,
        "max_model_len": model.max_model_len,
        "dtype": str(model.dtype).removeprefix("torch."),
        "quantization": model.quantization,
        "enforce_eager": model.enforce_eager,
        "trust_remote_code": model.trust_remote_code,
        "seed": model.seed,
        "revision": model.revision,
        "gpu_memory_utilization": cache.gpu_memory_utilization,
        "kv_cache_dtype": cache.cache_dtype,
        "prefix_caching": cache.enable_prefix_caching,
        "kv_offloading_gib": cache.kv_offloading_size,
        "tensor": parallel.tensor_parallel_size,
        "pipeline": parallel.pipeline_parallel_size,
        "data": parallel.data_parallel_size,
        "data_local": parallel.data_parallel_size_local,
        "expert": parallel.enable_expert_parallel,
        "nodes": parallel.nnodes,
        "max_num_seqs": scheduler.max_num_seqs,
        "max_num_batched_tokens": scheduler.max_num_batched_tokens,
        "chunked_prefill": scheduler.enable_chunked_prefill,
        "speculative_tokens": speculation.num_speculative_tokens if speculation else None,
        "speculative_method": speculation.method if speculation else None,
        "max_lora_rank": lora.max_lora_rank if lora else None,
        "kv_connector": transfer.kv_connector if transfer else None,
        "kv_role": transfer.kv_role if transfer else None,
        "kv_moved_by": moved_by(transfer) if transfer else [],
    }


def moved_by(transfer: Any) -> list[list[str]]:
    """Each connector that vLLM finds by its name, and what it keeps the cache in."""
    if transfer.kv_connector == "MultiConnector":
        parts = [KVTransferConfig(**each) for each in transfer.kv_connector_extra_config["connectors"]]
    else:
        parts = [transfer]
    return [[KVConnectorFactory.get_connector_class(each).__name__, kept_in(each)] for each in parts]


def kept_in(transfer: Any) -> str:
    extra = transfer.kv_connector_extra_config
    if transfer.kv_connector != "OffloadingConnector":
        return ""
    tiers = "".join(f" {tier['type']}:{tier['root_dir']}" for tier in extra.get("secondary_tiers", ()))
    return f"{OffloadingSpecFactory.get_spec_cls(extra).__name__} {extra['cpu_bytes_to_use']}{tiers}"


def main() -> None:
    cases = json.load(sys.stdin)
    answer = {
        "version": vllm.__version__,
        "options": sorted(PARSER._option_string_actions),
        "fields": sorted(each.name for each in dataclasses.fields(AsyncEngineArgs)),
        "names": dump_vllm.names(),
        "verdicts": {name: verdict(case) for name, case in cases.items()},
    }
    Path(sys.argv[1]).write_text(json.dumps(answer, default=str), encoding="utf-8")


if __name__ == "__main__":
    main()
