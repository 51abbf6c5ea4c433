# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether somebody adds nodes to a cluster when pods do not fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .errors import ClusterError

if TYPE_CHECKING:
    from .client import Client


def is_autoscaled(client: Client, *, deadline: float | None = None) -> bool:
    """Whether one shows itself: Karpenter by its kinds, the Cluster Autoscaler by its report."""
    if client.served("karpenter.sh", "NodePool"):
        return True
    try:
        report = client.get("v1", "ConfigMap", "cluster-autoscaler-status", "kube-system", deadline=deadline)
    except ClusterError:
        return False
    return report is not None
