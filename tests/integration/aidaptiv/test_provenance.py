# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where values are from, as a playbook gets it and shows it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.playbook import run_tasks

pytestmark = [pytest.mark.proof("P")]


@pytest.mark.req("S3-49")
def test_a_playbook_shows_where_each_value_is_from(tmp_path: Path) -> None:
    variables: dict[str, Any] = {
        "llm_models": [{"name": "llama", "source": "org/llama"}],
        "llm_serving": [
            {
                "name": "chat",
                "model": "llama",
                "engine": "aidaptiv",
                "image": "registry.example/aidaptiv:1",
                "presets": ["low-latency", "size-medium"],
                "engine_args": {"max_num_seqs": 8},
            }
        ],
    }
    given = {name: f"{{{{ {name} }}}}" for name in variables}
    tasks: list[dict[str, Any]] = [
        {"inferops.serving.manifests": {"dest": str(tmp_path / "out"), **given}, "register": "rendered"},
        {"ansible.builtin.debug": {"msg": "{{ rendered.provenance.chat | inferops.serving.table }}"}},
    ]
    run = run_tasks(tasks, variables=variables)
    assert run.status == 0, run.output
    heading, *lines = run.tasks[-1]["result"]["msg"]
    assert heading.split() == ["KEY", "VALUE", "SOURCE"]
    rows = {key: rest for key, *rest in (line.split() for line in lines) if len(rest) == 2}
    assert rows["engine_args.gpu_memory_utilization"] == ["0.85", "preset:size-medium"]
    assert rows["kv_offload.ssd_gb"] == ["0", "preset:low-latency"]
    assert rows["engine_args.max_num_seqs"] == ["8", "user"]
    assert rows["shm_size"] == ["16Gi", "derived"]
    assert (
        "kv_offload.ssd_gb is 500 in preset:size-medium and 0 in preset:low-latency; 0 is used" in run.output
    )
