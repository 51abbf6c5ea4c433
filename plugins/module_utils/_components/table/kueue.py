# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kueue."""

from __future__ import annotations

from ..component import Component
from ..signs import Definition, deployment

KUEUE = Component(
    name="kueue",
    title="Kueue",
    signs=(
        deployment(
            named="kueue-controller-manager", images=("kueue",), labels={"app.kubernetes.io/name": "kueue"}
        ),
        Definition(name="clusterqueues.kueue.x-k8s.io"),
    ),
)
