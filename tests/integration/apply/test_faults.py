# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An API server under stress: overload, gateways in trouble, cut connections. Caused by a proxy before the
real one."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._apply import ObjectSet, apply, remove
from ansible_collections.inferops.serving.plugins.module_utils._cluster import (
    ApiError,
    Client,
    Unreachable,
    connect,
)

from .fault_proxy import Answer, Drop, DropAnswer, Fault, Proxy
from .samples import Object, actions, config_map, deployment, secret, service, trouble

pytestmark = [pytest.mark.proof("A")]


def status(code: int, reason: str, message: str, **details: Any) -> bytes:
    return json.dumps(
        {"kind": "Status", "code": code, "reason": reason, "message": message, "details": details}
    ).encode()


OVERLOADED = Answer(429, status(429, "TooManyRequests", "too many"), (("Retry-After", "1"),))
UNAVAILABLE = Answer(503, b"upstream connect error")
LOST_RACE = Answer(
    409, status(409, "Conflict", "the object has been modified; please apply your changes again")
)


@pytest.mark.req("XC-04", "XC-05")
@pytest.mark.parametrize(
    "fault",
    [OVERLOADED, UNAVAILABLE, LOST_RACE, Drop(), DropAnswer()],
    ids=["429", "503", "409", "drop", "drop-answer"],
)
def test_passing_trouble_is_tried_again(proxied: Client, proxy: Proxy, namespace: str, fault: Fault) -> None:
    def first_write_of_each_fails(method: str, _path: str, count: int) -> Fault | None:
        return fault if method == "PATCH" and count == 1 else None

    proxy.decide = first_write_of_each_fails
    wanted = ObjectSet(name="stress", namespace=namespace, objects=mixed())
    [outcome] = apply(proxied, [wanted], wait=False, wait_timeout=60)
    assert trouble(outcome) == []
    assert set(actions(outcome).values()) == {"created"}
    proxy.decide = lambda method, path, count: None
    [again] = apply(proxied, [wanted], wait=False)
    assert not again.changed


def mixed() -> list[Object]:
    return [config_map("a"), secret("s", token="something"), service("web"), deployment("web")]


@pytest.mark.parametrize("fault", [OVERLOADED, Drop(), DropAnswer()], ids=["429", "drop", "drop-answer"])
def test_reading_and_deleting_are_tried_again_too(
    proxied: Client, proxy: Proxy, namespace: str, fault: Fault
) -> None:
    wanted = ObjectSet(name="stress", namespace=namespace, objects=[config_map("a"), service("web")])
    apply(proxied, [wanted])
    proxy.requests.clear()
    proxy.decide = lambda method, path, count: fault if count == 1 and "watch" not in path else None
    [outcome] = remove(proxied, [wanted], wait_timeout=60)
    assert trouble(outcome) == []
    assert set(actions(outcome).values()) == {"deleted"}


def test_retry_after_is_obeyed(proxied: Client, proxy: Proxy, namespace: str) -> None:
    times: list[float] = []

    def note(method: str, path: str, count: int) -> Fault | None:
        if path.partition("?")[0].endswith("/configmaps/a") and method == "PATCH":
            times.append(time.monotonic())
            return OVERLOADED if count == 1 else None
        return None

    proxy.decide = note
    [outcome] = apply(proxied, [ObjectSet(name="later", namespace=namespace, objects=[config_map("a")])])
    assert trouble(outcome) == []
    assert times[1] - times[0] >= 1.0


def test_trouble_that_lasts_ends_with_the_deadline_and_is_explained(
    proxied: Client, proxy: Proxy, namespace: str
) -> None:
    proxy.decide = lambda method, path, count: (
        OVERLOADED if method == "PATCH" and "/secrets/" in path else None
    )
    started = time.monotonic()
    [outcome] = apply(
        proxied,
        [
            ObjectSet(
                name="stress", namespace=namespace, objects=[config_map("a"), secret("s", token="something")]
            )
        ],
        wait_timeout=4,
    )
    assert time.monotonic() - started < 10
    assert actions(outcome) == {"ConfigMap a": "created"}
    [diagnosis] = outcome.diagnosis
    assert diagnosis.object == f"Secret {namespace}/s"
    assert "too many" in diagnosis.message


