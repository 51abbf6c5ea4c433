# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How fast the collection is, as ratios to other ways measured in the same run: ``python -m tests.bench``."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / ".collections"))
WORK = ROOT / ".build" / "bench"

Object = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the table: what was measured, against what, and what was hoped for."""

    what: str
    measured: str
    compared: str = ""
    ratio: float | None = None
    wanted: str = ""
    met: bool | None = None

    @property
    def cells(self) -> tuple[str, ...]:
        verdict = {None: "", True: "yes", False: "no"}[self.met]
        return (
            self.what,
            self.measured,
            self.compared,
            "" if self.ratio is None else f"{self.ratio:.2f}",
            self.wanted,
            verdict,
        )


def ratio(what: str, seconds: float, *, to: float, name: str, limit: float | None = None) -> Row:
    """Time against time; with a limit, less is better."""
    found = seconds / to
    return Row(
        what=what,
        measured=f"{seconds:.2f} s",
        compared=f"{name}: {to:.2f} s",
        ratio=found,
        wanted="" if limit is None else f"≤ {limit}",
        met=None if limit is None else found <= limit,
    )


def objects(number: int, namespace: str) -> list[Object]:
    """Mixed objects that any cluster takes and that make no pods."""
    makers = (_config_map, _secret, _service, _deployment, _service_account, _role)
    return [makers[index % len(makers)](f"bench-{index:03}", namespace) for index in range(number)]


def _object(api_version: str, kind: str, name: str, namespace: str, **fields: Any) -> Object:
    return {
        "apiVersion": api_version,
        "kind": kind,
        "metadata": {"name": name, "namespace": namespace, "labels": {"app": name}},
        **fields,
    }


def _config_map(name: str, namespace: str) -> Object:
    return _object("v1", "ConfigMap", name, namespace, data={"model.json": json.dumps({"model": name})})


def _secret(name: str, namespace: str) -> Object:
    return _object("v1", "Secret", name, namespace, data={"password": "Ym9ndXM="})


def _service(name: str, namespace: str) -> Object:
    ports = [{"name": "http", "port": 8000, "protocol": "TCP", "targetPort": 8000}]
    return _object("v1", "Service", name, namespace, spec={"selector": {"app": name}, "ports": ports})


def _service_account(name: str, namespace: str) -> Object:
    return _object("v1", "ServiceAccount", name, namespace)


def _deployment(name: str, namespace: str) -> Object:
    selector = {"matchLabels": {"app": name}}
    return _object(
        "apps/v1",
        "Deployment",
        name,
        namespace,
        spec={"replicas": 0, "selector": selector, "template": _pod(name)},
    )


def _role(name: str, namespace: str) -> Object:
    rules = [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]}]
    return _object("rbac.authorization.k8s.io/v1", "Role", name, namespace, rules=rules)


def _pod(name: str) -> Object:
    amounts = {"cpu": "1", "memory": "1Gi"}
    container = {
        "name": "main",
        "image": "registry.example/server:1",
        "args": ["--port", "8000"],
        "env": [{"name": "HOME", "value": "/cache"}],
        "ports": [{"name": "http", "containerPort": 8000, "protocol": "TCP"}],
        "resources": {"requests": amounts, "limits": amounts},
    }
    return {"metadata": {"labels": {"app": name}}, "spec": {"containers": [container]}}


def best(function: Callable[[], float], *, of: int) -> float:
    """The least disturbed of several tries."""
    return min(function() for _ in range(of))
