# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cert-manager."""

from __future__ import annotations

from ..component import Component
from ..signs import Definition, deployment

CERT_MANAGER = Component(
    name="cert_manager",
    title="cert-manager",
    signs=(
        deployment(images=("cert-manager-controller",)),
        deployment(images=("cert-manager-webhook",)),
        Definition(name="certificates.cert-manager.io"),
    ),
)
