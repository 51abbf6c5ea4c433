# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way to a cluster: connection options in, a Client out."""

from __future__ import annotations

from .access import Access
from .client import Client, Object, Propagation, connect
from .discovery import Resource
from .errors import ApiError, ClusterError, ConfigurationError, NotServed, Unreachable
from .watch import Event, Watch

__all__ = [
    "Access",
    "ApiError",
    "Client",
    "ClusterError",
    "ConfigurationError",
    "Event",
    "NotServed",
    "Object",
    "Propagation",
    "Resource",
    "Unreachable",
    "Watch",
    "connect",
]
