# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kueue watches the kinds that serve, and nobody waits for it in the controllers' own namespaces."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ansible_collections.inferops.serving.plugins.module_utils._lab import kueue
from ansible_collections.inferops.serving.plugins.module_utils._lab.config import Config


def webhooks(*names: str) -> dict[str, Any]:
    return {"webhooks": [{"name": f"m{name}.kb.io"} for name in names]}


def test_kinds_that_nobody_has_here_are_left_out() -> None:
    registration = webhooks("pod", "rayjob", "clusterqueue", "leaderworkerset")
    kueue.narrow(registration, exempt=["lws-system"])
    assert [one["name"] for one in registration["webhooks"]] == [
        "mpod.kb.io",
        "mclusterqueue.kb.io",
        "mleaderworkerset.kb.io",
    ]


def test_controllers_do_not_wait_for_it() -> None:
    registration = webhooks("pod", "clusterqueue")
    kueue.narrow(registration, exempt=["lws-system"])
    pod, queue = registration["webhooks"]
    [expression] = pod["namespaceSelector"]["matchExpressions"]
    assert expression["operator"] == "NotIn"
    assert set(expression["values"]) == {"kube-system", "lws-system"}
    assert "namespaceSelector" not in queue


def test_it_is_configured_for_what_serves(tmp_path: Path) -> None:
    config = Config(directory=tmp_path, sources=tmp_path)
    kueue.command(config, {"kueue": Path("/bin/kueue")}, tmp_path, tmp_path / "certs")
    written = json.loads((tmp_path / "config.yaml").read_text())
    assert "leaderworkerset.x-k8s.io/leaderworkerset" in written["integrations"]["frameworks"]
    assert "pod" in written["integrations"]["frameworks"]
    assert written["webhook"]["port"] == config.port_of("kueue")
