# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The owned set: apply what is wanted, remove it, look at it, and remember it."""

from __future__ import annotations

from .diagnosis import Diagnosis
from .engine import apply
from .inspection import Foreign, Inspection, inspect
from .manifests import ManifestError
from .model import Action, ObjectSet, Outcome, Refused
from .removal import remove
from .revisions import (
    Revision,
    last_verified,
    list_revisions,
    mark_verified,
    record_revision,
    specification_hash,
    withdraw,
)

__all__ = [
    "Action",
    "Diagnosis",
    "Foreign",
    "Inspection",
    "ManifestError",
    "ObjectSet",
    "Outcome",
    "Refused",
    "Revision",
    "apply",
    "inspect",
    "last_verified",
    "list_revisions",
    "mark_verified",
    "record_revision",
    "remove",
    "specification_hash",
    "withdraw",
]
