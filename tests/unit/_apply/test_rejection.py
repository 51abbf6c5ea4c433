# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._apply.rejection import explain, is_immutable
from ansible_collections.inferops.serving.plugins.module_utils._cluster import (
    ApiError,
    NotServed,
    Unreachable,
)


def error(status: int, reason: str, message: str, *causes: dict[str, str]) -> ApiError:
    return ApiError(status=status, reason=reason, message=message, details={"causes": list(causes)})


def deployment(**spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": "n"},
        "spec": spec,
    }


@pytest.mark.req("XC-04")
def test_a_conflict_names_every_manager_with_its_fields() -> None:
    conflict = error(
        409,
        "Conflict",
        "Apply failed with 3 conflicts",
        *(
            {
                "reason": "FieldManagerConflict",
                "message": f'conflict with "{manager}" using apps/v1',
                "field": field,
            }
            for manager, field in (("hpa", ".spec.replicas"), ("edit", ".spec.a"), ("edit", ".spec.b"))
        ),
    )
    found = explain(conflict, deployment(), None)
    assert (found.code, found.object) == ("Conflict", "Deployment n/web")
    assert (
        found.message == "edit holds spec.a, spec.b; hpa holds spec.replicas, with another value than ours."
    )


@pytest.mark.req("XC-07")
def test_an_immutable_field_is_shown_with_both_values() -> None:
    refused = error(
        422,
        "Invalid",
        'Deployment.apps "web" is invalid: spec.selector: Invalid value: …: field is immutable',
        {"reason": "FieldValueInvalid", "message": "field is immutable", "field": "spec.selector"},
    )
    live = deployment(selector={"matchLabels": {"app": "old"}}, replicas=1)
    found = explain(refused, deployment(selector={"matchLabels": {"app": "new"}}), live)
    assert found.code == "Immutable"
    assert "(spec.selector.matchLabels.app: old -> new)" in found.message
    assert "Name Deployment in recreate" in found.hint


@pytest.mark.req("XC-07")
def test_values_of_an_immutable_secret_stay_hidden() -> None:
    refused = error(422, "Invalid", "field is immutable when `immutable` is set", {"field": "data"})
    wanted = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "data": {"a": "bmV3"}}
    found = explain(refused, wanted, {**wanted, "data": {"a": "b2xk"}})
    assert "data.a: (secret, " in found.message
    assert "bmV3" not in found.message
    assert "b2xk" not in found.message


@pytest.mark.parametrize(
    "message",
    [
        "field is immutable",
        "spec is immutable after creation except resources.requests",
        "spec.persistentvolumesource is immutable after creation",
        "updates to statefulset spec for fields other than 'replicas' are forbidden",
        "deploymentMode cannot be changed from RawDeployment to Serverless",
    ],
)
@pytest.mark.req("XC-07")
def test_the_ways_of_saying_immutable_are_known(message: str) -> None:
    assert is_immutable(error(422, "Invalid", message))
    assert not is_immutable(error(409, "Conflict", message))


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (error(500, "InternalError", 'failed calling webhook "x": connection refused'), "WebhookDown"),
        (error(403, "Forbidden", 'pods "a" is forbidden: exceeded quota: gpus'), "QuotaDenied"),
        (error(400, "BadRequest", 'admission webhook "x" denied the request: no'), "AdmissionDenied"),
        (
            error(403, "Forbidden", 'pods "a" is forbidden: violates PodSecurity "restricted"'),
            "AdmissionDenied",
        ),
        (error(400, "BadRequest", 'strict decoding error: unknown field "spec.x"'), "InvalidSpec"),
        (error(500, "InternalError", ".spec.x: field not declared in schema"), "InvalidSpec"),
        (error(403, "Forbidden", 'User "x" cannot patch resource "deployments"'), "Forbidden"),
        (error(422, "Invalid", "spec.replicas: must be non-negative"), "Rejected"),
        (Unreachable("no answer"), "ApiUnavailable"),
        (NotServed("x/v1", "Y"), "NotServed"),
    ],
)
def test_each_refusal_has_its_code_and_a_hint(failure: Exception, code: str) -> None:
    found = explain(failure, deployment(), None)  # type: ignore[arg-type]
    assert found.code == code
    assert found.hint
