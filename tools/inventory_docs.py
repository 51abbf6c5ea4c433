# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write what is said of the inventory elsewhere than in its records.

    python tools/inventory_docs.py

The records in ``plugins/module_utils/_fleet/records`` are the only declaration. From them come the
documentation fragment of the modules, the reference for readers, and the JSON Schema for editors.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / ".collections"))

import yaml  # noqa: E402
from ansible_collections.inferops.serving.plugins.module_utils import _rules  # noqa: E402
from ansible_collections.inferops.serving.plugins.module_utils._catalogue import PINS  # noqa: E402
from ansible_collections.inferops.serving.plugins.module_utils._fleet import VARIABLES  # noqa: E402
from ansible_collections.inferops.serving.plugins.module_utils._fleet.argument_spec import (  # noqa: E402
    FLEET,
    ansible_type,
)
from ansible_collections.inferops.serving.plugins.module_utils._fleet.option import (  # noqa: E402
    Cpu,
    Devices,
    Memory,
    Names,
    Text,
)
from ansible_collections.inferops.serving.plugins.module_utils._fleet.presets import PRESETS  # noqa: E402
from ansible_collections.inferops.serving.plugins.module_utils._fleet.schema import Key, keys  # noqa: E402

FRAGMENT = ROOT / "plugins/doc_fragments/fleet.py"
REFERENCE = ROOT / "docs/inventory-reference.md"
SCHEMA = ROOT / "docs/inventory.schema.json"

ABOUT = {
    "llm_cluster": "What holds for every service of the cluster.",
    "llm_secrets": "Credentials, by value, from the environment, or already in the cluster.",
    "llm_stores": "Where models lie.",
    "llm_models": "What is served.",
    "llm_serving": "One entry is one running service.",
}

FRAGMENT_HEAD = '''\
# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Written by tools/inventory_docs.py from the records of the inventory.
from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
'''


def main() -> None:
    for path, content in documents().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


def documents() -> dict[Path, str]:
    """Every generated file with its content."""
    return {
        FRAGMENT: f'{FRAGMENT_HEAD}{dumped(documentation())}"""\n',
        REFERENCE: reference(),
        SCHEMA: json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n",
    }


# The documentation of modules and roles


def documentation() -> dict[str, Any]:
    """The options of the documentation fragment."""
    return {
        "options": {
            name: {
                "description": [ABOUT[name]],
                **{key: FLEET[name][key] for key in ("type", "elements", "default") if key in FLEET[name]},
                "suboptions": suboptions(record),
            }
            for name, record in VARIABLES.items()
        }
    }


def role_options() -> dict[str, dict[str, Any]]:
    """The five variables as options of a role's argument specs."""
    return {
        name: {
            "description": [ABOUT[name], "Every key is explained in C(docs/inventory-reference.md)."],
            **{key: FLEET[name][key] for key in ("type", "elements", "default") if key in FLEET[name]},
        }
        for name in VARIABLES
    }


def suboptions(record: type[Any]) -> dict[str, Any]:
    return {key.name: suboption(key) for key in keys(record).values()}


def suboption(key: Key) -> dict[str, Any]:
    documented: dict[str, Any] = {"description": list(sentences(key)), **ansible_type(key)}
    if key.declared.choices:
        documented["choices"] = list(key.declared.choices)
    if key.required:
        documented["required"] = True
    elif key.shape not in ("record", "records", "map") and key.start() not in (None, ()):
        documented["default"] = list(key.start()) if isinstance(key.start(), tuple) else key.start()
    if key.shape in ("record", "records"):
        documented["suboptions"] = suboptions(key.of)
    return documented


def sentences(key: Key) -> Iterator[str]:
    """Description, default and limits of a key, with semantic markup."""
    declared = key.declared
    yield declared.description
    if key.of is Memory:
        yield "A quantity with its unit, such as V(16Gi)."
    if key.of is Cpu:
        yield "A quantity of CPUs, such as V(4) or V(500m)."
    if declared.minimum is not None:
        yield f"{declared.minimum} or more."
    if declared.implied:
        yield f"Left out it is {declared.implied}."
    if declared.kinds:
        yield f"For kind {listed(declared.kinds)} only."
    if declared.engines:
        yield f"For engine {listed(declared.engines)} only."
    if declared.shorthand:
        yield f"A plain string is the same as its key C({declared.shorthand})."


