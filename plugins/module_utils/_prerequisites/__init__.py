# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A component in a cluster: brought, left to whom it belongs, judged by its effect, and taken away again."""

from __future__ import annotations

from .provide import provide
from .request import Request, Result, request_of
from .rights import rights
from .withdraw import withdraw

__all__ = ["Request", "Result", "provide", "request_of", "rights", "withdraw"]
