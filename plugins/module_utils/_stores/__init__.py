# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kinds of stores: how a model reaches its engine, and the objects of the store itself."""

from __future__ import annotations

from .buckets import attach_buckets
from .cache import attach_cache, cache_directory
from .hub import HUB
from .kind import Location, StoreKind
from .oci import OCI
from .prescript import PRESCRIPT
from .s3 import S3
from .volume import VOLUME

STORES: dict[str, StoreKind] = {"pvc": VOLUME, "nfs": VOLUME, "csi": VOLUME, "s3": S3, "oci": OCI, "hf": HUB}

__all__ = [
    "PRESCRIPT",
    "STORES",
    "Location",
    "StoreKind",
    "attach_buckets",
    "attach_cache",
    "cache_directory",
]
