# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The engines, one file each."""

from __future__ import annotations

from .aidaptiv import AIDAPTIV
from .engine import Engine
from .simulator import SIMULATOR
from .triton_trtllm import TRITON_TRTLLM
from .triton_vllm import TRITON_VLLM
from .vllm import VLLM

ENGINES: dict[str, Engine] = {
    engine.name: engine for engine in (VLLM, TRITON_VLLM, TRITON_TRTLLM, AIDAPTIV, SIMULATOR)
}

__all__ = ["ENGINES", "Engine"]
