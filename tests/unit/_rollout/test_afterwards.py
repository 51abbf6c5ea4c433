# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import NoReturn

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._apply import Outcome
from ansible_collections.inferops.serving.plugins.module_utils._cluster import NotServed, Unreachable
from ansible_collections.inferops.serving.plugins.module_utils._rollout.afterwards import GONE, afterwards


def gone() -> NoReturn:
    raise Unreachable("it does not answer")


def test_what_is_found_is_given_back() -> None:
    outcome = Outcome(name="set", namespace="chat")
    assert afterwards(outcome, lambda: 3) == 3
    assert outcome.diagnosis == []


def test_a_server_that_went_away_is_told_once_and_not_asked_again() -> None:
    outcome = Outcome(name="set", namespace="chat", changed=True)
    assert afterwards(outcome, gone) is None
    assert afterwards(outcome, lambda: 3) is None
    assert [one.code for one in outcome.diagnosis] == [GONE]
    assert outcome.changed, "what was done stays done"


def test_a_server_that_answers_no_is_no_outage() -> None:
    def refuse() -> NoReturn:
        raise NotServed("apps/v1", "ControllerRevision")

    with pytest.raises(NotServed):
        afterwards(Outcome(name="set", namespace="chat"), refuse)
