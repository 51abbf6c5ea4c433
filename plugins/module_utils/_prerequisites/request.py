# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked for of one agent of the nodes, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .._agents import AGENTS, Agent, Settings
from .._apply import Diagnosis, ObjectSet, Outcome
from .._apply.stages import is_definition
from .._catalogue.images import relocated
from .._catalogue.pins import pinned
from .._cluster import Client, ClusterError, Object
from .._components import Decision, Finding
from .._fleet.build import Builder
from .._names import MONITORING_GROUP, NAMESPACE_SET
from .patches import patched

PRIVILEGED = {"pod-security.kubernetes.io/enforce": "privileged"}
"""Every agent looks into its host, which any stricter level of Pod Security refuses."""


class Wrong(ClusterError):
    """The options do not describe a component."""


@dataclass(frozen=True, kw_only=True)
class Request:
    agent: Agent
    settings: Settings
    mode: str = "install"
    if_exists: str = "skip"
    manage_namespace: bool = True
    expected_nodes: int | None = None
    """None: all nodes with GPUs. 0: none is fine too."""
    expected_gpus: int = 1
    """What each node must have to give at least."""
    patches: Sequence[Mapping[str, Any]] = ()
    given: Sequence[Object] | None = None
    """Objects of a manifest of the user, changed as wanted; None for ours."""

    @property
    def name(self) -> str:
        return self.agent.name

    def objects(self) -> list[Object]:
        if self.given is None:
            return patched(self.agent.objects(self.settings), self.patches)
        return [obj for obj in self.given if obj["kind"] != "Namespace" and not is_definition(obj)]

    def own_set(self) -> ObjectSet:
        return ObjectSet(
            name=f"inferops-{self.name.replace('_', '-')}",
            namespace=self.settings.namespace,
            objects=self.objects(),
        )

    def definition_set(self) -> ObjectSet:
        """Definitions are owned apart: they stay when the component goes, with what others made of them."""
        own = self.own_set()
        given = [obj for obj in self.given or () if is_definition(obj)]
        definitions = given or self.agent.definitions()
        return ObjectSet(name=f"{own.name}-definitions", namespace=own.namespace, objects=definitions)

    def namespace_set(self) -> ObjectSet:
        namespace = self.settings.namespace
        obj = {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {"name": namespace, "labels": dict(PRIVILEGED)},
        }
        return ObjectSet(name=NAMESPACE_SET, namespace=namespace, objects=[obj])


@dataclass(kw_only=True)
class Result:
    """``finding`` is what was there before."""

    finding: Finding
    decision: Decision
    changed: bool = False
    outcomes: list[Outcome] = field(default_factory=list)
    trouble: list[Diagnosis] = field(default_factory=list)
    inventory: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def diagnosis(self) -> list[Diagnosis]:
        return [*(one for outcome in self.outcomes for one in outcome.diagnosis), *self.trouble]


def request_of(options: Mapping[str, Any], client: Client) -> Request:
    """The request that a module's options describe. Raises Wrong, with everything that is wrong."""
    agent = AGENTS[options["component"]]
    preset = options["version_preset"]
    version = options["version"] or str(pinned(agent.name, preset))
    builder = Builder()
    values = builder.record(agent.choices, options["values"], "values")
    image = options["image"] or relocated(
        agent.image(version),
        prefix=options["registry_prefix"] or None,
        mirrors=options["image_registry_map"],
    )
    selector = options["node_selector"]
    settings = Settings(
        namespace=options["namespace"] or agent.namespaces[preset],
        version=version,
        image=image,
        values=values,
        node_selector=agent.node_selector if selector is None else selector,
        tolerations=options["tolerations"],
        runtime_class=options["runtime_class"],
        resources=options["resources"] or agent.resources,
        pull_secrets=options["image_pull_secrets"],
        monitors_served=client.served(MONITORING_GROUP, "ServiceMonitor") is not None,
    )
    wrong = [str(problem).removeprefix("V-25 ") for problem in builder.problems]
    if values is not None:
        wrong += [f"values.{text}" for text in agent.problems(settings)]
    if wrong:
        raise Wrong("\n".join(wrong))
    return Request(
        agent=agent,
        settings=settings,
        mode=options["mode"],
        if_exists=options["if_exists"],
        manage_namespace=options["manage_namespace"],
        expected_nodes=options["expected_nodes"],
        expected_gpus=options["expected_gpus_per_node"],
        patches=options["patches"],
    )
