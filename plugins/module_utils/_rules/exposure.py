# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""V-22: the way in."""

from __future__ import annotations

from collections.abc import Iterator

from .._fleet import Fleet, Problem
from .finding import Plans, at, error

CODE = "V-22"


def check(fleet: Fleet, plans: Plans) -> Iterator[Problem]:
    for plan in plans:
        expose = plan.service.expose
        if expose.type == "none" and expose.port is not None:
            message = "has no effect with type: none, which makes no Service."
            yield error(CODE, at(plan, "expose.port"), message, "Remove it or write type: cluster.")
