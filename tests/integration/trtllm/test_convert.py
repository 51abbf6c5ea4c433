# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The script of the conversion Job as a process, on a real file system.

The script is what is proved here, with the plan that is rendered for it: its marks, its lock, its order. What
it calls are little programs in the place of the hub's library, the converter and ``trtllm-build``.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import time
from pathlib import Path

import pytest

from tests.integration.trtllm.scripts import TEMPLATES, Converter
from tests.unit._engines.trtllm import engines

pytestmark = [pytest.mark.proof("E")]

ONE_BUILD = 2
"""Lines that one build writes to its log."""


@pytest.fixture
def converter(tmp_path: Path) -> Converter:
    return Converter(tmp_path, engines())


def stale(lock: Path) -> None:
    lock.mkdir(parents=True)
    os.utime(lock, (time.time() - 3600,) * 2)


def test_an_empty_volume_gets_engines_repository_and_tokenizer(converter: Converter) -> None:
    code, said = converter.run()
    assert code == 0, said
    assert converter.is_complete
    assert {path.name for path in converter.place.iterdir()} == {"engine", "model", "tokenizer"}
    assert (converter.place / "engine/rank0.engine").is_file()
    assert (converter.place / "tokenizer/tokenizer.json").is_file()
    filled = (converter.place / "model/tensorrt_llm/config.pbtxt").read_text(encoding="utf-8")
    assert "max_batch_size: 64" in filled
    assert f'"{converter.place}/engine"' in filled
    assert (converter.place / "model/tensorrt_llm/1").is_dir()
    assert [path.name for path in converter.place.parent.iterdir()] == [converter.place.name]


@pytest.mark.req("S1-48", "S1-87")
@pytest.mark.parametrize("state", ["nothing", "complete", "locked", "half", "another"])
def test_whatever_was_there_the_end_is_the_same(converter: Converter, state: str) -> None:
    place = converter.place
    if state != "nothing":
        assert converter.run()[0] == 0
    before = (place / "engine/rank0.engine").read_text(encoding="utf-8") if state != "nothing" else ""
    if state == "locked":
        (place / "engine/ready").unlink()
        stale(converter.lock)
    elif state == "half":
        shutil.rmtree(place / "model")
        (place.parent / f".{place.name}-work-gone").mkdir()
    elif state == "another":
        (place / "engine/ready").write_text(
            json.dumps({"hash": "of another specification"}), encoding="utf-8"
        )
    code, said = converter.run()
    assert code == 0, said
    assert converter.is_complete
    assert not converter.lock.exists()
    assert [path.name for path in place.parent.iterdir()] == [place.name]
    again = (place / "engine/rank0.engine").read_text(encoding="utf-8") == before
    assert again is (state == "complete")
    assert len(converter.builds) == ONE_BUILD * (1 if state in ("nothing", "complete") else 2)


@pytest.mark.req("S1-48")
def test_a_failure_leaves_what_was_there(converter: Converter) -> None:
    assert converter.run()[0] == 0
    kept = (converter.place / "engine/rank0.engine").read_text(encoding="utf-8")
    (converter.place / "model/ready").unlink()
    code, said = converter.run(BUILD_FAILS="yes")
    assert code == 1
    assert "trtllm-build ended with 3" in said
    assert not converter.is_complete
    assert (converter.place / "engine/rank0.engine").read_text(encoding="utf-8") == kept
    assert [path.name for path in converter.place.parent.iterdir()] == [converter.place.name]
    assert converter.run()[0] == 0
    assert converter.is_complete


@pytest.mark.req("S1-49")
def test_of_two_that_race_one_converts_and_both_end_well(converter: Converter) -> None:
    racers = [converter.start(BUILD_SECONDS="1") for _ in range(2)]
    said = [racer.communicate(timeout=60)[0] for racer in racers]
    assert [racer.returncode for racer in racers] == [0, 0]
    assert len(converter.builds) == ONE_BUILD
    assert sum("nothing to do" in each for each in said) == 1
    assert sum("waiting for another conversion" in each for each in said) == 1


