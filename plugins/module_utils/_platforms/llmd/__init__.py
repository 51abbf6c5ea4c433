# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""llm-d: pods that share the work on a request, behind a router that knows what each has in its cache."""

from __future__ import annotations

from ..platform import Platform
from .kserve import KSERVE
from .kserve_presets import preset_objects
from .native import NATIVE

PROVIDERS: dict[str, Platform] = {"native": NATIVE, "kserve": KSERVE}
"""Who makes the objects, by the inventory's word."""

__all__ = ["PROVIDERS", "preset_objects"]
