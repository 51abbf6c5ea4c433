# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._apply.codes import CODES
from ansible_collections.inferops.serving.plugins.module_utils._apply.diagnosis import (
    Diagnosis,
    clean,
    diagnosis,
    unexplained,
    with_log,
)
from ansible_collections.inferops.serving.plugins.module_utils._apply.readiness.state import pending
from ansible_collections.inferops.serving.plugins.module_utils._apply.symptoms import symptom
from ansible_collections.inferops.serving.plugins.module_utils._apply.world import World
from ansible_collections.inferops.serving.plugins.module_utils._rollout import injection

from tests.unit._apply_wait.builders import (
    WRITTEN,
    condition,
    deployment,
    event,
    make,
    pod,
    replica_set,
    waiting,
)

ENGINE = Path(__file__).parents[3] / "plugins/module_utils/_apply"
GUIDE = Path(__file__).parents[3] / "docs" / "diagnosis.md"


def crash(code: str = "CrashLoop") -> Diagnosis:
    return Diagnosis(code=code, object="Deployment rag/lean", message="ended", hint="")


@pytest.mark.req("S2-50")
class TestLogs:
    @pytest.mark.parametrize(
        "line",
        [
            "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB",
            "ValueError: No available memory for the cache blocks. Try increasing gpu_memory_utilization",
            "max seq len (8192) is larger than the maximum number of tokens that can be stored in KV cache",
        ],
    )
    def test_lack_of_gpu_memory_is_read_from_the_log(self, line):
        found = with_log(crash(), ["INFO start", line])
        assert found.code == "OutOfMemory"
        assert "max_model_len (8192, then 4096)" in found.hint
        assert "max_num_seqs (20, then 10)" in found.hint
        assert found.log == ("INFO start", line)

    def test_other_logs_leave_the_code(self):
        assert with_log(crash(), ["KeyError: 'x'"]).code == "CrashLoop"

    def test_log_does_not_turn_another_trouble_into_lack_of_memory(self):
        assert with_log(crash("ImagePull"), ["CUDA out of memory"]).code == "ImagePull"


@pytest.mark.req("XC-13")
class TestNothingLeaks:
    @pytest.mark.parametrize(
        ("line", "secret"),
        [
            ("using token hf_abcdefghijklmnop1234", "hf_abcdefghijklmnop1234"),
            ("AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG", "wJalrXUtnFEMI/K7MDENG"),
            ('{"password": "opensesame"}', "opensesame"),
            ("Authorization: Bearer abc.def-ghi_jkl", "abc.def-ghi_jkl"),
            ("GET https://user:letmein@host/x", "letmein"),
            ("key AKIAIOSFODNN7EXAMPLE used", "AKIAIOSFODNN7EXAMPLE"),
            ("api_key: 'abcd-efgh'", "abcd-efgh"),
        ],
    )
    def test_what_looks_like_a_credential_is_masked(self, line, secret):
        assert secret not in clean(line)
        assert "********" in clean(line)

    def test_ordinary_words_stay(self):
        line = "container main ended with exit code 1: unrecognized arguments: --tokenizer-mode fast"
        assert clean(line) == line

    def test_lines_are_bounded(self):
        assert len(clean("x " * 5000)) <= 401


