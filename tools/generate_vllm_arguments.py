# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the catalogue of vLLM's arguments and names from dumps of its versions.

    python tools/dump_vllm.py DUMP.json                  # once for each version, where it can be imported
    python tools/generate_vllm_arguments.py --history HISTORY.json --dump DUMP.json --dump DUMP.json
    ruff format plugins/module_utils/_catalogue

HISTORY.json maps fields of vLLM's EngineArgs to the versions that have them:
``{"versions": […], "fields": {name: […]}}``. A dump of a version that it does not know is added to it. The
dumps are given oldest first; the last one decides types and choices.
"""

from __future__ import annotations

import argparse
import json
import re
import textwrap
from collections import defaultdict
from pathlib import Path
from typing import Any

CATALOGUE = Path(__file__).parents[1] / "plugins/module_utils/_catalogue"
ABOUT = {
    "vllm_arguments.py": "vLLM's arguments by version.",
    "vllm_names.py": "Names that vLLM knows, by version.",
}

HEADER = '''# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""{about} Written by tools/generate_vllm_arguments.py."""

from __future__ import annotations

'''

SCALARS = ("bool", "int", "float", "str")
WIDTH = 100
SHORT_ENOUGH = 60
CHECKED_LATER = ("kv_cache_dtype",)
"""Fields whose type is open, but whose values vLLM's configuration classes check."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--history", type=Path, required=True)
    parser.add_argument("--dump", type=Path, action="append", required=True)
    given = parser.parse_args()
    dumps = [json.loads(path.read_text()) for path in given.dump]
    history = with_dumps(json.loads(given.history.read_text()), dumps)
    written = {"vllm_arguments.py": catalogue(history, dumps), "vllm_names.py": names(dumps)}
    for file, text in written.items():
        (CATALOGUE / file).write_text(HEADER.format(about=ABOUT[file]) + text)


def with_dumps(history: dict[str, Any], dumps: list[dict[str, Any]]) -> dict[str, Any]:
    """The history with the versions that were dumped since it was written."""
    versions, fields = list(history["versions"]), {name: list(v) for name, v in history["fields"].items()}
    for dump in dumps:
        if dump["vllm_version"] in versions:
            continue
        versions.append(dump["vllm_version"])
        for field in dump["async_engine_args"]:
            fields.setdefault(field["name"], []).append(dump["vllm_version"])
    return {"versions": versions, "fields": fields}


def catalogue(history: dict[str, Any], dumps: list[dict[str, Any]]) -> str:
    versions = history["versions"]
    last = dumps[-1]
    fields = spans(history["fields"])
    dumped = [dump["vllm_version"] for dump in dumps]
    seen = defaultdict(list)
    for dump in dumps:
        of_engine = {field["name"] for field in dump["async_engine_args"]}
        for argument in dump["cli"]:
            if argument["dest"] not in (*of_engine, "help"):
                seen[argument["dest"]].append(dump["vllm_version"])
    types = defaultdict(list)
    for field in last["async_engine_args"]:
        types[scalar(field["type"])].append(field["name"])
    one_way = [a["dest"] for a in last["cli"] if a["action"] == "StoreTrueAction"]
    switches = [*one_way, *(a["dest"] for a in last["cli"] if a["action"] == "EnableDisableAction")]
    spelled = {flag: a["dest"] for a in last["cli"] for flag in a["flags"] if a["dest"] != "help"}
    aliases = {flag: dest for flag, dest in spelled.items() if not spells(flag, dest)}
    unspelled = [
        field["name"] for field in last["async_engine_args"] if field["name"] not in spelled.values()
    ]
    parts = [
        literal("SAMPLED", versions, "The versions that were looked into."),
        literal("DUMPED", dumped, "The versions whose command line is known too."),
        groups("FIELDS", fields, "First and last sampled version → fields of EngineArgs."),
        groups("FLAGS", spans(seen), "First and last dumped version → arguments of the command line alone."),
        groups(
            "TYPES", {kind: sorted(types[kind]) for kind in SCALARS}, "Type in the last version → fields."
        ),
        f'SWITCHES = {words(sorted(switches), "")}\n"""Command line arguments without a value."""\n',
        literal("ONE_WAY", sorted(one_way), "Switches that have no opposite."),
        literal("UNSPELLED", sorted(unspelled), "Fields that no argument of the command line sets."),
        groups("ALIASES", {other: [name] for other, name in sorted(aliases.items())}, "Other spellings."),
        groups("CHOICES", choices(last), "Values of the last version, where they are a closed list."),
    ]
    return "\n".join(parts)


NAMES = {
    "VARIABLES": ("variables", "First and last dumped version → environment variables of vLLM's own."),
    "QUANTIZATION": ("quantization", "The same for methods of quantisation."),
    "CONNECTORS": ("connectors", "The same for what ``kv_connector`` may name."),
    "SERIES": ("series", "The same for series; counters are exported with ``_total`` behind."),
}


def names(dumps: list[dict[str, Any]]) -> str:
    """What the dumped versions know by name."""
    parts = []
    for constant, (key, about) in NAMES.items():
        seen = defaultdict(list)
        for dump in dumps:
            for name in dump[key]:
                seen[name].append(dump["vllm_version"])
        parts.append(groups(constant, spans(seen), about))
    return "\n".join(parts)


def spells(flag: str, name: str) -> bool:
    """Whether a flag is the argument's own name, or the switch that turns it on or off."""
    meant = flag.lstrip("-").replace("-", "_")
    bare = meant.removeprefix("no_").removeprefix("enable_").removeprefix("disable_")
    return flag.startswith("--") and bare == name.removeprefix("enable_").removeprefix("disable_")


def spans(seen: dict[str, list[str]]) -> dict[tuple[str, str], list[str]]:
    found = defaultdict(list)
    for name, versions in seen.items():
        found[versions[0], versions[-1]].append(name)
    for names in found.values():
        names.sort()
    return dict(sorted(found.items(), key=lambda item: [version_key(v) for v in item[0]]))


def version_key(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)]


def scalar(written: str) -> str:
    """The JSON type of a field, or nothing where it takes several."""
    bare = re.sub(r"<class '(\w+)'>", r"\1", written).replace(" | None", "")
    return bare if bare in SCALARS else ""


def choices(dump: dict[str, Any]) -> dict[str, list[Any]]:
    """The values of fields that take nothing else."""
    closed = re.compile(r"(Optional\[)?Literal\[[^]]*\]\]?( \| None)?")
    return {
        field["name"]: field["literals"]
        for field in sorted(dump["async_engine_args"], key=lambda field: field["name"])
        if field["literals"] and (closed.fullmatch(field["type"]) or field["name"] in CHECKED_LATER)
    }


def literal(name: str, values: list[str], about: str) -> str:
    return f'{name} = {words(values, "")}\n"""{about}"""\n'


def words(values: list[Any], indent: str) -> str:
    """The values as one string, wrapped over several literals."""
    lines = textwrap.wrap(" ".join(map(str, values)), WIDTH - len(indent) - 3, break_on_hyphens=False)
    if not lines or (len(lines) == 1 and len(lines[0]) < SHORT_ENOUGH):
        return f'"{"".join(lines)}"'
    inner = "\n".join(f'{indent}    "{line}{"" if line is lines[-1] else " "}"' for line in lines)
    return f"(\n{inner}\n{indent})"


def groups(name: str, by_key: dict[Any, list[Any]], about: str) -> str:
    kind = "str" if isinstance(next(iter(by_key)), str) else "tuple[str, str]"
    lines = [f"{name}: dict[{kind}, str] = {{"]
    for key, values in by_key.items():
        written = (
            f'"{key}"' if isinstance(key, str) else "({})".format(", ".join(f'"{part}"' for part in key))
        )
        lines.append(f"    {written}: {words(values, '    ')},")
    return "\n".join([*lines, "}", f'"""{about}"""', ""])


if __name__ == "__main__":
    main()
