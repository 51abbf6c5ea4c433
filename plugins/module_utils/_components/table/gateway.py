# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The definitions of the Gateway API. Nothing runs for them: they are all there is."""

from __future__ import annotations

from ..component import Component
from ..signs import Definition, Thing

GATEWAY = Component(
    name="gateway",
    title="Gateway API",
    signs=(
        Definition(name="gateways.gateway.networking.k8s.io", conclusive=True),
        Definition(name="httproutes.gateway.networking.k8s.io", conclusive=True),
        Thing(
            group="admissionregistration.k8s.io",
            kind="ValidatingAdmissionPolicy",
            name="safe-upgrades.gateway.networking.k8s.io",
        ),
    ),
)
