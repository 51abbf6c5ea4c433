# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an account may ask of the API in the namespace of its service."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from .pod import metadata

if TYPE_CHECKING:
    from .._plan.facts import ServicePlan


def rights(
    plan: ServicePlan, name: str, account: str, rules: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """A Role with these rules, and the RoleBinding that gives it to the account."""
    group = "rbac.authorization.k8s.io"
    role = {
        "apiVersion": f"{group}/v1",
        "kind": "Role",
        "metadata": metadata(plan, name),
        "rules": [deepcopy(dict(rule)) for rule in rules],
    }
    binding = {
        "apiVersion": f"{group}/v1",
        "kind": "RoleBinding",
        "metadata": metadata(plan, name),
        "roleRef": {"apiGroup": group, "kind": "Role", "name": name},
        "subjects": [{"kind": "ServiceAccount", "name": account, "namespace": plan.namespace}],
    }
    return [role, binding]
