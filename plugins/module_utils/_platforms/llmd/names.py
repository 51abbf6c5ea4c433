# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The names by which the parts of llm-d find each other."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..._names import SERVICE_LABEL
from ..._workload import Port

if TYPE_CHECKING:
    from ..._plan.facts import ServicePlan

INFERENCE_SERVING = "llm-d.ai/inference-serving"
MODEL = "llm-d.ai/model"
ROLE = "llm-d.ai/role"

POOL_GROUP = "inference.networking.k8s.io"
POOL_VERSION = f"{POOL_GROUP}/v1"

GRPC = Port(name="grpc", number=9002)
GRPC_HEALTH = Port(name="grpc-health", number=9003)
METRICS = Port(name="metrics", number=9090)
"""Ports of the endpoint picker."""

_LONGEST_LABEL = 63


def workload_name(plan: ServicePlan) -> str:
    """Name of the Deployment or LeaderWorkerSet of a role; a set's controller makes a Service of its name."""
    return plan.role_name if plan.pods_per_copy == 1 else f"{plan.role_name}-group"


def picker_name(plan: ServicePlan) -> str:
    return f"{plan.name}-epp"


def pool_selector(plan: ServicePlan) -> dict[str, str]:
    """The pods of all roles that take requests; workers of a group are not among them."""
    return {SERVICE_LABEL: plan.name, INFERENCE_SERVING: "true"}


def role_selector(plan: ServicePlan) -> dict[str, str]:
    return {**pool_selector(plan), ROLE: plan.role}


def role_labels(plan: ServicePlan) -> dict[str, str]:
    """Labels of the pods of a role that take requests."""
    return {**role_selector(plan), MODEL: label_value(plan.served_names[0])}


def label_value(name: str) -> str:
    """A model's name as far as a label can carry it."""
    return re.sub(r"[^A-Za-z0-9._-]", "-", name)[:_LONGEST_LABEL].strip("._-")
