# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Node Feature Discovery, under whatever name and in whatever namespace."""

from __future__ import annotations

from ..component import Component
from ..signs import Definition, Operand, daemon_set, deployment

LABELS = {"app.kubernetes.io/name": "node-feature-discovery"}
IMAGES = ("node-feature-discovery",)

NFD = Component(
    name="nfd",
    title="Node Feature Discovery",
    signs=(
        daemon_set(labels=LABELS, images=IMAGES),
        deployment(labels=LABELS, images=IMAGES),
        Operand(group="nfd.openshift.io", kind="NodeFeatureDiscovery"),
        Operand(group="nfd.kubernetes.io", kind="NodeFeatureDiscovery"),
        Operand(group="nvidia.com", kind="ClusterPolicy", switch=("nfd", "enabled")),
        Definition(name="nodefeatures.nfd.k8s-sigs.io"),
    ),
)
