# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What answers for custom metrics: one APIService, which can have one owner only."""

from __future__ import annotations

from ..component import Component
from ..signs import Thing, deployment

API_SERVICE = "v1beta1.custom.metrics.k8s.io"

ADAPTER = Component(
    name="adapter",
    title="Prometheus adapter",
    signs=(
        deployment(named="prometheus-adapter", images=("prometheus-adapter",)),
        Thing(group="apiregistration.k8s.io", kind="APIService", name=API_SERVICE),
    ),
)