class TestDiagnosis:
    def test_names_object_place_reason_time_and_events(self):
        top = make("Deployment", "lean", api_version="apps/v1")
        bad = pod("lean-1")
        cause = symptom("ImagePull", bad, reason="ErrImagePull", message="not found", since=WRITTEN)
        world = World.of([top, bad, event(bad, "Failed", "Error: ErrImagePull", count=3)])
        found = diagnosis(top, cause, world)
        assert (found.object, found.where) == ("Deployment rag/lean", "Pod rag/lean-1")
        assert (found.code, found.reason, found.since) == ("ImagePull", "ErrImagePull", WRITTEN)
        assert found.hint == CODES["ImagePull"].hint
        assert found.events == ("2026-11-20T12:00:10Z Warning Failed: Error: ErrImagePull (x3)",)
        assert "ImagePull at Pod rag/lean-1: not found" in str(found)

    def test_result_is_plain_data(self):
        found = with_log(crash(), ["a"]).result()
        assert found["log"] == ["a"]
        assert set(found) == {
            "code",
            "object",
            "where",
            "reason",
            "since",
            "message",
            "hint",
            "pods",
            "events",
            "log",
        }

    @pytest.mark.req("XC-10")
    def test_pods_are_told_with_phase_and_reason_those_in_trouble_first(self):
        top = deployment(replicas=2)
        replicas = replica_set(top, replicas=2)
        fine = pod(
            "a", owner=replicas, conditions=[condition("Ready")], phase="Running", spec={"nodeName": "gpu-0"}
        )
        bad = pod("b", owner=replicas, containerStatuses=[waiting("ImagePullBackOff", restarts=2)])
        found = diagnosis(
            top, symptom("ImagePull", bad, reason="", message=""), World.of([top, replicas, fine, bad])
        )
        assert found.pods == (
            "b: Pending, ImagePullBackOff, on no node, 2 restarts",
            "a: Running, ready, on gpu-0",
        )

    def test_many_pods_are_counted(self):
        top = deployment(replicas=20)
        replicas = replica_set(top, replicas=20)
        pods = [pod(f"p{n}", owner=replicas) for n in range(20)]
        found = diagnosis(
            top, symptom("CrashLoop", pods[0], reason="", message=""), World.of([top, replicas, *pods])
        )
        assert found.pods[-1] == "and 12 more"

    def test_only_the_last_events_are_told(self):
        bad = pod()
        events = [event(bad, f"R{n}", time=f"2026-11-20T12:00:{n:02}Z") for n in range(10)]
        found = diagnosis(bad, symptom("CrashLoop", bad, reason="", message=""), World.of([bad, *events]))
        assert [line.split()[2] for line in found.events] == ["R5:", "R6:", "R7:", "R8:", "R9:"]

    def test_missing_status_is_named(self):
        obj = make("InferenceService", "x", api_version="serving.kserve.io/v1beta1")
        assert unexplained(obj, pending("no status yet", reason="NoStatus")).code == "NoStatus"

    def test_unmet_condition_is_told_with_its_words(self):
        found = unexplained(make("Widget", "x"), pending("Ready is False", reason="Busy", message="all busy"))
        assert (found.code, found.reason, found.message) == ("Reconcile", "Busy", "all busy")

    def test_nothing_visible_is_said_as_such(self):
        assert unexplained(make("Widget", "x"), pending("waiting")).code == "DeadlineExceeded"


class TestGuide:
    @pytest.mark.parametrize("code", sorted(CODES))
    def test_every_code_is_in_the_guide_with_its_meaning_and_hint(self, code):
        row = next(line for line in guide() if line.startswith(f"| `{code}` |"))
        assert CODES[code].meaning in row
        assert CODES[code].hint in row

    @pytest.mark.parametrize("code", sorted(CODES))
    def test_the_guide_says_when_a_code_ends_the_wait(self, code):
        grace = CODES[code].grace
        words = "explains only" if grace is None else f"after {grace:g} s" if grace else "at once"
        assert f"| {words} |" in next(line for line in guide() if line.startswith(f"| `{code}` |"))

    def test_every_code_given_before_the_wait_is_in_the_guide_too(self):
        told = {line.split("`")[1] for line in guide() if line.startswith("| `")}
        assert told >= {*codes_of_problems(), injection.CODE}

    def test_the_guide_knows_no_other_codes(self):
        told = {line.split("`")[1] for line in guide() if line.startswith("| `")}
        assert told == set(CODES) | set(codes_of_problems()) | {injection.CODE}


def guide() -> list[str]:
    return GUIDE.read_text(encoding="utf-8").splitlines()


def codes_of_problems() -> Iterator[str]:
    """Codes that the engine gives by name."""
    for file in sorted(ENGINE.glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "problem":
                code = node.args[0]
                if isinstance(code, ast.Constant):
                    yield str(code.value)
