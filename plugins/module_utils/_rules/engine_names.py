# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""V-18: the version of vLLM inside the image knows every variable, method of quantisation and connector."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from .._catalogue import vllm
from .._catalogue.known_names import Table, known_names, last_seen, nearest_name
from .._catalogue.successors import CONNECTORS, DEPRECATED_QUANTIZATION, ENVIRONMENT, QUANTIZATION, Gone
from .._catalogue.vllm import release
from .._fleet import Fleet, Problem
from .._plan import ServicePlan
from .arguments import told_version
from .finding import Plans, at, error

CODE = "V-18"

ALLOW_DEPRECATED = "allow_deprecated_quantization"
TRANSFER = "kv_transfer_config"
BY_MODULE = "kv_connector_module_path"
"""A connector of somebody else's, which no list has."""
GONE_KEYS = ("kv_rank", "kv_parallel_size", "kv_ip")


def check(fleet: Fleet, plans: Plans) -> Iterator[Problem]:
    for plan in plans:
        version = told_version(plan)
        if version is None:
            continue
        for name in plan.service.env:
            if name.startswith("VLLM_"):
                path = at(plan, f"env.{name}")
                yield from _known(path, "variables", name, version, ENVIRONMENT.get(name))
        yield from _quantization(plan, version)
        for path, config in _transfers(plan):
            yield from _connector(path, config, version)


def _known(path: str, table: Table, name: str, version: str, gone: Gone | None) -> Iterator[Problem]:
    if gone is not None and release(version) >= release(gone.by):
        message = f"vLLM {version} does not know {name} (gone by {gone.by})."
        yield error(CODE, path, message, gone.instead)
        return
    known = known_names(table, version)
    if not known or name in known:
        return
    seen = last_seen(table, name)
    message = f"vLLM {version} does not know {name}" + (f" (seen in {seen})." if seen else ".")
    near = nearest_name(table, name, version)
    yield error(CODE, path, message, f"Did you mean {near}?" if near else "Remove it.")


def _quantization(plan: ServicePlan, version: str) -> Iterator[Problem]:
    args = plan.service.engine_args
    method, path = args.quantization, at(plan, "engine_args.quantization")
    if method is None:
        return
    yield from _known(path, "quantization", method, version, QUANTIZATION.get(method))
    allowed = {each.name for each in vllm.given(args.extra)} | set(args.model_json)
    since = DEPRECATED_QUANTIZATION.get(method)
    if since is not None and release(version) >= release(since) and ALLOW_DEPRECATED not in allowed:
        message = f"{method} is deprecated in vLLM {version}, which refuses it."
        hint = f"Use another method, or add {vllm.option(ALLOW_DEPRECATED)} to engine_args.extra."
        yield error(CODE, path, message, hint)


def _transfers(plan: ServicePlan) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """What users themselves say of moving KV caches, as far as it can be read."""
    args = plan.service.engine_args
    for argument in vllm.given(args.extra):
        if argument.name == TRANSFER and isinstance(argument.value, str) and "." not in argument.written:
            try:
                config = json.loads(argument.value)
            except json.JSONDecodeError as broken:
                config = {"": str(broken)}
            if isinstance(config, dict):
                yield at(plan, f"engine_args.extra[{argument.index}]"), config
    config = args.model_json.get(TRANSFER)
    if isinstance(config, dict):
        yield at(plan, f"engine_args.model_json.{TRANSFER}"), config


def _connector(path: str, config: Mapping[str, Any], version: str) -> Iterator[Problem]:
    if "" in config:
        yield error(CODE, path, f"is no JSON: {config['']}.", "Write one JSON object.")
        return
    for key in GONE_KEYS:
        if key in config:
            yield error(CODE, path, f"{key} is gone from {TRANSFER}.", f"Remove {key}.")
    name = config.get("kv_connector")
    if name is None:
        return
    if "kv_role" not in config:
        hint = "Write kv_role: kv_both, kv_producer or kv_consumer."
        yield error(CODE, path, f"connector {name} has no kv_role.", hint)
    if BY_MODULE not in config:
        yield from _known(path, "connectors", str(name), version, CONNECTORS.get(str(name)))
    inner = (config.get("kv_connector_extra_config") or {}).get("connectors") or ()
    for part in inner:
        yield from _connector(path, part, version)
