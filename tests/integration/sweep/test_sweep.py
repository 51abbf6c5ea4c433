# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever can be written in an inventory is either refused by name or taken by the real API server."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._cluster import ApiError, Client, connect
from ansible_collections.inferops.serving.plugins.module_utils._fleet import Problem
from ansible_collections.inferops.serving.plugins.module_utils._inventory import Specification, read
from ansible_collections.inferops.serving.plugins.module_utils._objects import service_objects
from ansible_collections.inferops.serving.plugins.module_utils._plan import ServicePlan
from ansible_collections.inferops.serving.plugins.module_utils._rules.combinations import PLATFORMS

from tests.support.combinations import inventory
from tests.support.lab import Lab

pytestmark = [pytest.mark.proof("A")]

FEWEST = 300


@pytest.fixture(scope="module")
def specification() -> Specification:
    return read(inventory())


@pytest.fixture(scope="module")
def refused(specification: Specification) -> dict[str, list[Problem]]:
    """The errors by the name of the service."""
    found: dict[str, list[Problem]] = defaultdict(list)
    for problem in specification.errors:
        found[problem.path.partition("[")[2].partition("]")[0]].append(problem)
    return found


def test_what_does_not_go_together_is_refused_by_name(
    specification: Specification, refused: dict[str, list[Problem]]
) -> None:
    for plan in specification.plans:
        legal = plan.platform.name in PLATFORMS[plan.engine.name]
        told = {problem.code for problem in refused[plan.name] if problem.path.endswith("platform")}
        assert legal != ("V-03" in told), plan.name


def test_every_refusal_says_what_to_write_instead(refused: dict[str, list[Problem]]) -> None:
    assert not [str(one) for problems in refused.values() for one in problems if not one.hint]


def test_all_else_is_taken_by_the_api_server(
    lab: Lab, specification: Specification, refused: dict[str, list[Problem]]
) -> None:
    client = connect({"kubeconfig": str(lab.kubeconfig)})
    namespace = lab.namespace("sweep")
    accepted = [plan for plan in specification.plans if not refused[plan.name]]
    assert len(accepted) >= FEWEST
    objects = [(plan.name, obj) for plan in accepted for obj in _placed(plan, namespace)]
    complaints = client.in_parallel(lambda one: _try(client, *one), objects)
    assert not [complaint for complaint in complaints if complaint]


def _placed(plan: ServicePlan, namespace: str) -> Iterator[dict[str, Any]]:
    for obj in service_objects(plan):
        if obj["metadata"].get("namespace") == plan.namespace:
            obj["metadata"]["namespace"] = namespace
        yield obj


def _try(client: Client, name: str, obj: dict[str, Any]) -> str:
    try:
        client.apply(obj, dry_run=True)
    except ApiError as error:
        return f"{name}: {obj['kind']}: {error.message}"
    return ""
