# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Prometheus operator with its stack."""

from __future__ import annotations

from ..component import Component
from ..signs import Definition, Operand, deployment

PROMETHEUS = Component(
    name="prometheus",
    title="Prometheus stack",
    signs=(
        deployment(images=("prometheus-operator",), labels={"app.kubernetes.io/name": "prometheus-operator"}),
        Operand(group="monitoring.coreos.com", kind="Prometheus"),
        Definition(name="prometheuses.monitoring.coreos.com"),
    ),
)
