# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""V-21: ports of the nodes that another Service has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..._fleet import Problem
from ..._rules.finding import at, error
from ..facts import Facts, Object
from ..pods import Wanted

CODE = "V-21"


def check(services: Sequence[Wanted], facts: Facts) -> Iterator[Problem]:
    if facts.services is None:
        return
    taken = {
        (port["nodePort"], port.get("protocol", "TCP")): service
        for service in facts.services
        for port in service["spec"].get("ports") or ()
        if port.get("nodePort")
    }
    for one in services:
        for obj in one.objects:
            if obj["kind"] != "Service":
                continue
            for port in obj["spec"].get("ports") or ():
                holder = taken.get((port.get("nodePort"), port.get("protocol", "TCP")))
                if holder is not None and _place(holder) != _place(obj):
                    namespace, name = _place(holder)
                    message = f"{port['nodePort']} is used by Service {namespace}/{name}."
                    hint = "Choose another, or leave it out and let the cluster choose."
                    yield error(CODE, at(one.plan, "expose.node_port"), message, hint)


def _place(obj: Object) -> tuple[str, str]:
    return obj["metadata"]["namespace"], obj["metadata"]["name"]
