# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from tests.unit._rules.asking import found

SHARE = {"mode": "vgpu", "memory_percent": 80}
NO_SCHEDULER = {"placement": {"scheduler": ""}}
SCRIPT = {"delivery": "legacy-prescript", "prescript": {"script": "true"}}


def severities(
    cluster: dict[str, Any] | None = None, hami: dict[str, Any] | None = None, **entry: Any
) -> list[str]:
    given = {"gpu_resources": "hami", "components": {"hami": hami or {}}, **(cluster or {})}
    return [each.severity for each in found("V-23", entry, cluster=given)]


@pytest.mark.req("S3-09")
@pytest.mark.parametrize(
    ("gpu", "topology", "hami", "told"),
    [
        (SHARE, {}, {}, []),
        (SHARE, NO_SCHEDULER, {}, ["warning"]),
        ({"mode": "vgpu", "memory": "20Gi"}, NO_SCHEDULER, {}, ["warning"]),
        ({"mode": "vgpu"}, NO_SCHEDULER, {}, ["warning"]),
        (SHARE, NO_SCHEDULER, {"state": "existing"}, []),
        ({"mode": "resource"}, NO_SCHEDULER, {}, []),
        (SHARE, {}, {"state": "absent"}, ["error"]),
    ],
)
def test_shares_of_memory_need_a_scheduler_that_knows_them(
    gpu: dict[str, Any], topology: dict[str, Any], hami: dict[str, Any], told: list[str]
) -> None:
    assert severities(gpu=gpu, topology=topology, hami=hami) == told


@pytest.mark.req("S3-19")
@pytest.mark.parametrize(
    ("level", "told"), [("restricted", ["error"]), ("baseline", ["error"]), ("privileged", []), (None, [])]
)
def test_a_script_is_refused_where_privilege_is(level: str | None, told: list[str]) -> None:
    labels = {"pod-security.kubernetes.io/enforce": level} if level else {}
    cluster = {"namespaces": [{"name": "default", "labels": labels}]}
    assert severities(cluster=cluster, **SCRIPT) == told
    assert not severities(cluster=cluster, delivery="mount")


@pytest.mark.req("S3-18", "S3-19")
@pytest.mark.parametrize(
    ("version", "gpu", "told"),
    [
        ("2.9.0", SHARE, []),
        ("2.10.0", SHARE, ["error"]),
        ("v2.10.0", SHARE, ["error"]),
        (None, SHARE, ["error"]),
        ("2.10.0", {"mode": "resource"}, []),
    ],
)
def test_a_script_is_refused_by_a_hami_that_denies_privilege(
    version: str | None, gpu: dict[str, Any], told: list[str]
) -> None:
    assert severities(hami={"version": version} if version else {}, gpu=gpu, **SCRIPT) == told
