# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of the module `lab`, and the record that they fill."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .config import Config, Controllers, LabError, NodeGroup, default_cache
from .manifests import CHOOSABLE_CRDS

STRINGS = {"type": "list", "elements": "str", "default": []}
TAINT = {
    "key": {"type": "str", "required": True, "no_log": False},
    "value": {"type": "str"},
    "effect": {
        "type": "str",
        "choices": ["NoSchedule", "PreferNoSchedule", "NoExecute"],
        "required": True,
    },
}
NODE_GROUP = {
    "name": {"type": "str", "required": True},
    "count": {"type": "int", "default": NodeGroup.count},
    "cpu": {"type": "str", "default": NodeGroup.cpu},
    "memory": {"type": "str", "default": NodeGroup.memory},
    "pods": {"type": "int", "default": NodeGroup.pods},
    "gpus": {"type": "int", "default": NodeGroup.gpus},
    "gpu_product": {"type": "str"},
    "gpu_memory": {"type": "int"},
    "bare": {"type": "bool", "default": NodeGroup.bare},
    "instance_type": {"type": "str"},
    "zones": STRINGS,
    "racks": STRINGS,
    "resources": {"type": "dict", "default": {}},
    "labels": {"type": "dict", "default": {}},
    "taints": {"type": "list", "elements": "dict", "default": [], "options": TAINT},
}
CONTROLLERS = {
    name: {"type": "bool", "default": False}
    for name in ("kserve", "llmisvc", "lws", "kueue", "knative", "gateway")
}
ARGUMENT_SPEC: dict[str, Any] = {
    "state": {"type": "str", "choices": ["present", "stopped", "absent"], "default": "present"},
    "dir": {"type": "path", "required": True},
    "port": {"type": "int", "default": Config.port},
    "nodes": {"type": "list", "elements": "dict", "default": [], "options": NODE_GROUP},
    "controllers": {"type": "dict", "default": {}, "options": CONTROLLERS},
    "crds": {**STRINGS, "choices": list(CHOOSABLE_CRDS)},
    "binaries": {"type": "dict", "default": {}},
    "cache": {"type": "path"},
    "sources": {"type": "path"},
}


def config(options: Mapping[str, Any]) -> Config:
    """The record of a lab from the module's options."""
    if not options["sources"]:
        raise LabError("`sources` is needed where the module does not run through its action plugin.")
    return Config(
        directory=Path(options["dir"]).resolve(),
        sources=Path(options["sources"]),
        port=options["port"],
        nodes=tuple(_group(group) for group in options["nodes"]),
        controllers=Controllers(**options["controllers"]),
        crds=tuple(options["crds"]),
        binaries={name: Path(path).expanduser() for name, path in options["binaries"].items()},
        cache=Path(options["cache"]) if options["cache"] else default_cache(),
    )


def _group(options: Mapping[str, Any]) -> NodeGroup:
    values = dict(options)
    for name in ("zones", "racks"):
        values[name] = tuple(values[name])
    for name in ("resources", "labels"):
        values[name] = {key: str(value) for key, value in values[name].items()}
    values["taints"] = tuple(
        {key: value for key, value in taint.items() if value is not None} for taint in values["taints"]
    )
    return NodeGroup(**values)
