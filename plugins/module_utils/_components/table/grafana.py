# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Grafana, which shows dashboards."""

from __future__ import annotations

from ..component import Component
from ..signs import Definition, deployment

GRAFANA = Component(
    name="grafana",
    title="Grafana",
    signs=(
        deployment(images=("grafana",), labels={"app.kubernetes.io/name": "grafana"}),
        Definition(name="grafanas.grafana.integreatly.org"),
    ),
    brought=False,
)
