# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The names by which everything we write to a cluster can be told from everything else."""
from __future__ import annotations

MANAGER = "inferops.serving"
"""Field manager of every server-side apply, and value of ``app.kubernetes.io/managed-by``."""

PREFIX = "inferops.serving/"
"""Prefix of our own labels and annotations."""

MANAGED_BY_LABEL = "app.kubernetes.io/managed-by"
SERVICE_LABEL = PREFIX + "service"
SPEC_HASH_ANNOTATION = PREFIX + "spec-hash"
