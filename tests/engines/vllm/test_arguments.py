# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""vLLM's own parser and configuration, asked about what we render and about what V-18 says.

One process per version of vLLM answers all questions of this file; the tests look at its answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._catalogue import vllm as catalogue
from ansible_collections.inferops.serving.plugins.module_utils._catalogue import vllm_arguments
from ansible_collections.inferops.serving.plugins.module_utils._catalogue.aidaptiv import FLAGS
from ansible_collections.inferops.serving.plugins.module_utils._catalogue.known_names import (
    Table,
    known_names,
)
from ansible_collections.inferops.serving.plugins.module_utils._catalogue.successors import (
    ARGUMENTS,
    ENVIRONMENT,
)
from ansible_collections.inferops.serving.plugins.module_utils._engines.triton_vllm import repository
from ansible_collections.inferops.serving.plugins.module_utils._fleet.arguments import ELSEWHERE, HOMES

from tests.engines.vllm.asking import VERSIONS, Answer, ask, question, specified, words, write_models
from tests.engines.vllm.cases import (
    ADAPTERS,
    EXTRA_REFUSED,
    EXTRA_TAKEN,
    FIELDS_REFUSED,
    FIELDS_TAKEN,
    LLMD,
    PROVES,
    SERVER,
    SWITCHES,
    TAKEN,
    TYPED_REFUSED,
    TYPED_TAKEN,
    VENDOR,
    Case,
)
from tests.engines.vllm.installation import Installation

pytestmark = [pytest.mark.proof("E")]

ENGINES = ("vllm", "triton-vllm")
Verdict = Callable[[str, str], dict[str, Any]]


def cases() -> Iterator[tuple[str, Case]]:
    """Every entry that vLLM is asked about, by name."""
    for name, (entry, _) in TAKEN.items():
        for engine in ENGINES:
            yield f"{engine}: {name}", {"engine": engine, **entry}
    for name, (entry, _) in SERVER.items():
        yield f"server: {name}", entry
    for name, (entry, _, _) in LLMD.items():
        yield f"llmd: {name}", {"platform": "llmd", **entry}
    for extra in (*EXTRA_TAKEN, *EXTRA_REFUSED):
        yield f"extra: {extra}", {"engine_args": {"extra": extra}}
    for args in (*TYPED_TAKEN, *TYPED_REFUSED):
        yield f"typed: {args}", {"engine_args": args}
    for fields in (*FIELDS_TAKEN, *FIELDS_REFUSED):
        yield f"model.json: {fields}", {"engine": "triton-vllm", "engine_args": {"model_json": fields}}


@pytest.fixture(scope="module")
def answers(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Answer]:
    folder = tmp_path_factory.mktemp("vllm")
    models = folder / "models"
    write_models(models)
    questions = {
        version: {name: question(specified(version, **entry).plans[0], models) for name, entry in cases()}
        for version in VERSIONS
    }
    for version, asked_of in questions.items():
        asked_of["aidaptiv"] = {"argv": of_vllm(words(specified(version, **VENDOR).plans[0]), models)}
    return {answer.version: answer for answer in ask(installation, questions, folder)}


def of_vllm(words: list[str], models: Path) -> list[str]:
    """The command line of aiDAPTIVCache's server without what only it knows, as one of vLLM's own."""
    own = {each.rendered for each in FLAGS.values() if each.home.startswith("kv_offload.")}
    kept = [word for word in words[2:] if word.partition("=")[0] not in own]
    assert len(kept) < len(words) - 2
    assert kept.pop(0).startswith("--model=")
    return ["serve", str(models / "llama"), *kept]


@pytest.fixture
def verdict(answers: dict[str, Answer]) -> Verdict:
    return lambda version, name: answers[version].verdicts[name]


def we_accept(version: str, entry: Case) -> bool:
    return not specified(version, **entry).errors


def takes(verdict: Verdict, version: str, name: str, entry: Case) -> dict[str, Any]:
    """What vLLM makes of an entry that we and it accept."""
    assert we_accept(version, entry), [str(each) for each in specified(version, **entry).errors]
    found = verdict(version, name)
    assert found["accepted"], found
    return found


