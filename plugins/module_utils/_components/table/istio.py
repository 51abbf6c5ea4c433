# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Istio."""

from __future__ import annotations

from ..component import Component
from ..signs import Definition, deployment

ISTIO = Component(
    name="istio",
    title="Istio",
    signs=(
        deployment(images=("pilot",), labels={"app": "istiod"}),
        Definition(name="virtualservices.networking.istio.io"),
    ),
    brought=False,
)
