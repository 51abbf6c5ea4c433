# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Services on aiDAPTIVCache for tests."""

from __future__ import annotations

from typing import Any

from tests.unit._plan.inventory import CLAIM, main_container, rendered, variables

OTTERSCALE = {"gpu_resources": "otterscale"}
STORE = {**CLAIM, "mount_path": "/mnt/data"}
MODEL = {
    "name": "llama",
    "source": "model/Meta-Llama-3.1-8B-Instruct",
    "served_names": ["Meta-Llama-3.1-8B-Instruct"],
    "raw_size": "15Gi",
}
LORA = {
    "model": {**MODEL, "adapters": [{"name": "sql", "source": "lora/sql", "rank": 16}]},
    "lora": {"enabled": True, "max_rank": 32},
}


def served(**given: Any) -> dict[str, dict[str, Any]]:
    """The objects of a service of this engine, by kind."""
    entry: dict[str, Any] = {
        "engine": "aidaptiv",
        "image": "registry.example/aidaptiv:vNXUN_3_03_AA",
        "model": MODEL,
        "stores": [STORE],
    }
    return rendered(**{**entry, **given})


def arguments(**given: Any) -> list[str]:
    args: list[str] = main_container(served(**given))["args"]
    return args


def environment(**given: Any) -> dict[str, Any]:
    return variables(main_container(served(**given)))
