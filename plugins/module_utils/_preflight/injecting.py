# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Namespaces that put sidecars into their pods."""

from __future__ import annotations

from .facts import Object

ENABLED, REVISION = "istio-injection", "istio.io/rev"


def injects(namespace: Object) -> bool:
    labels = namespace["metadata"].get("labels") or {}
    return labels.get(ENABLED) == "enabled" or REVISION in labels