def listed(values: tuple[str, ...]) -> str:
    marked = [f"V({value})" for value in values]
    return marked[0] if len(marked) == 1 else f"{', '.join(marked[:-1])} and {marked[-1]}"


class Indented(yaml.SafeDumper):
    """YAML with indented lists, as Ansible's documentation is written."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def dumped(content: dict[str, Any]) -> str:
    return yaml.dump(content, Dumper=Indented, sort_keys=False, width=80, allow_unicode=True)


# The reference for readers


def reference() -> str:
    parts = [
        "# Inventory reference",
        "",
        "Five variables describe everything. This page is written from the records that read them"
        " (`.venv/bin/python tools/inventory_docs.py`). `inventory.schema.json` beside it tells the same to"
        " editors: begin a file of variables with `# yaml-language-server: $schema=` and the path of it.",
        "",
        "Unknown keys are errors. Every problem is reported at once, with its place and what to write"
        " instead, before anything is written to a cluster. A value left out or null has its default.",
        "",
    ]
    for name, record in VARIABLES.items():
        parts += [f"## {name}", "", ABOUT[name], ""]
        parts += ["| key | type | default | meaning |", "|---|---|---|---|", *rows(record, "", {}), ""]
    parts += presets() + checks() + pins()
    return "\n".join(parts)


def rows(
    record: type[Any], prefix: str, told: dict[type[Any], str], *, known: frozenset[str] = frozenset()
) -> Iterator[str]:
    """Every key below a place, each explained once: what stands elsewhere already is referred to."""
    shared = common_keys(record)
    for key in shared:
        yield row(f"{prefix}<name>.{key.name}", key)
    below = frozenset(key.name for key in shared)
    for key in keys(record).values():
        path = f"{prefix}{key.name}"
        if key.name in known:
            continue
        if key.shape not in ("record", "records"):
            yield row(path, key)
        elif key.of in told:
            yield row(path, key, f"Its keys are those of `{told[key.of]}`.")
        else:
            if not shared:
                told[key.of] = path
            yield row(path, key)
            inner = f"{path}[]." if key.shape == "records" else f"{path}."
            yield from rows(key.of, inner, told, known=below)


def common_keys(record: type[Any]) -> list[Key]:
    """What all keys of a record have below them, such as the components."""
    first, *others = [keys(key.of) if key.shape == "record" else {} for key in keys(record).values()]
    return [key for name, key in first.items() if others and all(name in other for other in others)]


def row(path: str, key: Key, *more: str) -> str:
    text = " ".join([*plain_sentences(key), *more])
    return f"| `{path}` | {type_name(key)} | {default(key)} | {text} |"


def plain_sentences(key: Key) -> Iterator[str]:
    implied = f"Left out it is {key.declared.implied}."
    for sentence in sentences(key):
        if sentence != implied:
            yield plain(sentence)
    told = key.declared.description
    if key.declared.choices and not all(f"V({choice})" in told for choice in key.declared.choices):
        yield "One of " + ", ".join(f"`{choice}`" for choice in key.declared.choices) + "."
    if key.declared.secret:
        yield "Never shown."


def plain(text: str) -> str:
    """Semantic markup as Markdown."""
    return re.sub(r"\b[OVCE]\(([^()]*)\)", r"`\1`", text).replace("|", "\\|").replace("[]", "")


def type_name(key: Key) -> str:
    kind = ansible_type(key)
    names = {
        "str": "string",
        "int": "integer",
        "float": "number",
        "bool": "boolean",
        "dict": "map",
        "raw": "any",
    }
    if kind["type"] == "list":
        return f"list of {names[kind['elements']]}s"
    if key.of is Memory or key.of is Cpu:
        return "quantity"
    return "map" if key.shape == "record" else names[kind["type"]]


def default(key: Key) -> str:
    if key.required:
        return "**required**"
    if key.declared.implied:
        return plain(key.declared.implied)
    if key.shape in ("record", "records"):
        return ""
    value = key.start()
    return "" if value in (None, (), {}, "") else f"`{json.dumps(value)}`"


def presets() -> list[str]:
    about = "Named in `llm_serving[].presets`, merged left to right; what the entry writes wins."
    lines = ["## Presets", "", about, "", "| preset | values | for |", "|---|---|---|"]
    for name, preset in PRESETS.items():
        given = {**preset.values, "kv_offload": preset.offload}
        values = ", ".join(f"`{path}: {json.dumps(value)}`" for path, value in flat(given, ""))
        lines.append(f"| `{name}` | {values} | {preset.description} |")
    return [*lines, ""]


def flat(values: dict[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if isinstance(value, dict):
            yield from flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def checks() -> list[str]:
    """What is checked, by the code that a message begins with."""
    lines = ["## Checks", "", "| code | what is checked |", "|---|---|"]
    lines.append("| `V-01` | Unknown keys, with the nearest known one. |")
    for code, check in _rules.RULES:
        about = str(sys.modules[check.__module__].__doc__).splitlines()[0].partition(": ")[2]
        lines.append(f"| `{code}` | {about[0].upper()}{about[1:]} |")
    lines.append("| `V-20` | Names are unique, and references name an entry that is there. |")
    lines.append("| `V-25` | Values have their type, quantities their unit, and required keys are there. |")
    elsewhere = "What V-09, V-12, V-21, V-23 and V-24 ask of the cluster: [preflight](preflight.md)."
    return [*lines[:4], *sorted(lines[4:], key=lambda line: line[3:8]), "", elsewhere, ""]


def pins() -> list[str]:
    lines = [
        "## Versions",
        "",
        "What `llm_cluster.version_preset` stands for.",
        "",
        "| | seed | current |",
        "|---|---|---|",
    ]
    lines += [f"| {name} | {pin.seed or 'none'} | {pin.current} |" for name, pin in sorted(PINS.items())]
    return [*lines, ""]


# The schema for editors


def json_schema() -> dict[str, Any]:
    """A JSON Schema of a file of variables; templates are allowed wherever a value is not a string."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Inventory of inferops.serving",
        "type": "object",
        "properties": {
            name: templated({"type": "array", "items": object_schema(record)})
            if FLEET[name]["type"] == "list"
            else templated(object_schema(record))
            for name, record in VARIABLES.items()
        },
        "$defs": {"template": {"type": "string", "pattern": r"\{\{"}},
    }


