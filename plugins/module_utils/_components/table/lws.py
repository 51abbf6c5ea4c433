# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""LeaderWorkerSet."""

from __future__ import annotations

from ..component import Component
from ..signs import Definition, Thing, deployment

LWS = Component(
    name="lws",
    title="LeaderWorkerSet",
    signs=(
        deployment(named="lws-controller-manager", images=("lws",), labels={"app.kubernetes.io/name": "lws"}),
        Thing(
            group="admissionregistration.k8s.io",
            kind="MutatingWebhookConfiguration",
            name="lws-mutating-webhook-configuration",
        ),
        Definition(name="leaderworkersets.leaderworkerset.x-k8s.io"),
    ),
)
