# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._volumes.preflight import (
    class_problems,
    taken,
    volume_problems,
)


def claim(**spec: Any) -> dict[str, Any]:
    return {
        "metadata": {"name": "models", "namespace": "rag", "labels": {"inferops.serving/store": "models"}},
        "spec": {
            "accessModes": ["ReadWriteMany"],
            "resources": {"requests": {"storage": "512Gi"}},
            "storageClassName": "",
            "volumeName": "share",
            **spec,
        },
    }


def volume(phase: str = "Available", **spec: Any) -> dict[str, Any]:
    return {
        "metadata": {"name": "share"},
        "spec": {"capacity": {"storage": "1Ti"}, "accessModes": ["ReadWriteMany", "ReadOnlyMany"], **spec},
        "status": {"phase": phase},
    }


def told(claimed: dict[str, Any], *volumes: dict[str, Any]) -> list[str]:
    return [str(problem) for problem in volume_problems(claimed, {v["metadata"]["name"]: v for v in volumes})]


@pytest.mark.req("S1-11")
def test_a_fitting_volume_is_no_problem() -> None:
    assert told(claim(), volume()) == []


@pytest.mark.req("S1-11")
def test_a_misspelt_volume_is_named_with_the_nearest() -> None:
    (message,) = told(claim(volumeName="shar"), volume())
    assert message.startswith("V-12 llm_stores[models].pv.existing: there is no PersistentVolume shar.")
    assert message.endswith("Did you mean share?")


@pytest.mark.req("S1-11")
@pytest.mark.parametrize(
    ("held", "word"),
    [
        (volume(capacity={"storage": "500Gi"}), "512Gi are requested, volume share has 500Gi"),
        (volume(accessModes=["ReadWriteOnce"]), "does not offer ReadWriteMany"),
        (volume(storageClassName="fast"), "has the StorageClass fast"),
    ],
)
def test_what_keeps_the_claim_from_binding_is_said_before_it_is_made(held: dict[str, Any], word: str) -> None:
    (message,) = told(claim(), held)
    assert word in message


OURS = {"namespace": "rag", "name": "models"}


@pytest.mark.req("S1-11")
@pytest.mark.parametrize(
    ("held", "word"),
    [
        (volume("Bound", claimRef={"namespace": "other", "name": "x"}), "belongs to the claim other/x"),
        (volume("Released", claimRef=OURS), "set rebind_released: true"),
    ],
)
def test_a_volume_that_another_claim_has_or_had_is_refused(held: dict[str, Any], word: str) -> None:
    (problem,) = taken(claim(), held)
    assert word in str(problem)


def test_a_volume_that_is_ours_or_free_is_taken() -> None:
    assert not list(taken(claim(), volume()))
    assert not list(taken(claim(), volume("Bound", claimRef=OURS)))
    assert not list(taken(claim(), volume("Released", claimRef=OURS), rebind=True))


def test_all_reasons_come_at_once() -> None:
    assert len(told(claim(), volume(capacity={"storage": "1Gi"}, accessModes=["ReadWriteOnce"]))) == 2


def test_a_missing_class_is_named_with_the_nearest() -> None:
    (problem,) = class_problems(claim(storageClassName="efs-cs"), ["efs-sc", "gp3"])
    assert problem.hint == "Did you mean efs-sc?"
