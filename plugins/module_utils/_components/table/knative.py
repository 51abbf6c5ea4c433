# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Knative Serving, whose feature flags decide which fields of a pod it lets through."""

from __future__ import annotations

from ..component import Component
from ..signs import Definition, deployment

KNATIVE = Component(
    name="knative_features",
    title="Knative Serving",
    signs=(
        deployment(labels={"app.kubernetes.io/name": "knative-serving"}),
        Definition(name="services.serving.knative.dev"),
    ),
    brought=False,
)
