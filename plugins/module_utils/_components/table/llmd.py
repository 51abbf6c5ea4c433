# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The definitions of llm-d's router."""

from __future__ import annotations

from ..component import Component
from ..signs import Definition

LLMD = Component(
    name="llmd",
    title="llm-d router",
    signs=(Definition(name="inferenceobjectives.llm-d.ai", conclusive=True),),
    brought=False,
)
