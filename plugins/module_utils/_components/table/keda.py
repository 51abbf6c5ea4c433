# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""KEDA."""

from __future__ import annotations

from ..component import Component
from ..signs import Definition, Thing, deployment

KEDA = Component(
    name="keda",
    title="KEDA",
    signs=(
        deployment(named="keda-operator", images=("keda",)),
        Definition(name="scaledobjects.keda.sh"),
        Thing(group="apiregistration.k8s.io", kind="APIService", name="v1beta1.external.metrics.k8s.io"),
    ),
)
