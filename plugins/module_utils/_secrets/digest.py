# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A mark that changes with the values of a Secret and tells nothing about them."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any


def digest(secret: Mapping[str, Any]) -> str:
    """The keyed hash of a Secret's data, for the annotations of the pods that use it.

    The key is the Secret's uid: random, made by the API server, and seen only by those who may read the
    Secret, so that from the annotation of a pod nobody can try out values.
    """
    content = json.dumps([secret.get("type"), secret.get("data") or {}], sort_keys=True)
    key = str(secret["metadata"]["uid"]).encode()
    return hmac.new(key, content.encode(), hashlib.sha256).hexdigest()[:16]
