# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs aiperf in its container and writes what it measured as the last line of the log.

It needs no network but the service: the prompts are made here, and tokens are counted by the server. aiperf
wants a tokenizer nevertheless; it gets one that knows no word.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

# Words that are one token for nearly every vocabulary.
COMMON = (
    "the of and to in for is on that by this with you it not or be are from at as your all have new more an"
    " was we will home can us about if page my has search free but our one other do no information time they"
)
WORDS = COMMON.split()
STATISTICS = ("avg", "p50", "p90", "p99")
METRICS = (
    "request_throughput",
    "output_token_throughput",
    "time_to_first_token",
    "inter_token_latency",
    "request_latency",
    "input_sequence_length",
    "output_sequence_length",
)


def main() -> int:
    asked = json.loads(os.environ["BENCHMARK"])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        config = folder / "benchmark.json"
        config.write_text(json.dumps({"schemaVersion": "2.0", "benchmark": settings(asked, folder)}))
        command = ["aiperf", "profile", "--config", str(config), "--ui", "none"]
        done = subprocess.run(command, check=False, cwd=folder, stdout=sys.stderr)  # noqa: S603
        try:
            found = json.loads((folder / "results" / "profile_export_aiperf.json").read_text())
        except (OSError, ValueError) as error:
            sys.stderr.write(f"aiperf ended with exit code {done.returncode} and left no results: {error}\n")
            return done.returncode or 1
    sys.stdout.write(json.dumps(summary(found)) + "\n")
    return done.returncode


def settings(asked: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The benchmark in the words of aiperf's configuration file."""
    load = {"type": "concurrency", "concurrency": asked["concurrency"]}
    warmup = {**load, "name": "warmup", "requests": asked["concurrency"], "exclude_from_results": True}
    return {
        "model": asked["model"],
        "endpoint": asked["endpoint"],
        "tokenizer": {"name": str(_tokenizer(folder / "tokenizer"))},
        "dataset": {
            "type": "file",
            "format": "single_turn",
            "records": prompts(
                asked["requests"], words=asked["input_tokens"], output_tokens=asked["output_tokens"]
            ),
        },
        "phases": [warmup, {**load, "name": "profiling", "requests": asked["requests"]}],
        "artifacts": {"dir": str(folder / "results"), "records": False},
        "gpu_telemetry": {"enabled": False},
        "server_metrics": {"enabled": False},
    }


def prompts(number: int, *, words: int, output_tokens: int) -> list[dict[str, Any]]:
    """Prompts that soon differ, so that no cache of prefixes helps; the same in every run."""
    chance = random.Random(0)  # noqa: S311
    return [
        {"text": " ".join(chance.choices(WORDS, k=words)), "output_length": output_tokens}
        for _prompt in range(number)
    ]


def summary(found: dict[str, Any]) -> dict[str, Any]:
    """What is worth keeping of aiperf's results."""
    metrics = {
        name: {
            "unit": found[name]["unit"],
            **{key: found[name][key] for key in STATISTICS if key in found[name]},
        }
        for name in METRICS
        if found.get(name)
    }
    return {
        "aiperf": found.get("aiperf_version"),
        "requests": int((found.get("request_count") or {}).get("avg") or 0),
        "failed": int((found.get("error_request_count") or {}).get("avg") or 0),
        "seconds": (found.get("benchmark_duration") or {}).get("avg"),
        "metrics": metrics,
    }


def _tokenizer(folder: Path) -> Path:
    folder.mkdir()
    unknown = "[UNK]"
    model = {"type": "WordLevel", "vocab": {unknown: 0}, "unk_token": unknown}
    parts = ("truncation", "padding", "normalizer", "post_processor", "decoder")
    whole: dict[str, Any] = {
        "version": "1.0",
        "added_tokens": [],
        "pre_tokenizer": {"type": "Whitespace"},
        "model": model,
        **dict.fromkeys(parts),
    }
    about = {"tokenizer_class": "PreTrainedTokenizerFast", "unk_token": unknown}
    (folder / "tokenizer.json").write_text(json.dumps(whole))
    (folder / "tokenizer_config.json").write_text(json.dumps(about))
    return folder


if __name__ == "__main__":
    raise SystemExit(main())