@pytest.mark.req("S1-49")
def test_of_many_that_find_a_stale_lock_one_converts(converter: Converter) -> None:
    stale(converter.lock)
    racers = [converter.start(BUILD_SECONDS="1") for _ in range(4)]
    for racer in racers:
        racer.communicate(timeout=60)
    assert [racer.returncode for racer in racers] == [0] * 4
    assert len(converter.builds) == ONE_BUILD


@pytest.mark.req("S1-49")
def test_a_conversion_that_was_killed_is_taken_over(converter: Converter) -> None:
    first = converter.start(BUILD_SECONDS="60")
    while not converter.builds:
        time.sleep(0.05)
    os.killpg(first.pid, signal.SIGKILL)
    first.communicate(timeout=10)
    assert converter.lock.exists()
    code, said = converter.run()
    assert code == 0, said
    assert "nobody renews" in said
    assert converter.is_complete


def test_one_that_is_told_to_stop_leaves_nothing_behind(converter: Converter) -> None:
    first = converter.start(BUILD_SECONDS="30")
    while not converter.builds:
        time.sleep(0.05)
    first.terminate()
    first.communicate(timeout=10)
    assert first.returncode != 0
    assert list(converter.place.parent.iterdir()) == []


@pytest.mark.req("S1-87")
def test_a_service_that_comes_back_converts_nothing_again(tmp_path: Path) -> None:
    assert Converter(tmp_path, engines()).run()[0] == 0
    again = Converter(tmp_path, engines(conversion={"resources": {"memory": "100Gi"}}, labels={"a": "b"}))
    code, said = again.run()
    assert (code, len(again.builds)) == (0, ONE_BUILD)
    assert "nothing to do" in said


def test_variants_share_one_download_and_have_places_of_their_own(tmp_path: Path) -> None:
    two = Converter(tmp_path, engines())
    assert two.run()[0] == 0
    four = Converter(tmp_path, engines(topology={"tensor": 4}))
    assert four.run()[0] == 0
    assert two.is_complete
    assert four.is_complete
    assert two.place != four.place
    assert len(list((two.volume / "hugging_face/hub").iterdir())) == 1


def test_the_token_comes_from_its_file_and_is_shown_to_nobody(converter: Converter) -> None:
    token = converter.home / "token/password"
    token.parent.mkdir()
    token.write_text("hf_hidden\n", encoding="utf-8")
    code, said = converter.run()
    assert code == 0
    assert converter.downloads == ["meta-llama/Meta-Llama-3-8B None token=True"]
    assert "hf_hidden" not in said


@pytest.mark.parametrize("trouble", ["refused", "type", "image", "template"])
def test_what_cannot_come_right_ends_for_good(converter: Converter, trouble: str) -> None:
    environment = {}
    wanted = "failed for good"
    image = converter.home / "image"
    if trouble == "refused":
        environment, wanted = {"HUB_REFUSES": "yes"}, "cannot download meta-llama/Meta-Llama-3-8B"
    elif trouble == "type":
        hub = image / "packages/huggingface_hub.py"
        hub.write_text(hub.read_text(encoding="utf-8").replace("llama", "mamba2"), encoding="utf-8")
        wanted = "no converter for models of type 'mamba2'"
    elif trouble == "image":
        (image / "examples/llama/convert_checkpoint.py").unlink()
        wanted = "the image has no"
    else:
        text = TEMPLATES["ensemble"] + "\ninstance_count: ${nobody_knows}\n"
        (image / "templates/ensemble/config.pbtxt").write_text(text, encoding="utf-8")
        wanted = "nobody_knows"
    code, said = converter.run(**environment)
    assert code == 64
    assert wanted in said
    assert not converter.is_complete