def both_refuse(verdict: Verdict, version: str, name: str, entry: Case) -> None:
    assert not we_accept(version, entry)
    assert not verdict(version, name)["accepted"]


def asked() -> Iterator[Any]:
    for name in TAKEN:
        for engine in ENGINES:
            proved = (*PROVES.get(name, ()), *(("S0-05",) if engine == "triton-vllm" else ()))
            yield pytest.param(engine, name, marks=[pytest.mark.req(*proved)] if proved else [])


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("engine", "name"), list(asked()))
def test_it_runs_with_what_the_entry_says(verdict: Verdict, version: str, engine: str, name: str) -> None:
    entry, expected = TAKEN[name]
    found = takes(verdict, version, f"{engine}: {name}", {"engine": engine, **entry})["runs_with"]
    assert {key: found[key] for key in expected} == expected


@pytest.mark.req("S2-06", "S2-13")
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", SERVER)
def test_the_server_takes_what_the_platform_needs(verdict: Verdict, version: str, name: str) -> None:
    entry, expected = SERVER[name]
    found = takes(verdict, version, f"server: {name}", entry)
    assert {key: found["server"][key] for key in expected} == expected
    assert found["runs_with"]["served_model_name"] == "llama"


@pytest.mark.req("S2-37", "S2-39")
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", LLMD)
def test_an_engine_of_llmd_takes_what_its_part_needs(verdict: Verdict, version: str, name: str) -> None:
    entry, port, expected = LLMD[name]
    found = takes(verdict, version, f"llmd: {name}", {"platform": "llmd", **entry})
    assert found["server"]["port"] == port
    assert {key: found["runs_with"][key] for key in expected} == expected


@pytest.mark.req("S3-34")
@pytest.mark.parametrize("version", VERSIONS)
def test_of_the_vendors_command_line_vllm_knows_all_but_the_vendors_own(
    verdict: Verdict, version: str
) -> None:
    """What is the vendor's own no parser at hand can tell; its form is that of the vendor's chart."""
    found = verdict(version, "aidaptiv")
    assert found["accepted"], found
    assert found["runs_with"]["chunked_prefill"] is False
    assert found["runs_with"]["max_num_batched_tokens"] == 4096
    assert set(found["server"]["adapters"]) == {"sql", "law"}


@pytest.mark.req("S0-06")
@pytest.mark.parametrize("version", VERSIONS)
def test_adapters_of_triton_have_the_file_that_their_key_asks_for(verdict: Verdict, version: str) -> None:
    entry = {"engine": "triton-vllm", **ADAPTERS}
    assert takes(verdict, version, "triton-vllm: adapters", entry)["runs_with"]["max_lora_rank"] == 16
    assert "llama/1/multi_lora.json" in repository(specified(version, **entry).plans[0])


@pytest.mark.req("S2-15")
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("switch", SWITCHES)
def test_a_switch_that_is_not_said_is_left_to_vllm(
    answers: dict[str, Answer], version: str, switch: str
) -> None:
    argument = next(name for name, home in HOMES.items() if home == f"engine_args.{switch}")
    forms = {
        setting: [
            word
            for word in words(specified(version, engine_args={switch: setting}).plans[0])
            if word.endswith(argument.replace("_", "-"))
        ]
        for setting in (None, True, False)
    }
    assert [len(found) for found in forms.values()] == [0, 1, 1]
    assert answers[version].options.issuperset((*forms[True], *forms[False]))


@pytest.mark.req("S2-14", "S2-15")
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("extra", EXTRA_TAKEN, ids=" ".join)
def test_more_arguments_that_we_accept_are_taken(verdict: Verdict, version: str, extra: list[str]) -> None:
    takes(verdict, version, f"extra: {extra}", {"engine_args": {"extra": extra}})


@pytest.mark.req("S2-14", "S2-15")
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("extra", EXTRA_REFUSED, ids=" ".join)
def test_more_arguments_that_we_refuse_are_not_taken(
    verdict: Verdict, version: str, extra: list[str]
) -> None:
    both_refuse(verdict, version, f"extra: {extra}", {"engine_args": {"extra": extra}})


