# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a module asks: its options, and what they stand for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .._cluster import connect
from .manner import Manner
from .reach import WAYS, JobOptions, Site
from .smoke import AT_ONCE, AUTO
from .target import Target

ASKING: dict[str, dict[str, Any]] = {
    "reach": {"type": "str", "choices": [AUTO, *WAYS], "default": AUTO},
    "job": {
        "type": "dict",
        "options": {
            "image": {"type": "str", "required": True},
            "pull_secrets": {"type": "list", "elements": "str", "default": [], "no_log": False},
            "run_as_user": {"type": "int", "default": 65534},
        },
    },
    "checks": {"type": "list", "elements": "str", "default": []},
    "prompt": {"type": "str"},
    "max_tokens": {"type": "int", "no_log": False},
    "chat_max_tokens": {"type": "int", "default": 200, "no_log": False},
    "temperature": {"type": "float"},
    "timeout": {"type": "int", "default": 120},
}


def manner_of(options: Mapping[str, Any]) -> Manner:
    """Raises ValueError for a check that no protocol knows."""
    return Manner(
        checks=tuple(options["checks"]),
        prompt=options["prompt"],
        max_tokens=options["max_tokens"],
        chat_max_tokens=options["chat_max_tokens"],
        temperature=options["temperature"],
    )


def site_of(options: Mapping[str, Any], targets: Sequence[Target]) -> Site:
    """Connected to the cluster where one of the targets or ways needs it."""
    job = options["job"]
    in_cluster = options["reach"] in ("port-forward", "job") or any(each.in_cluster for each in targets)
    return Site(
        client=connect(options, concurrency=AT_ONCE) if in_cluster else None,
        job=job and JobOptions(**{**job, "pull_secrets": tuple(job["pull_secrets"])}),
    )
