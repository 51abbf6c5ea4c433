# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rights that marking nodes takes, no more: no node is made, and pods and DaemonSets are only read."""

from __future__ import annotations

from .._cluster import Client
from .._rights import Rights, on_kind


def rights(client: Client) -> Rights:
    nodes = on_kind(client, "v1", "Node", ("get", "list", "patch"))
    looked_at = on_kind(client, "apps/v1", "DaemonSet", ("list",)) | on_kind(client, "v1", "Pod", ("list",))
    return nodes | looked_at
