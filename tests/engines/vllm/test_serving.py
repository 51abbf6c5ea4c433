# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real vLLM runs the rendered command with the rendered environment, and our smoke test asks it."""

from __future__ import annotations

import os
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._plan import ServicePlan
from ansible_collections.inferops.serving.plugins.module_utils._probe import (
    Manner,
    Site,
    facts,
    smoke_test,
    target_of,
)
from ansible_collections.inferops.serving.plugins.module_utils._probe.smoke import Result

from tests.engines.vllm.asking import specified, write_models
from tests.engines.vllm.installation import SERVED, Installation
from tests.engines.vllm.serving import Served, memory, served, stranger

pytestmark = [pytest.mark.proof("E")]

NEEDED = 3 * 2**30
"""Bytes of memory: an engine with a model of some hundred thousand weights."""
NAMES = ("tiny", "small")
MAX_TOKENS = 12


@pytest.fixture(scope="module")
def plan() -> ServicePlan:
    """A prepared model in a claim. Its weights are made up while it is loaded."""
    read = specified(
        SERVED,
        model={"served_names": list(NAMES)},
        engine_args={"max_model_len": 512, "enforce_eager": True, "extra": ["--load-format=dummy"]},
    )
    assert not read.errors
    return read.plans[0]


@pytest.fixture(scope="module")
def server(
    installation: Installation, plan: ServicePlan, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    if memory() < NEEDED:
        pytest.skip(f"not run: {memory() >> 20} MiB of memory are free, and vLLM needs {NEEDED >> 20}")
    folder = tmp_path_factory.mktemp("served")
    write_models(folder / "models")
    scratch = folder / "scratch"
    scratch.mkdir()
    scratch.chmod(0o777)
    as_user = stranger() if os.getuid() == 0 else []
    model = folder / "models" / "llama"
    with served(installation, plan, model=model, scratch=scratch, as_user=as_user) as made:
        yield made


def asked(plan: ServicePlan, server: Served) -> Result:
    """The smoke test as a role runs it, by address."""
    manner = Manner(max_tokens=MAX_TOKENS, chat_max_tokens=MAX_TOKENS)
    targets = manner.applied([replace(target_of(plan), url=server.url)])
    (result,) = smoke_test(targets, site=Site(client=None), reach="address", deadline=time.monotonic() + 120)
    return result


@pytest.mark.req("S2-06", "S2-13", "S2-48", "S2-52")
def test_the_rendered_command_serves_all_its_names(plan: ServicePlan, server: Served) -> None:
    result = asked(plan, server)
    assert result.ok, facts(result)
    assert result.verdict.model in NAMES
    assert result.verdict.text
    assert result.verdict.tokens is not None
    assert 0 < result.verdict.tokens <= MAX_TOKENS


@pytest.mark.req("S2-13")
def test_another_name_is_found_out(plan: ServicePlan, server: Served) -> None:
    target = replace(target_of(plan), url=server.url)
    wrong = replace(target, question=replace(target.question, models=("nope",)))
    (result,) = smoke_test([wrong], site=Site(client=None), reach="address", deadline=time.monotonic() + 60)
    assert result.diagnosis is not None
    assert result.diagnosis.code == "ModelNotServed"


@pytest.mark.req("S2-06")
def test_it_answers_at_the_paths_of_its_probes(plan: ServicePlan, server: Served) -> None:
    for probe in (plan.startup_probe, plan.readiness_probe, plan.liveness_probe):
        server.wait_until(probe.path)


def test_it_exports_the_series_that_rules_and_autoscalers_read(plan: ServicePlan, server: Served) -> None:
    """All of them once it was asked, under the names that the catalogue has for this version."""
    assert asked(plan, server).ok
    with urllib.request.urlopen(f"{server.url}/metrics", timeout=30) as answer:  # noqa: S310 - on this machine
        exported = answer.read().decode()
    told, version = plan.engine.exporter, plan.engine_version
    used = {told.requests, told.waiting, told.running, f"{told.first_token}_bucket"}
    used |= {name for each in told.durations.values() for name in (each.total, each.count)}
    used |= {str(told.series(what, version)) for what in told.names if what != "inter_token"}
    used.add(f"{told.series('inter_token', version)}_sum")
    assert {name for name in used if f"\n{name}{{" not in exported} == set()


@pytest.mark.req("S2-17")
def test_it_needs_no_place_to_write_but_the_one_it_has(server: Served, tmp_path: Path) -> None:
    if server.user == 0:
        pytest.skip("not run: only root is here, and setpriv cannot make another user of it")
    owned = Path(f"/proc/{server.process.pid}/status").read_text()
    assert f"Uid:\t{server.user}" in owned
    home = server.log.parent
    made = [path for path in (home / "scratch").rglob("*") if path.is_file()]
    assert made
    assert {path.stat().st_uid for path in made} == {server.user}
    assert "Permission denied" not in server.log.read_text(errors="replace")
