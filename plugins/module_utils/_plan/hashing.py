# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One short text that changes exactly when the pods must be replaced."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from .._workload import Workload


def spec_hash(workload: Workload, uri: str, secrets: Mapping[str, str]) -> str:
    """Hash of all that makes a pod; the number of copies is no part of it.

    *uri* is where the platform or the engine fetches the model. *secrets* tells the state of each Secret that
    the pods read, as opaque text that gives no value away. What a workload does not use is no part of it, so
    a pod stays when a later version of this program knows more.
    """
    spec = {"workload": workload, "uri": uri, "secrets": dict(secrets)}
    written = json.dumps(spec, default=_used, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()[:16]


def _used(part: Any) -> dict[str, Any]:
    return {name: value for name, value in vars(part).items() if value or (value == 0 and value is not False)}
