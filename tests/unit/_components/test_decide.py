# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What follows from what is wanted and what is there."""

from __future__ import annotations

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._agents import AGENTS
from ansible_collections.inferops.serving.plugins.module_utils._bundles import PRODUCTS
from ansible_collections.inferops.serving.plugins.module_utils._components import (
    COMPONENTS,
    Finding,
    decide,
    foresee,
)
from ansible_collections.inferops.serving.plugins.module_utils._rules.uninstalled import OF_OTHERS


def finding(owner: str = "nobody", **rest: object) -> Finding:
    return Finding(component="nfd", present=owner != "nobody", owner=owner, **rest)


@pytest.mark.parametrize("if_exists", ["skip", "fail", "adopt"])
@pytest.mark.parametrize("owner", ["nobody", "us"])
def test_what_is_not_there_or_ours_is_installed(owner: str, if_exists: str) -> None:
    assert decide(finding(owner), if_exists=if_exists).action == "install"


@pytest.mark.req("S1-18", "S1-21")
@pytest.mark.parametrize("owner", ["operator", "cloud", "other"])
@pytest.mark.parametrize(
    ("if_exists", "action"), [("skip", "verify"), ("fail", "refuse"), ("adopt", "adopt")]
)
def test_what_others_brought_is_left_refused_or_taken_over(owner: str, if_exists: str, action: str) -> None:
    assert decide(finding(owner), if_exists=if_exists).action == action


def test_a_refusal_names_owner_and_evidence() -> None:
    theirs = finding("other", by="Helm release nfd", evidence=("DaemonSet a/b (its name)",))
    assert decide(theirs, if_exists="fail").reason == "Helm release nfd keeps it: DaemonSet a/b (its name)"


@pytest.mark.parametrize(("mode", "action"), [("existing", "verify"), ("verify", "verify"), ("skip", "skip")])
def test_other_modes_never_write(mode: str, action: str) -> None:
    assert decide(finding(), mode=mode).action == action


@pytest.mark.req("S3-11")
def test_a_rival_is_refused_even_beside_ours() -> None:
    assert decide(finding("us", conflicts=("DaemonSet x/hami",))).action == "refuse"


def test_absence_is_not_assumed_without_the_right_to_look() -> None:
    blind = decide(finding(unread=("DaemonSet.apps",)))
    assert blind.action == "refuse"
    assert "DaemonSet.apps" in blind.reason


@pytest.mark.parametrize(
    ("state", "owner", "action"),
    [
        ("present", "nobody", "install"),
        ("present", "cloud", "verify"),
        ("existing", "nobody", "verify"),
        ("auto", "nobody", "leave"),
        ("auto", "us", "leave"),
        ("absent", "us", "remove"),
        ("absent", "other", "leave"),
    ],
)
def test_what_a_run_would_do_follows_from_the_inventory(state: str, owner: str, action: str) -> None:
    assert foresee(COMPONENTS["nfd"], finding(owner), state).action == action


def test_what_no_role_brings_is_left() -> None:
    assert foresee(COMPONENTS["istio"], finding(), "present").reason == "no role brings it"


def test_a_role_brings_each_of_the_others() -> None:
    brought = {name for name, one in COMPONENTS.items() if one.brought}
    assert brought == {*AGENTS, *PRODUCTS}
    assert brought == COMPONENTS.keys() - OF_OTHERS.keys()
