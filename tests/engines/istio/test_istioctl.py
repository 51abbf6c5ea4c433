# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Istio's own tool reads what we render, and takes warnings for errors."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.engines.envoy.scenario import HOST, objects
from tests.unit._plan.inventory import rendered

pytestmark = [pytest.mark.proof("E")]

INEVITABLE = "EnvoyFilter exposes internal implementation details"
"""Said of every EnvoyFilter."""
SHARED = {
    "apiVersion": "networking.istio.io/v1",
    "kind": "Gateway",
    "metadata": {"name": "shared", "namespace": "gateways"},
    "spec": {
        "selector": {"istio": "ingressgateway"},
        "servers": [
            {
                "port": {"number": 443, "name": "https", "protocol": "HTTPS"},
                "tls": {"mode": "SIMPLE", "credentialName": "llm-tls"},
                "hosts": [HOST],
            },
            {"port": {"number": 80, "name": "http", "protocol": "HTTP"}, "hosts": [HOST]},
        ],
    },
}


def everything() -> list[dict[str, Any]]:
    """At a shared gateway with a password, a prefix and a canary; at one of its own with a certificate."""
    expose = {
        "type": "istio",
        "host": "own.example",
        "path": "/chat",
        "tls": {"secret": "own-tls"},
        "access_log": True,
    }
    return [deepcopy(SHARED), *objects("istio"), *rendered(expose=expose).values()]


def said_by_validate(istioctl: Path, objects: Sequence[dict[str, Any]], folder: Path) -> list[str]:
    file = folder / "objects.yaml"
    file.write_text(yaml.safe_dump_all([each for each in objects if "istio.io/" in each["apiVersion"]]))
    done = subprocess.run([istioctl, "validate", "-f", file], capture_output=True, text=True, check=False)
    lines = [line.strip() for line in (done.stdout + done.stderr).splitlines()]
    return [
        line
        for line in lines
        if line and INEVITABLE not in line and not line.endswith(("has warnings:", "is valid"))
    ]


def said_by_analyze(istioctl: Path, objects: Sequence[dict[str, Any]], folder: Path) -> list[str]:
    file = folder / "objects.yaml"
    file.write_text(yaml.safe_dump_all(list(objects)))
    command = [istioctl, "analyze", "--use-kube=false", "--all-namespaces", "--output", "json", file]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = json.loads(done.stdout or "[]")
    return [
        f"{each['code']} {each['origin']}: {each['message']}"
        for each in found
        if each["level"] != "Info" and INEVITABLE not in each["message"]
    ]


@pytest.mark.req("S4-35", "S4-36", "S4-37", "S4-39")
def test_nothing_is_said_against_what_we_render(istioctl: Path, tmp_path: Path) -> None:
    made = everything()
    kinds = {each["kind"] for each in made if "istio.io/" in each["apiVersion"]}
    assert kinds == {"Gateway", "VirtualService", "DestinationRule", "EnvoyFilter", "Telemetry"}
    assert said_by_validate(istioctl, made, tmp_path) == []
    assert said_by_analyze(istioctl, made, tmp_path) == []


def test_a_wrong_field_of_a_filter_would_be_noticed(istioctl: Path, tmp_path: Path) -> None:
    """The API server would take it, and the gateway would then refuse everything."""
    made = json.loads(json.dumps(everything()).replace('"inline_string"', '"inline_text"'))
    assert said_by_validate(istioctl, made, tmp_path) or said_by_analyze(istioctl, made, tmp_path)


def test_a_missing_gateway_would_be_noticed(istioctl: Path, tmp_path: Path) -> None:
    (problem, *_more) = said_by_analyze(istioctl, everything()[1:], tmp_path)
    assert "IST0101" in problem
