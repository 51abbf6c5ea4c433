# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._apply.readiness import (
    State,
    state_of,
    waits_for,
)
from ansible_collections.inferops.serving.plugins.module_utils._apply.world import World

from tests.unit._apply_wait.builders import condition, make

pytestmark = pytest.mark.req("XC-09")


def route(*conditions: Any) -> Any:
    status = {"ingress": [{"conditions": [one]} for one in conditions]}
    return make("Route", "r", api_version="route.openshift.io/v1", status=status)


def policy(*conditions: Any) -> Any:
    status = {"ancestors": [{"conditions": [one]} for one in conditions]} if conditions else {}
    return make("SecurityPolicy", "p", api_version="gateway.envoyproxy.io/v1alpha1", status=status)


def state(obj: Any) -> State:
    assert waits_for(obj)
    return state_of(obj, World.of([obj]))


def test_a_route_is_ready_when_a_router_admits_it() -> None:
    assert not state(route()).ready
    assert state(route(condition("Admitted"))).ready
    assert state(route(condition("Admitted", "False"), condition("Admitted"))).ready


def test_a_host_of_somebody_else_is_trouble() -> None:
    refused = state(route(condition("Admitted", "False", reason="HostAlreadyClaimed")))
    assert [(one.code, one.reason) for one in refused.symptoms] == [("RouteRejected", "HostAlreadyClaimed")]


@pytest.mark.req("S4-39")
def test_a_policy_that_nobody_speaks_of_protects_nothing() -> None:
    assert not state(policy()).ready
    assert state(policy(condition("Accepted"))).ready


@pytest.mark.req("S4-39")
def test_a_policy_that_the_gateway_refuses_is_trouble() -> None:
    message = "unsupported htpasswd format: please use {SHA}"
    refused = state(policy(condition("Accepted", "False", reason="Invalid", message=message)))
    (trouble,) = refused.symptoms
    assert message in trouble.message
