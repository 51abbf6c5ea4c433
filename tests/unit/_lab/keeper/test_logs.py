# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a simulated container would have written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible_collections.inferops.serving.plugins.module_utils._lab.keeper import logs
from ansible_collections.inferops.serving.plugins.module_utils._lab.keeper.engines import serving

RUNNING = {"running": {"startedAt": "2026-01-01T00:00:00Z"}}


def pod(*, ready: bool = True, state: dict[str, Any] = RUNNING, **annotations: str) -> dict[str, Any]:
    container = {"name": "main", "image": "vllm/vllm-openai:v0.33.0", "args": ["--model", "chat"]}
    return {
        "metadata": {"annotations": {f"sim.lab/{key}": value for key, value in annotations.items()}},
        "spec": {"containers": [container]},
        "status": {"containerStatuses": [{"name": "main", "ready": ready, "state": state}]},
    }


def text(found: dict[str, Any]) -> str:
    return "\n".join(logs.lines(found, serving(found), ("chat",)).get("main", []))


def test_a_ready_engine_has_started() -> None:
    assert "chat" in text(pod())
    assert "startup complete" in text(pod())


def test_an_engine_that_is_not_ready_is_still_loading() -> None:
    assert "startup complete" not in text(pod(ready=False))


def test_a_crash_ends_with_an_error() -> None:
    assert text(pod(ready=False, outcome="crash-loop")).splitlines()[-1].startswith("ERROR")


def test_a_container_that_never_ran_has_no_log() -> None:
    assert text(pod(ready=False, state={"waiting": {"reason": "ImagePullBackOff"}})) == ""


def test_a_pod_may_say_what_it_writes() -> None:
    assert text(pod(log="CUDA out of memory")) == "CUDA out of memory"


def test_files_have_the_form_of_a_container_runtime(tmp_path: Path) -> None:
    paths = logs.write(tmp_path / "uid", {"main": ["one", "two\nthree"]})
    rows = [row.split(" ", 3) for row in paths["main"].read_text().splitlines()]
    assert [row[1:] for row in rows] == [["stdout", "F", word] for word in ("one", "two", "three")]
