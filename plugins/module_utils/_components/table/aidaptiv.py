# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Phison's aiDAPTIVCache: its operator, the resource that it advertises, or the storage class of its
successor."""

from __future__ import annotations

from ..._catalogue.aidaptiv import DEVICE, DEVICE_LABEL
from ..component import Component
from ..signs import Advertised, Class, Definition, Marked, deployment

AIDAPTIV = Component(
    name="aidaptiv",
    title="aiDAPTIVCache",
    signs=(
        deployment(named="aidaptivcache-operator", images=("aidaptivcache-operator",)),
        Class(provisioner="topolvm.io", parameter=("topolvm.io/device-class", "aidaptiv")),
        Advertised(resource=DEVICE),
        Marked(key=DEVICE_LABEL, conclusive=False),
        Definition(name="phisondeviceoperators.operators.phison.com"),
    ),
)
