# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The series that engines export to Prometheus, and since which version each has its name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .vllm import release

Names = tuple[tuple[str, str], ...]
"""First version and name, oldest first."""


@dataclass(frozen=True, kw_only=True)
class Duration:
    """Time that requests took, summed up, and how many they were."""

    total: str
    count: str
    since: str
    microseconds: int
    """How many make one unit of the total."""


@dataclass(frozen=True, kw_only=True)
class Exporter:
    """Who exports series, and what they tell of its requests."""

    name: str
    durations: Mapping[str, Duration]
    """Of requests: ``queue`` they waited, ``compute`` they were worked on, ``request`` both together."""
    requests: str
    """Counter of the requests that were answered."""
    failures: str = ""
    """Counter of the requests that failed, where one is exported."""
    waiting: str = ""
    running: str = ""
    first_token: str = ""
    """Histogram of the seconds until the first token."""
    names: Mapping[str, Names]
    """What else it tells, where the name changed with the version."""

    def duration(self, what: str, version: str) -> Duration | None:
        """How long requests took in a version, or None where it does not tell."""
        known = self.durations[what]
        return known if release(version) >= release(known.since) else None

    def series(self, what: str, version: str) -> str | None:
        """The name that a version has for something."""
        known = [name for since, name in self.names.get(what, ()) if release(version) >= release(since)]
        return known[-1] if known else None


def _histogram(name: str, since: str) -> Duration:
    return Duration(total=f"{name}_sum", count=f"{name}_count", since=since, microseconds=1_000_000)


VLLM = Exporter(
    name="vllm",
    durations={
        "queue": _histogram("vllm:request_queue_time_seconds", "0.6.4"),
        "compute": _histogram("vllm:request_inference_time_seconds", "0.6.4"),
        "request": _histogram("vllm:e2e_request_latency_seconds", "0.4.3"),
    },
    requests="vllm:request_success_total",
    waiting="vllm:num_requests_waiting",
    running="vllm:num_requests_running",
    first_token="vllm:time_to_first_token_seconds",  # noqa: S106 - no password
    names={
        "kv_cache": (("0.4.3", "vllm:gpu_cache_usage_perc"), ("0.10.0", "vllm:kv_cache_usage_perc")),
        "inter_token": (
            ("0.4.3", "vllm:time_per_output_token_seconds"),
            ("0.11.0", "vllm:inter_token_latency_seconds"),
        ),
        "prompt_tokens": (("0.4.3", "vllm:prompt_tokens_total"),),
        "generated_tokens": (("0.4.3", "vllm:generation_tokens_total"),),
    },
)


def _counter(name: str) -> Duration:
    return Duration(total=name, count="nv_inference_request_success", since="23.10", microseconds=1)


TRITON = Exporter(
    name="triton",
    durations={
        "queue": _counter("nv_inference_queue_duration_us"),
        "compute": _counter("nv_inference_compute_infer_duration_us"),
        "request": _counter("nv_inference_request_duration_us"),
    },
    requests="nv_inference_request_success",
    failures="nv_inference_request_failure",
    waiting="nv_inference_pending_request_count",
    names={
        "prompt_tokens": (("24.08", "vllm:prompt_tokens_total"),),
        "generated_tokens": (("24.08", "vllm:generation_tokens_total"),),
    },
)
"""Triton's own series, by the release of Triton. Of vLLM's it passes on those of tokens and latencies."""

EXPORTERS = (VLLM, TRITON)

PICKER_WAITING = "llm_d_epp_flow_control_queue_size"
PICKER_RUNNING = "llm_d_epp_request_running"
"""What llm-d's endpoint picker tells of the requests of all its pods."""
