# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the containers of a simulated pod would have written."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from pathlib import Path

from ..api import Object
from .engines import Serving

LOG_ANNOTATION = "sim.lab/log"
OUTCOME_ANNOTATION = "sim.lab/outcome"
CRASH = {
    "crash-loop": "ERROR [core.py] RuntimeError: Engine core initialization failed. See root cause above.",
    "oom-loop": "INFO [default_loader.py] Loading safetensors checkpoint shards: 62% completed",
    "fail": "ERROR the task failed",
}
INIT_CRASH = "ERROR An error occurred (403) when calling the HeadObject operation: Forbidden"


def lines(pod: Object, serving: Serving | None, models: tuple[str, ...]) -> dict[str, list[str]]:
    """The log of every container that has run at least once."""
    annotations = pod["metadata"].get("annotations") or {}
    outcome, own = annotations.get(OUTCOME_ANNOTATION, "ready"), annotations.get(LOG_ANNOTATION)
    status = pod.get("status", {})
    logs: dict[str, list[str]] = {}
    for container in status.get("initContainerStatuses") or ():
        failed = outcome == "init-fail"
        logs[container["name"]] = (
            own.splitlines() if own and failed else [INIT_CRASH if failed else "INFO done"]
        )
    for container in status.get("containerStatuses") or ():
        if not _has_run(container):
            continue
        if own:
            logs[container["name"]] = own.splitlines()
            continue
        serves = serving is not None and serving.container == container["name"]
        words = (
            _engine_start(serving, models) if serving and serves else [f"INFO {container['name']} started"]
        )
        if outcome in CRASH:
            words = [*words[:1], CRASH[outcome]]
        elif container.get("ready") and serving and serves:
            words += _engine_ready(serving, models)
        logs[container["name"]] = words
    return logs


def write(directory: Path, logs: dict[str, list[str]]) -> dict[str, Path]:
    """One file per container in the format in which container runtimes write."""
    directory.mkdir(parents=True, exist_ok=True)
    now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%f000Z")
    paths = {}
    for container, texts in logs.items():
        paths[container] = directory / f"{container}.log"
        new = paths[container].with_suffix(".new")
        new.write_text("".join(f"{now} stdout F {line}\n" for line in _single(texts)))
        new.replace(paths[container])
    return paths


def _single(texts: Iterable[str]) -> Iterable[str]:
    return (line for text in texts for line in text.splitlines() or [""])


def _has_run(container: Object) -> bool:
    state = container.get("state") or {}
    return bool({"running", "terminated"} & set(state) or container.get("lastState"))


def _engine_start(serving: Serving, models: tuple[str, ...]) -> list[str]:
    names = ", ".join(models) or "its repository"
    if serving.protocol == "triton":
        return [
            "I1 pinned_memory_manager.cc Pinned memory pool is created",
            f"I1 model_lifecycle.cc loading: {names}:1",
        ]
    return [
        f"INFO [api_server.py] non-default args: {{'served_model_name': {list(models)}}}",
        f"INFO [core.py] Initializing a V1 LLM engine for {names}",
    ]


def _engine_ready(serving: Serving, models: tuple[str, ...]) -> list[str]:
    if serving.protocol == "triton":
        return [
            *(f"I1 model_lifecycle.cc successfully loaded '{name}'" for name in models),
            f"I1 http_server.cc Started HTTPService at 0.0.0.0:{serving.port}",
        ]
    return [
        f"INFO [launcher.py] Starting vLLM API server on http://0.0.0.0:{serving.port}",
        "INFO: Application startup complete.",
    ]
