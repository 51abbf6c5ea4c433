# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write down what one version of vLLM knows: arguments, variables, quantisation methods, connectors, series.

    python tools/dump_vllm.py DUMP.json

Runs with the Python of an environment in which that version can be imported; no GPU is needed. What it writes
is read by tools/generate_vllm_arguments.py.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import re
import sys
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import vllm
from vllm import envs, platforms

if platforms.current_platform.is_unspecified():
    # vLLM's own package is made for GPUs, and here may be none.
    from vllm.platforms.cpu import CpuPlatform

    platforms.current_platform = CpuPlatform()

from vllm.distributed.kv_transfer.kv_connector.factory import KVConnectorFactory
from vllm.engine.arg_utils import AsyncEngineArgs
from vllm.entrypoints.cli.serve import cmd_init
from vllm.model_executor.layers import quantization
from vllm.utils.argparse_utils import FlexibleArgumentParser

SERIES = re.compile(r"""["'](vllm:[a-z0-9_]+)["']""")


def main() -> None:
    (target,) = sys.argv[1:]
    known = {
        "vllm_version": vllm.__version__.partition("+")[0],
        "cli": sorted(arguments(), key=lambda argument: str(argument["dest"])),
        "async_engine_args": sorted(fields(), key=lambda field: str(field["name"])),
        **names(),
    }
    Path(target).write_text(json.dumps(known, indent=1), encoding="utf-8")


def names() -> dict[str, list[str]]:
    """What else it knows by name."""
    return {
        "variables": sorted(name for name in envs.environment_variables if name.startswith("VLLM_")),
        "quantization": sorted(quantization.QUANTIZATION_METHODS),
        "connectors": sorted(KVConnectorFactory._registry),
        "series": sorted(series()),
    }


def arguments() -> Iterator[dict[str, Any]]:
    """The options of ``vllm serve``, with every spelling that the parser takes."""
    (command,) = cmd_init()
    parser = command.subparser_init(FlexibleArgumentParser(prog="vllm").add_subparsers())
    spellings: dict[int, list[str]] = {}
    for spelled, action in parser._option_string_actions.items():
        spellings.setdefault(id(action), []).append(spelled)
    for action in parser._actions:
        yield {"dest": action.dest, "flags": spellings.get(id(action), []), "action": kind(action)}


def kind(action: argparse.Action) -> str:
    """The name of the action's class; that of switches with an opposite is vLLM's own."""
    return type(action).__name__.strip("_")


def fields() -> Iterator[dict[str, Any]]:
    """The fields of AsyncEngineArgs, as they are written in Python."""
    for field in dataclasses.fields(AsyncEngineArgs):
        hint = field.type
        literals = sorted({str(value) for value in choices(hint)})
        yield {"name": field.name, "type": str(hint).replace("typing.", ""), "literals": literals or None}


def choices(hint: Any) -> Iterator[Any]:
    """The values that a type lists."""
    if typing.get_origin(hint) is typing.Literal:
        yield from typing.get_args(hint)
    else:
        for part in typing.get_args(hint):
            yield from choices(part)


def series() -> set[str]:
    """Names in the sources: many series are exported only where something is used."""
    sources = Path(str(vllm.__file__)).parent
    return {
        name for path in sources.rglob("*.py") for name in SERIES.findall(path.read_text(encoding="utf-8"))
    }


if __name__ == "__main__":
    main()
