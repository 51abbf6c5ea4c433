# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The records are the one declaration; what is generated from them is current."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import FrozenInstanceError, fields
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from ansible_collections.inferops.serving.plugins.doc_fragments.fleet import ModuleDocFragment
from ansible_collections.inferops.serving.plugins.module_utils._fleet import VARIABLES, load
from ansible_collections.inferops.serving.plugins.module_utils._fleet.argument_spec import FLEET
from ansible_collections.inferops.serving.plugins.module_utils._fleet.schema import Key, keys

from tools import inventory_docs


def every_key(record: type[Any], path: str) -> Iterator[tuple[str, Key]]:
    for key in keys(record).values():
        yield f"{path}.{key.name}", key
        if key.shape in ("record", "records"):
            yield from every_key(key.of, f"{path}.{key.name}")


EVERY_KEY = [found for name, record in VARIABLES.items() for found in every_key(record, name)]


@pytest.mark.parametrize(("path", "key"), EVERY_KEY, ids=[path for path, _ in EVERY_KEY])
def test_every_key_is_described(path: str, key: Key) -> None:
    assert key.declared.description.endswith(".")
    assert key.declared.refers_to in ("", *VARIABLES)
    if key.declared.choices and not key.required and key.shape == "value" and key.start() is not None:
        assert key.start() in key.declared.choices


def test_records_cannot_be_changed() -> None:
    fleet, _ = load({"llm_models": [{"name": "m", "source": "x"}]})
    with pytest.raises(FrozenInstanceError):
        fleet.models["m"].source = "y"  # type: ignore[misc]


def test_defaults_are_not_shared_between_entries() -> None:
    services = [{"name": name, "model": "m", "engine": "vllm"} for name in "ab"]
    fleet, _ = load({"llm_models": [{"name": "m", "source": "x"}], "llm_serving": services})
    assert fleet.services[0].env is not fleet.services[1].env


def test_what_is_generated_is_current() -> None:
    for path, content in inventory_docs.documents().items():
        assert path.read_text(encoding="utf-8") == content, (
            f"run python tools/inventory_docs.py ({path.name})"
        )


@pytest.mark.req("XC-15")
def test_the_documentation_of_modules_has_every_key() -> None:
    documented = yaml.safe_load(ModuleDocFragment.DOCUMENTATION)["options"]
    assert set(documented) == set(FLEET)
    for name, record in VARIABLES.items():
        assert documented[name]["type"] == FLEET[name]["type"]
        assert_same_keys(documented[name]["suboptions"], record)


def assert_same_keys(suboptions: dict[str, Any], record: type[Any]) -> None:
    assert set(suboptions) == set(keys(record))
    for name, key in keys(record).items():
        assert suboptions[name].get("required", False) is key.required
        if key.shape in ("record", "records"):
            assert_same_keys(suboptions[name]["suboptions"], key.of)


def test_only_secrets_are_secret() -> None:
    assert {path for path, key in EVERY_KEY if key.declared.secret} == {
        "llm_secrets.value",
        "llm_secrets.registries.password",
        "llm_secrets.access_key",
        "llm_secrets.secret_key",
        "llm_secrets.password",
        "llm_secrets.data",
    }


def test_every_field_is_a_key_or_known_not_to_be() -> None:
    undeclared = {
        f"{record.__name__}.{field.name}"
        for record in VARIABLES.values()
        for field in fields(record)
        if field.name not in keys(record)
    }
    assert undeclared == {"Service.canary", "Service.provenance"}


def test_the_schema_refuses_unknown_keys_everywhere() -> None:
    def objects(node: Any) -> Iterator[dict[str, Any]]:
        if isinstance(node, dict):
            if "properties" in node:
                yield node
            for value in node.values():
                yield from objects(value)
        elif isinstance(node, list):
            for value in node:
                yield from objects(value)

    schema = json.loads(inventory_docs.SCHEMA.read_text(encoding="utf-8"))
    inner = [found for found in objects(schema) if found is not schema]
    assert len(inner) > len(VARIABLES)
    assert all(found["additionalProperties"] is False for found in inner)


def test_the_options_of_roles_are_those_of_modules() -> None:
    for name, option in inventory_docs.role_options().items():
        assert option["type"] == FLEET[name]["type"]
        assert option.get("elements") == FLEET[name].get("elements")


VALIDATOR = jsonschema.Draft202012Validator(inventory_docs.json_schema())
INVENTORIES = sorted(
    path
    for path in (inventory_docs.ROOT / "inventories").rglob("*.yml")
    if not path.is_symlink() and set(VARIABLES) & set(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
)


@pytest.mark.parametrize("path", INVENTORIES, ids=lambda path: str(path.relative_to(inventory_docs.ROOT)))
def test_the_inventories_of_the_collection_fit_the_schema(path: Path) -> None:
    VALIDATOR.validate(yaml.safe_load(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    "entry",
    [
        {"topolgy": {}},
        {"topology": {"tensor": 0}},
        {"engine": "vlm"},
        {"image": 24.10},
        {"resources": {"memory": {"limit": 32}}},
        {"env": {"A": [1]}},
    ],
)
def test_an_editor_is_told_what_is_wrong(entry: dict[str, Any]) -> None:
    good = {"name": "a", "model": "m", "engine": "vllm"}
    VALIDATOR.validate({"llm_serving": [good]})
    with pytest.raises(jsonschema.ValidationError):
        VALIDATOR.validate({"llm_serving": [good | entry]})


def test_the_schema_is_one() -> None:
    VALIDATOR.check_schema(VALIDATOR.schema)


def test_templates_are_no_fault_for_an_editor() -> None:
    entry = {
        "name": "a",
        "model": "m",
        "engine": "vllm",
        "topology": {"tensor": "{{ gpus }}"},
        "recreate": "{{ x }}",
    }
    VALIDATOR.validate({"llm_serving": [entry], "llm_models": "{{ models }}"})
