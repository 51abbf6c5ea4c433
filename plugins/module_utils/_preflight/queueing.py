# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting until what others hold is free, before anything is written."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from .._cluster import Client
from .._plan import ServicePlan
from .preflight import Report, preflight

LOOK_AGAIN = 15.0
"""Seconds after which the cluster is looked at even if no pod ended: a node may have come."""
ENDED = ("Succeeded", "Failed")
NO_POD = "metadata.name=none-is-called-so"


def queue(
    client: Client,
    plans: Sequence[ServicePlan],
    report: Report,
    *,
    deadline: float,
    progress: Callable[[str], None],
) -> Report:
    """The first report without a lack of capacity, or the last before the deadline. What cannot get better
    by waiting ends it at once."""
    while report.lacks_only_room and time.monotonic() < deadline:
        progress(f"waiting for room: {report.errors[0].message}")
        _until_a_pod_ends(client, min(deadline, time.monotonic() + LOOK_AGAIN))
        report = preflight(client, plans)
    return report


def _until_a_pod_ends(client: Client, end: float) -> None:
    _none, version = client.list_with_version("v1", "Pod", field_selector=NO_POD)
    for event in client.watch("v1", "Pod", resource_version=version, deadline=end):
        if event.type == "DELETED" or event.object.get("status", {}).get("phase") in ENDED:
            return
