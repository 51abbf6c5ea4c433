# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scripts of a service as its pods have them: real files of the rendered ConfigMaps, run as processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible_collections.inferops.serving.plugins.module_utils._plan import ServicePlan

from tests.unit._engines.trtllm import convert, files

CONVERTER = """\
import json, pathlib, sys
given = dict(zip(sys.argv[1::2], sys.argv[2::2]))
made = pathlib.Path(given["--output_dir"])
made.mkdir()
(made / "config.json").write_text(json.dumps(given))
"""

BUILDER = """\
#!{python}
import os, pathlib, sys, time
log = pathlib.Path(os.environ["BUILDS"])
with log.open("a") as builds:
    builds.write(f"begin {os.getpid()}\\n")
time.sleep(float(os.environ.get("BUILD_SECONDS", "0")))
if "BUILD_FAILS" in os.environ:
    sys.exit(3)
given = dict(zip(sys.argv[1::2], sys.argv[2::2]))
made = pathlib.Path(given["--output_dir"])
made.mkdir()
(made / "rank0.engine").write_text(f"built by {os.getpid()}")
with log.open("a") as builds:
    builds.write(f"end {os.getpid()}\\n")
"""

HUB = """\
import os, pathlib
def snapshot_download(source, revision=None, ignore_patterns=()):
    with open(os.environ["DOWNLOADS"], "a") as downloads:
        downloads.write(f"{source} {revision} token={bool(os.environ.get('HF_TOKEN'))}\\n")
    if "HUB_REFUSES" in os.environ:
        raise RuntimeError("GatedRepoError: 401 Client Error")
    raw = pathlib.Path(os.environ["HF_HOME"]) / "hub" / source.replace("/", "--")
    raw.mkdir(parents=True, exist_ok=True)
    (raw / "config.json").write_text('{"model_type": "llama"}')
    (raw / "tokenizer.json").write_text("{}")
    return str(raw)
"""

TEMPLATES = {
    "preprocessing": 'parameters { key: "tokenizer_dir" value: { string_value: "${tokenizer_dir}" } }',
    "postprocessing": 'parameters { key: "tokenizer_dir" value: { string_value: "${tokenizer_dir}" } }',
    "tensorrt_llm": (
        "max_batch_size: ${triton_max_batch_size}\n"
        'parameters { key: "gpt_model_path" value: { string_value: "${engine_dir}" } }\n'
        'parameters { key: "lora_cache_max_adapter_size" value: { string_value: "${lora_cache_max}" } }\n'
    ),
    "ensemble": "max_batch_size: ${triton_max_batch_size}",
}
"""In the form of those in the image: names of ours, and one text that stays unfilled."""


@dataclass
class Converter:
    """A conversion's container on this machine: its script, its volume, an image of little programs."""

    home: Path
    plan: ServicePlan
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        (job,) = self.plan.workload.jobs
        (config,) = job.workload.config
        wanted = self._moved(convert(self.plan))
        wanted["lease"] = 2
        runner = self.home / "runner"
        runner.mkdir(parents=True, exist_ok=True)
        (runner / "convert.py").write_text(config.files["convert.py"], encoding="utf-8")
        (runner / "convert.json").write_text(json.dumps(wanted), encoding="utf-8")
        _write(self.home / "image/examples/llama/convert_checkpoint.py", CONVERTER)
        _write(self.home / "image/bin/trtllm-build", BUILDER.replace("{python}", sys.executable), mode=0o755)
        _write(self.home / "image/packages/huggingface_hub.py", HUB)
        for name, text in TEMPLATES.items():
            _write(self.home / f"image/templates/{name}/config.pbtxt", text)
        self.volume.mkdir(exist_ok=True)
        self.place = Path(wanted["place"])
        self.hash = wanted["hash"]

    @property
    def volume(self) -> Path:
        return self.home / "volume"

    @property
    def lock(self) -> Path:
        return self.place.with_name(f"{self.place.name}.lock")

    @property
    def builds(self) -> list[str]:
        return _lines(self.home / "builds")

    @property
    def downloads(self) -> list[str]:
        return _lines(self.home / "downloads")

    @property
    def is_complete(self) -> bool:
        marks = [self.place / part / "ready" for part in ("engine", "model")]
        return all(mark.is_file() and self.hash in mark.read_text(encoding="utf-8") for mark in marks)

    def start(self, **environment: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, str(self.home / "runner/convert.py")],
            env=self._environment(environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, **environment: str) -> tuple[int, str]:
        process = self.start(**environment)
        said, _nothing = process.communicate(timeout=60)
        return process.returncode, said

    def _environment(self, more: Mapping[str, str]) -> dict[str, str]:
        path = f"{self.home}/image/bin:{Path(sys.executable).parent}:{os.environ['PATH']}"
        return {
            "PATH": path,
            "PYTHONPATH": str(self.home / "image/packages"),
            "HF_HOME": str(self.volume / "hugging_face"),
            "BUILDS": str(self.home / "builds"),
            "DOWNLOADS": str(self.home / "downloads"),
            **self.environment,
            **more,
        }

    def _moved(self, wanted: dict[str, Any]) -> dict[str, Any]:
        """The same with the places of the container below our own directory."""
        text = json.dumps(wanted)
        for there, here in (
            ("/var/run/models", self.volume),
            ("/app/examples", self.home / "image/examples"),
            ("/app/all_models/inflight_batcher_llm", self.home / "image/templates"),
            ("/var/run/secrets/hugging_face", self.home / "token"),
        ):
            text = text.replace(there, str(here))
        found: dict[str, Any] = json.loads(text)
        return found


def put_scripts(plan: ServicePlan, folder: Path) -> None:
    """What the server's pods have under /opt/inferops."""
    for name in ("serve.py", "remote.py", "launch.json"):
        if name in files(plan):
            _write(folder / name, files(plan)[name])


def _write(path: Path, text: str, *, mode: int = 0o644) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []
