# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Targets that are described one by one, without an inventory."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .._served import Publisher
from .._workload import SecretKey
from .asking import PROTOCOLS, Question
from .slo import Slo
from .target import Basic, Target

SLO: dict[str, Any] = {
    "type": "dict",
    "options": {
        "enforce": {"type": "bool", "default": False},
        "ttft_ms": {"type": "float"},
        "tokens_per_second": {"type": "float", "no_log": False},
        "concurrency": {"type": "int"},
    },
}
CREDENTIALS: dict[str, Any] = {
    "type": "dict",
    "options": {
        "api_key": {"type": "str", "no_log": True},
        "api_key_secret": {
            "type": "dict",
            "no_log": False,
            "options": {
                "name": {"type": "str", "required": True},
                "key": {"type": "str", "default": "api-key", "no_log": False},
            },
        },
        "username": {"type": "str"},
        "password": {"type": "str", "no_log": True},
    },
    "mutually_exclusive": [("api_key", "api_key_secret"), ("api_key", "password")],
    "required_together": [("username", "password")],
}
TARGET: dict[str, Any] = {
    "type": "list",
    "elements": "dict",
    "default": [],
    "options": {
        "name": {"type": "str", "required": True},
        "protocol": {"type": "str", "choices": list(PROTOCOLS), "default": "openai"},
        "url": {"type": "str"},
        "through": {"type": "str"},
        "verify_tls": {"type": "bool", "default": True},
        "ca": {"type": "path"},
        "namespace": {"type": "str", "default": "default"},
        "service": {"type": "str"},
        "inference_service": {"type": "str"},
        "pod": {"type": "str"},
        "selector": {"type": "str"},
        "port": {"type": "int"},
        "models": {"type": "list", "elements": "str", "default": []},
        "adapters": {"type": "list", "elements": "str", "default": []},
        "prompt": {"type": "str"},
        "exclude_input": {"type": "bool", "default": False},
        "credentials": CREDENTIALS,
        "slo": SLO,
    },
    "required_one_of": [("url", "service", "inference_service", "pod", "selector")],
}
TARGETS: dict[str, dict[str, Any]] = {"targets": TARGET}
INFERENCE_SERVICE = "serving.kserve.io/v1beta1"


def target_from(options: Mapping[str, Any]) -> Target:
    """A target from the options of `TARGET`. Raises OSError for a certificate file that cannot be read."""
    credentials = options["credentials"] or {}
    secret = credentials.get("api_key_secret")
    publishers = [("v1", "Service", options["service"])]
    publishers.append((INFERENCE_SERVICE, "InferenceService", options["inference_service"]))
    selector = options["selector"]
    if selector is None and options["inference_service"]:
        selector = f"serving.kserve.io/inferenceservice={options['inference_service']}"
    return Target(
        name=options["name"],
        namespace=options["namespace"],
        question=Question(
            protocol=options["protocol"],
            models=tuple(options["models"]),
            adapters=tuple(options["adapters"]),
            prompt=options["prompt"],
            exclude_input=options["exclude_input"],
            concurrency=(options["slo"] or {}).get("concurrency") or 0,
        ),
        url=options["url"],
        through=options["through"],
        verify_tls=options["verify_tls"],
        ca=Path(options["ca"]).read_text(encoding="utf-8") if options["ca"] else None,
        publishers=tuple(
            Publisher(api_version=version, kind=kind, name=name) for version, kind, name in publishers if name
        ),
        pod=options["pod"],
        selector=selector,
        port=options["port"],
        api_key=SecretKey(secret=secret["name"], key=secret["key"]) if secret else credentials.get("api_key"),
        basic=Basic(username=credentials["username"], password=credentials["password"])
        if credentials.get("username")
        else None,
        slo=Slo(**options["slo"]) if options["slo"] else None,
    )
