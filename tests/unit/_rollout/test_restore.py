# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._apply import Revision, last_verified
from ansible_collections.inferops.serving.plugins.module_utils._rollout.restore import (
    VERIFIED,
    choose_revision,
)


def revision(number: int, **facts: Any) -> Revision:
    given = {"verified_at": "", **facts}
    return Revision(
        name=f"r{number}",
        number=number,
        spec_hash=str(number),
        applied_at="",
        applied_by="",
        objects=(),
        **given,
    )


SEEN = {"verified_at": "2026-01-01T00:00:00Z"}


@pytest.mark.req("XC-19")
def test_the_newest_verified_revision_is_the_one_to_go_back_to() -> None:
    history = [revision(3), revision(2, **SEEN), revision(1, **SEEN)]
    chosen = choose_revision(history, VERIFIED)
    assert chosen is not None
    assert chosen.number == 2


def test_what_was_taken_out_of_service_is_not_gone_back_to() -> None:
    history = [revision(3), revision(2, **SEEN, withdrawn="slow"), revision(1, **SEEN)]
    chosen = last_verified(history)
    assert chosen is not None
    assert chosen.number == 1
    assert last_verified([revision(1)]) is None


def test_a_former_number_names_a_revision_still() -> None:
    history = [revision(3, former_numbers=(1,)), revision(2)]
    assert choose_revision(history, "1") is history[0]
    assert choose_revision(history, "3") is history[0]
    assert choose_revision(history, "4") is None
