# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What moves KV caches between engines and out of them, as the value of ``--kv-transfer-config``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._workload import Env, PodField
from .kv_offload import offload_connector

if TYPE_CHECKING:
    from .._plan.facts import ServicePlan

NIXL = {"kv_connector": "NixlConnector", "kv_role": "kv_both"}
"""Between pods that read prompts and pods that write answers; the router decides which does what."""


_SIDE_CHANNEL_PORT = 5600


def kv_transfer_environment(plan: ServicePlan) -> Env:
    """Where the other half finds this pod; of all ways to move a cache it takes the fastest."""
    if plan.role == "both":
        return {}
    return {
        "VLLM_NIXL_SIDE_CHANNEL_HOST": PodField(path="status.podIP"),
        "VLLM_NIXL_SIDE_CHANNEL_PORT": str(_SIDE_CHANNEL_PORT),
        "UCX_TLS": "all",
    }


def kv_transfer_config(plan: ServicePlan) -> dict[str, Any] | None:
    """One connector, or several as parts of one; None where nothing is moved."""
    halves = [NIXL] if plan.role != "both" else []
    offload = offload_connector(plan)
    connectors = halves if offload is None else [*halves, offload]
    if len(connectors) <= 1:
        return dict(connectors[0]) if connectors else None
    return {
        "kv_connector": "MultiConnector",
        "kv_role": "kv_both",
        "kv_connector_extra_config": {"connectors": connectors},
    }