@pytest.mark.req("S2-08", "S2-09", "S2-14")
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("args", TYPED_TAKEN, ids=str)
def test_values_that_we_accept_are_taken(verdict: Verdict, version: str, args: Case) -> None:
    takes(verdict, version, f"typed: {args}", {"engine_args": args})


@pytest.mark.req("S2-08", "S2-09", "S2-14")
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("args", TYPED_REFUSED, ids=str)
def test_values_that_we_refuse_are_not_taken(verdict: Verdict, version: str, args: Case) -> None:
    both_refuse(verdict, version, f"typed: {args}", {"engine_args": args})


@pytest.mark.req("S0-05")
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("fields", FIELDS_TAKEN, ids=str)
def test_keys_of_model_json_that_we_accept_are_taken(verdict: Verdict, version: str, fields: Case) -> None:
    entry = {"engine": "triton-vllm", "engine_args": {"model_json": fields}}
    takes(verdict, version, f"model.json: {fields}", entry)


@pytest.mark.req("S0-05")
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("fields", FIELDS_REFUSED, ids=str)
def test_keys_of_model_json_that_we_refuse_are_not_taken(
    verdict: Verdict, version: str, fields: Case
) -> None:
    entry = {"engine": "triton-vllm", "engine_args": {"model_json": fields}}
    both_refuse(verdict, version, f"model.json: {fields}", entry)


def names() -> set[str]:
    """Every argument that the catalogue speaks of, gone ones too."""
    tables = (vllm_arguments.FIELDS, vllm_arguments.FLAGS)
    return {name for table in tables for listed in table.values() for name in listed.split()} | set(ARGUMENTS)


@pytest.mark.req("S0-05")
@pytest.mark.parametrize("version", VERSIONS)
def test_the_catalogue_knows_the_fields_of_the_version(answers: dict[str, Answer], version: str) -> None:
    known = {name for name in names() if catalogue.standing(name, version, command_line=False)[0] == "known"}
    assert answers[version].fields <= known
    assert known & field_names() <= answers[version].fields


def field_names() -> set[str]:
    return {name for listed in vllm_arguments.FIELDS.values() for name in listed.split()}


@pytest.mark.req("S2-14", "S2-15")
@pytest.mark.parametrize("version", VERSIONS)
def test_the_catalogue_knows_the_options_of_the_version(answers: dict[str, Answer], version: str) -> None:
    """Every spelling that vLLM takes, and none that it does not."""
    options = answers[version].options - {"-h", "--help"}
    assert not {option for option in options if not is_known(option, version)}
    derived = {catalogue.option(name) for name in (*HOMES, *ELSEWHERE)}
    assert not {option for option in spellings() - options - derived if is_known(option, version)}


def is_known(option: str, version: str) -> bool:
    name, switched = catalogue.argument_name(option)
    known = catalogue.standing(name, version, command_line=True)[0] == "known"
    return known and (switched is not False or catalogue.turns_off(option, name, version))


def spellings() -> set[str]:
    """Whatever an argument of the catalogue could be written as."""
    switches = set(vllm_arguments.SWITCHES.split())
    swapped = {
        ("enable_" + name.removeprefix("disable_")) for name in switches if name.startswith("disable_")
    }
    swapped |= {
        ("disable_" + name.removeprefix("enable_")) for name in switches if name.startswith("enable_")
    }
    return {catalogue.option(name) for name in (*names(), *swapped, *(f"no_{name}" for name in switches))}


@pytest.mark.req("S0-05")
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("table", ["variables", "quantization", "connectors", "series"])
def test_the_catalogue_knows_the_names_of_the_version(
    answers: dict[str, Answer], version: str, table: Table
) -> None:
    assert known_names(table, version) == answers[version].names[table]


@pytest.mark.req("S0-05")
@pytest.mark.parametrize("version", VERSIONS)
def test_variables_are_known_to_the_version(answers: dict[str, Answer], version: str) -> None:
    ours = {name for name in specified(version).plans[0].workload.main.env if name.startswith("VLLM_")}
    assert ours
    assert ours <= answers[version].names["variables"]
    assert not set(ENVIRONMENT) & answers[version].names["variables"]
