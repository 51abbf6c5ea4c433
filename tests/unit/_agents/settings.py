# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings as the module would make them."""

from __future__ import annotations

from typing import Any

from ansible_collections.inferops.serving.plugins.module_utils._agents import AGENTS, Settings
from ansible_collections.inferops.serving.plugins.module_utils._catalogue.pins import pinned

TOLERATIONS = [{"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}]


def settings(
    name: str, *, preset: str = "current", values: dict[str, Any] | None = None, **rest: Any
) -> Settings:
    agent = AGENTS[name]
    version = rest.pop("version", pinned(name, preset))
    return Settings(
        namespace=agent.namespaces[preset],
        version=version,
        image=agent.image(version),
        values=agent.choices(**(values or {})),
        **{
            "node_selector": agent.node_selector,
            "tolerations": TOLERATIONS,
            "resources": agent.resources,
            **rest,
        },
    )


def objects(name: str, **given: Any) -> list[dict[str, Any]]:
    return AGENTS[name].objects(settings(name, **given))


def one(made: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    [found] = [obj for obj in made if obj["kind"] == kind]
    return found


def pod(made: list[dict[str, Any]]) -> dict[str, Any]:
    spec: dict[str, Any] = one(made, "DaemonSet")["spec"]["template"]["spec"]
    return spec


def env(made: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        each["name"]: each.get("value", each.get("valueFrom")) for each in pod(made)["containers"][0]["env"]
    }