def test_a_refusal_is_not_tried_again(proxied: Client, proxy: Proxy, namespace: str) -> None:
    forbidden = Answer(403, status(403, "Forbidden", 'User "x" cannot patch resource "configmaps"'))
    proxy.decide = lambda method, path, count: (
        forbidden if method == "PATCH" and "/configmaps/a?" in path else None
    )
    [outcome] = apply(
        proxied, [ObjectSet(name="no", namespace=namespace, objects=[config_map("a"), config_map("b")])]
    )
    assert [(one.code, one.object) for one in outcome.diagnosis] == [
        ("Forbidden", f"ConfigMap {namespace}/a")
    ]
    writes = [path for method, path in proxy.requests if method == "PATCH"]
    assert len([path for path in writes if path.endswith("/configmaps/a")]) == 1


def test_a_server_that_nobody_runs_is_given_up_soon() -> None:
    client = connect({"host": "http://127.0.0.1:9", "api_key": "x"})
    started = time.monotonic()
    with pytest.raises(Unreachable, match=r"http://127\.0\.0\.1:9 does not answer"):
        client.request("GET", "/version", deadline=time.monotonic() + 600)
    assert time.monotonic() - started < 30


def test_answers_that_are_no_status_are_quoted(proxied: Client, proxy: Proxy) -> None:
    proxy.decide = lambda method, path, count: Answer(400, b"<html>no such host</html>")
    with pytest.raises(ApiError, match="no such host"):
        proxied.request("GET", "/version")


@pytest.mark.proof("C")
def test_a_watch_survives_a_cut_stream(proxied: Client, proxy: Proxy, namespace: str) -> None:
    _items, version = proxied.list_with_version("v1", "ConfigMap", namespace=namespace)
    path = f"/api/v1/namespaces/{namespace}/configmaps"
    for name in ("a", "b"):
        proxied.request("POST", path, body=config_map(name))
    proxy.decide = lambda method, path, count: Drop() if "watch=true" in path and count <= 2 else None
    watch = proxied.watch(
        "v1", "ConfigMap", namespace=namespace, resource_version=version, deadline=time.monotonic() + 6
    )
    seen = [event.object["metadata"]["name"] for event in watch if event.type == "ADDED"]
    assert seen == ["a", "b"]


def test_taking_over_is_tried_again_when_somebody_wrote_in_between(
    proxied: Client, proxy: Proxy, client: Client, namespace: str
) -> None:
    """The proxy lets another writer in just before each of the first two attempts to hand over."""
    record = {"kubectl.kubernetes.io/last-applied-configuration": "{}"}
    old = config_map("c", key="old")
    old["metadata"]["annotations"] = record
    path = f"/api/v1/namespaces/{namespace}/configmaps"
    live = client.request("POST", path, query={"fieldManager": "kubectl-client-side-apply"}, body=old)
    attempts: list[str] = []

    def interfere(method: str, path: str, _count: int) -> Fault | None:
        if method == "PATCH" and "/configmaps/c?" in path and "fieldValidation" not in path:
            attempts.append(path)
            if len(attempts) <= 2:
                client.patch(live, {"metadata": {"annotations": {"example.com/note": str(len(attempts))}}})
        return None

    proxy.decide = interfere
    wanted = ObjectSet(name="race", namespace=namespace, objects=[config_map("c", key="new")])
    [outcome] = apply(proxied, [wanted])
    assert trouble(outcome) == []
    assert len(attempts) == 3
    after = client.get("v1", "ConfigMap", "c", namespace)
    assert after is not None
    assert after["data"] == {"key": "new"}
    assert after["metadata"]["annotations"] == {"example.com/note": "2"}
