# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The catalogue of arguments can be written again from dumps of another version."""

from __future__ import annotations

from typing import Any

from tools.generate_vllm_arguments import catalogue, names, with_dumps

HISTORY = {
    "versions": ["0.9.0", "0.10.0", "0.11.0"],
    "fields": {"old": ["0.9.0"], "kept": ["0.9.0", "0.10.0", "0.11.0"], "new": ["0.11.0"]},
}


def dump(version: str, *flags: str) -> dict[str, Any]:
    cli = [
        {"dest": "help", "flags": ["-h", "--help"], "action": "HelpAction"},
        {"dest": "kept", "flags": ["--kept", "-k", "--held"], "action": "StoreAction"},
        {"dest": "alone", "flags": ["--alone"], "action": "StoreTrueAction"},
        *({"dest": flag, "flags": [f"--{flag}"], "action": "EnableDisableAction"} for flag in flags),
    ]
    fields = [
        {"name": "kept", "type": "int | None", "literals": None},
        {"name": "new", "type": "Literal['a', 'b']", "literals": ["a", "b"]},
        {"name": "open", "type": "Union[Literal['a'], str]", "literals": ["a"]},
        {"name": "kv_cache_dtype", "type": "Union[Literal['auto'], str]", "literals": ["auto"]},
        {"name": "flag", "type": "<class 'bool'>", "literals": None},
    ]
    return {
        "vllm_version": version,
        "cli": cli,
        "async_engine_args": fields,
        "variables": ["VLLM_A"],
        "quantization": ["fp8", *flags],
        "connectors": ["Nixl"],
        "series": ["vllm:waiting"],
    }


def written() -> dict[str, Any]:
    namespace: dict[str, Any] = {}
    exec(catalogue(HISTORY, [dump("0.10.0"), dump("0.11.0", "front")]), namespace)  # noqa: S102 - our own output
    return namespace


def test_fields_by_the_versions_that_have_them() -> None:
    assert written()["FIELDS"] == {
        ("0.9.0", "0.9.0"): "old",
        ("0.9.0", "0.11.0"): "kept",
        ("0.11.0", "0.11.0"): "new",
    }


def test_arguments_of_the_command_line_alone() -> None:
    made = written()
    assert made["FLAGS"] == {("0.10.0", "0.11.0"): "alone", ("0.11.0", "0.11.0"): "front"}
    assert made["SWITCHES"] == "alone front"
    assert made["ONE_WAY"] == "alone"
    assert made["ALIASES"] == {"--held": "kept", "-k": "kept"}
    assert made["UNSPELLED"] == "flag kv_cache_dtype new open"
    assert made["DUMPED"] == "0.10.0 0.11.0"


def test_types_and_closed_lists_of_values() -> None:
    made = written()
    assert made["TYPES"] == {"bool": "flag", "int": "kept", "float": "", "str": ""}
    assert made["CHOICES"] == {"kv_cache_dtype": "auto", "new": "a b"}


def test_names_by_the_versions_that_know_them() -> None:
    namespace: dict[str, Any] = {}
    exec(names([dump("0.10.0"), dump("0.11.0", "front")]), namespace)  # noqa: S102 - our own output
    assert namespace["VARIABLES"] == {("0.10.0", "0.11.0"): "VLLM_A"}
    assert namespace["QUANTIZATION"] == {("0.10.0", "0.11.0"): "fp8", ("0.11.0", "0.11.0"): "front"}


def test_a_new_version_is_added_to_the_history() -> None:
    grown = with_dumps(HISTORY, [dump("0.11.0"), dump("0.12.0")])
    assert grown["versions"] == ["0.9.0", "0.10.0", "0.11.0", "0.12.0"]
    assert grown["fields"]["kept"] == ["0.9.0", "0.10.0", "0.11.0", "0.12.0"]
    assert grown["fields"]["old"] == ["0.9.0"]
    assert HISTORY["versions"][-1] == "0.11.0"
