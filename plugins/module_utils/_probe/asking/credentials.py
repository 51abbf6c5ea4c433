# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a server that has credentials also asks for them."""

from __future__ import annotations

from typing import Any

from .talk import Check, Talk, passed, skipped, wrong


def anonymous_is_refused(talk: Talk, method: str, path: str, body: Any = None) -> Check:
    """The same request without credentials gets 401 or 403; skipped where there are none to leave out."""
    if not talk.door.credentials:
        return skipped("auth", "asked without credentials")
    answer = talk.door.anonymous().ask(method, path, deadline=talk.deadline, body=body)
    if answer.status in (401, 403):
        return passed("auth", answer, "refused without credentials")
    return wrong("auth", "OpenToAll", answer, f"{path} answers {answer.status} without credentials")
