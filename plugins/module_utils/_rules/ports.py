# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""V-21: ports."""

from __future__ import annotations

from collections.abc import Iterator

from .._fleet import Fleet, Problem
from .finding import Plans, at, error, runs

CODE = "V-21"

NODE_PORTS = range(30000, 32768)
HIGHEST = 65535


def check(fleet: Fleet, plans: Plans) -> Iterator[Problem]:
    taken: dict[int, str] = {}
    for plan in plans:
        expose = plan.service.expose
        if expose.port is not None and expose.port > HIGHEST:
            yield error(CODE, at(plan, "expose.port"), f"{expose.port} is no port.", f"Write 1 to {HIGHEST}.")
        port, path = expose.node_port, at(plan, "expose.node_port")
        if port is None:
            continue
        if expose.type != "nodeport" or port not in NODE_PORTS:
            message = f"only for type: nodeport and in 30000 to 32767, got {port} with type {expose.type}."
            yield error(CODE, path, message, "Remove it or write type: nodeport, node_port: 30299.")
        elif runs(plan):
            if port in taken:
                yield error(CODE, path, f"{port} is used by service {taken[port]}.", "Choose another.")
            taken.setdefault(port, plan.name)