def object_schema(record: type[Any]) -> dict[str, Any]:
    required = [key.name for key in keys(record).values() if key.required]
    schema: dict[str, Any] = {
        "type": "object",
        "additionalProperties": False,
        "properties": {key.name: property_schema(key) for key in keys(record).values()},
    }
    return schema | ({"required": required} if required else {})


def property_schema(key: Key) -> dict[str, Any]:
    schema = {"description": " ".join(plain_sentences(key)).replace("`", "'"), **value_schema(key)}
    if not key.required and key.shape not in ("record", "records", "map") and key.start() not in (None, ()):
        schema["default"] = list(key.start()) if isinstance(key.start(), tuple) else key.start()
    return schema


def value_schema(key: Key) -> dict[str, Any]:
    if key.shape == "record":
        inner = object_schema(key.of)
        return {"anyOf": [{"type": "string"}, inner]} if key.declared.shorthand else templated(inner)
    if key.shape == "records":
        return templated({"type": "array", "items": object_schema(key.of)})
    if key.of in (Devices, Names):
        item = {"type": ["integer", "string"]}
        return {"anyOf": [{"type": ["integer", "string"]}, {"type": "array", "items": item}]}
    item = scalar(key)
    if key.shape == "list":
        return templated({"type": "array", "items": item})
    if key.shape == "map":
        return templated({"type": "object", "additionalProperties": item})
    return item


def scalar(key: Key) -> dict[str, Any]:
    types: dict[Any, dict[str, Any]] = {
        str: {"type": "string"},
        Memory: {"type": "string"},
        Text: {"type": ["string", "integer", "boolean"]},
        Cpu: {"type": ["string", "number"]},
        int: {"type": "integer"},
        float: {"type": "number"},
        bool: {"type": "boolean"},
        Any: {},
    }
    schema = dict(types[key.of])
    if key.declared.choices:
        choices: list[Any] = list(key.declared.choices)
        choices += [choice == "true" for choice in choices if choice in ("true", "false")]
        schema = {"enum": choices}
    if key.declared.minimum is not None:
        schema["minimum"] = key.declared.minimum
    return templated(schema) if schema and schema.get("type") != "string" else schema


def templated(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"$ref": "#/$defs/template"}]}


if __name__ == "__main__":
    main()
