# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The definitions of the Gateway API inference extension."""

from __future__ import annotations

from ..component import Component
from ..signs import Definition

INFERENCE_CRDS = Component(
    name="inference_crds",
    title="Gateway API inference extension",
    signs=(
        Definition(name="inferencepools.inference.networking.k8s.io", conclusive=True),
        Definition(name="inferencepools.inference.networking.x-k8s.io"),
    ),
)
