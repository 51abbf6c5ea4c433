# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

from tests.unit._preflight.asking import told

PLACE = ("default", "gpus")
QUEUED = {"topology": {"placement": {"gang": "kueue", "queue": "gpus"}}}


def queue(active: str, message: str = "") -> dict[str, Any]:
    condition = {"type": "Active", "status": active, "message": message}
    return {"metadata": {"name": "gpus"}, "status": {"conditions": [condition]}}


def test_a_queue_that_admits_is_fine() -> None:
    assert told(QUEUED, queues={PLACE: queue("True")}) == []
    assert told({}, queues=None) == []


def test_without_kueue_nobody_would_admit_the_pods() -> None:
    (problem,) = told(QUEUED, queues={})
    assert problem.code == "V-23"
    assert problem.path == "llm_serving[a].topology.placement.queue"
    assert "Kueue is not installed" in problem.message


def test_a_queue_is_one_of_the_namespace() -> None:
    (problem,) = told(QUEUED, queues={PLACE: None})
    assert problem.message == "there is no LocalQueue gpus in namespace default."


def test_a_queue_that_is_closed_says_why() -> None:
    (problem,) = told(QUEUED, queues={PLACE: queue("False", "ClusterQueue is stopped")})
    assert "ClusterQueue is stopped" in problem.message


def kueue(*namespaces: str) -> dict[str, Any]:
    """Its webhooks, asked about pods of these namespaces, and about its own kinds everywhere."""
    only = {"key": "kubernetes.io/metadata.name", "operator": "In", "values": list(namespaces)}
    pods = {
        "rules": [{"apiGroups": [""], "resources": ["pods"]}],
        "namespaceSelector": {"matchExpressions": [only]},
    }
    own = {"rules": [{"apiGroups": ["kueue.x-k8s.io"], "resources": ["workloads"]}]}
    return {
        "webhooks": [
            {"name": "mpod.kb.io", "clientConfig": {}, **pods},
            {"name": "own", "clientConfig": {}, **own},
        ]
    }


def test_a_namespace_that_kueue_does_not_manage_would_start_its_pods_unqueued() -> None:
    assert told(QUEUED, queues={PLACE: queue("True")}, webhooks=[kueue("default", "other")]) == []
    (problem,) = told(QUEUED, queues={PLACE: queue("True")}, webhooks=[kueue("other")])
    assert problem.code == "V-23"
    assert "leave namespace default out" in problem.message
    assert "managed_namespaces" in problem.hint
