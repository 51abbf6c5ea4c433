# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A bundle in a cluster: decided, read, changed, applied in stages with gates, and asked for an answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from .._apply import Action, Diagnosis, ObjectSet, Outcome, Refused, apply, remove
from .._apply.applyset import part_of, set_id
from .._apply.clock import deadline_in
from .._apply.stages import is_definition
from .._cluster import Client, NotServed, Object
from .._components import COMPONENTS, Decision, Finding, decide, detect, read
from .._components.decide import ADOPT, REFUSE, SKIP, VERIFY
from .._rights import Rights, demand
from .backwards import going_backwards
from .chart import Chart, abilities, render
from .leaving import refuse_while_used, sweep
from .naming import Names, misnamed
from .pace import out_of_step
from .products import Product
from .proof import silence
from .rights import needed
from .source import Source, fetch
from .transform import Change, Transformation, transform


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is asked for of one product."""

    product: Product
    source: Source
    """A Chart too."""
    how: Transformation
    namespace: str
    mode: str = "install"
    if_exists: str = "skip"
    allow_downgrade: bool = False
    accept_dangers: bool = False
    names: Names | None = None
    """What services call shares of GPUs, where the product gives them out."""

    @property
    def own_set(self) -> str:
        return f"inferops-{self.product.name.replace('_', '-')}"


@dataclass(kw_only=True)
class Brought:
    """``finding`` is what was there before."""

    finding: Finding
    decision: Decision
    checksum: str = ""
    changes: list[Change] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    trouble: list[Diagnosis] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        return any(outcome.changed for outcome in self.outcomes)

    @property
    def actions(self) -> list[Action]:
        return [action for outcome in self.outcomes for action in outcome.actions]

    @property
    def diagnosis(self) -> list[Diagnosis]:
        return [*(one for outcome in self.outcomes for one in outcome.diagnosis), *self.trouble]


def bring(
    client: Client,
    wish: Wish,
    *,
    download: Callable[[str], bytes],
    check_mode: bool = False,
    wait: bool = True,
    wait_timeout: float = 600,
    show_diff: bool = False,
    progress: Callable[[str], None] = lambda _line: None,
) -> Brought:
    """Raises Refused, SourceError or ManifestError where nothing must or can be done; then nothing was
    written."""
    deadline = deadline_in(wait_timeout)
    name = wish.product.name
    component = COMPONENTS[name]
    finding = detect(component, read(client, component.listings))
    decision = decide(finding, mode=wish.mode, if_exists=wish.if_exists)
    brought = Brought(finding=finding, decision=decision)
    if decision.action == REFUSE:
        raise Refused(
            [_problem(name, "OtherOwner", decision.reason, "Use mode: existing, or remove it first.")]
        )
    if decision.action == ADOPT and wish.product.api:
        reason = f"{wish.product.api} has one owner: {'; '.join(finding.evidence)} ({finding.by})."
        raise Refused([_problem(name, "OtherOwner", reason, "Use if_exists: skip, or remove theirs first.")])
    if decision.action == SKIP:
        return brought
    if decision.action == VERIFY:
        if wish.mode != "install" and not finding.present:
            message = "is not there, and mode says that it is."
            brought.trouble.append(_problem(name, "NoEffect", message, "Install it, or leave it out."))
    else:
        _refuse_without(client, wish.product)
        made, brought.changes, brought.checksum = objects_of(client, wish.source, wish.how, download)
        backwards = going_backwards(client, name, made, allow_downgrade=wish.allow_downgrade)
        wrong = misnamed(made, wish.names) if wish.names else []
        if problems := [*backwards, *out_of_step(client, made), *wrong]:
            raise Refused(problems)
        refuse_dangers(made, wish)
        sets = _sets(client, wish, made)
        demand(client, needed(client, wish.product, sets), of=name)
        brought.outcomes = apply(
            client,
            sets,
            check_mode=check_mode,
            adopt=decision.action == ADOPT,
            wait=wait,
            wait_timeout=wait_timeout,
            show_diff=show_diff,
            progress=progress,
        )
    if wait and not check_mode and not brought.diagnosis:
        brought.trouble += silence(
            client, wish.product, names=wish.names, deadline=deadline, progress=progress
        )
    return brought


def rights(client: Client, wish: Wish, *, download: Callable[[str], bytes]) -> Rights:
    """What an account needs to bring it. Raises SourceError or ManifestError."""
    made, _changes, _checksum = objects_of(client, wish.source, wish.how, download)
    return needed(client, wish.product, _sets(client, wish, made))


def take_away(
    client: Client,
    wish: Wish,
    *,
    delete_definitions: bool = False,
    force: bool = False,
    check_mode: bool = False,
    wait: bool = True,
    wait_timeout: float = 600,
    show_diff: bool = False,
    progress: Callable[[str], None] = lambda _line: None,
) -> list[Outcome]:
    """Raises Refused while objects of its kinds are there, unless forced."""
    sets = [ObjectSet(name=wish.own_set, namespace=wish.namespace)]
    if delete_definitions:
        sets.append(ObjectSet(name=f"{wish.own_set}-definitions", namespace=wish.namespace))
    if not force and client.get("v1", "ConfigMap", wish.own_set, wish.namespace):
        refuse_while_used(client, wish.product)
    outcomes: list[Outcome] = []
    for one in sets:
        outcomes += remove(
            client,
            [one],
            check_mode=check_mode,
            wait=wait,
            wait_timeout=wait_timeout,
            show_diff=show_diff,
            progress=progress,
        )
    sweep(client, wish.product, outcomes[0], check_mode=check_mode)
    return outcomes


def _read(client: Client, source: Source, download: Callable[[str], bytes]) -> tuple[list[Object], str]:
    if isinstance(source, Chart):
        return render(source, abilities(client))
    return fetch(source, download)


def objects_of(
    client: Client, source: Source, how: Transformation, download: Callable[[str], bytes]
) -> tuple[list[Object], list[Change], str]:
    """The objects as they are to be applied, what was changed in them, and the checksum of their source.
    Raises SourceError or ManifestError."""
    objects, checksum = _read(client, source, download)
    made, changes = transform(objects, how, namespaced=_scopes(client, objects))
    return made, changes, checksum


def _sets(client: Client, wish: Wish, objects: Sequence[Object]) -> list[ObjectSet]:
    """Definitions are owned apart: they stay when the product goes, with what others made of them, and so
    does their namespace, in which it is recorded whose they are."""
    definitions = [obj for obj in objects if is_definition(obj)]
    rest = [obj for obj in objects if obj["kind"] != "Namespace" and not is_definition(obj)]
    parts = {f"{wish.own_set}-definitions": definitions, wish.own_set: rest}
    parts = {name: part for name, part in parts.items() if part}
    namespaces = [obj for obj in objects if obj["kind"] == "Namespace"]
    named = wish.namespace in {obj["metadata"]["name"] for obj in namespaces}
    if not named and _may_have_namespace(client, wish.namespace, owner=next(iter(parts), wish.own_set)):
        namespaces.append({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": wish.namespace}})
    return [
        ObjectSet(name=name, namespace=wish.namespace, objects=[*(namespaces if index == 0 else ()), *part])
        for index, (name, part) in enumerate(parts.items())
    ]


def _may_have_namespace(client: Client, name: str, *, owner: str) -> bool:
    """Whether it is missing, or one that this set made: products may share a namespace."""
    live = client.get("v1", "Namespace", name)
    return live is None or part_of(live) == set_id(owner, name)


def _scopes(client: Client, objects: Sequence[Object]) -> Callable[[Object], bool]:
    """Whether an object lives in a namespace, also of kinds that come along."""
    scope: dict[tuple[str, str], bool] = {
        (obj["spec"]["group"], obj["spec"]["names"]["kind"]): bool(obj["spec"]["scope"] == "Namespaced")
        for obj in objects
        if is_definition(obj)
    }

    def namespaced(obj: Object) -> bool:
        coming = scope.get((obj["apiVersion"].rpartition("/")[0], obj["kind"]))
        if coming is not None:
            return coming
        try:
            return client.resource(obj["apiVersion"], obj["kind"]).namespaced
        except NotServed:
            return False

    return namespaced


def _refuse_without(client: Client, product: Product) -> None:
    missing = [name for name, kind in product.needs.items() if client.served(*kind) is None]
    if missing:
        raise Refused(
            [
                _problem(
                    product.name,
                    "NotServed",
                    f"needs {', '.join(missing)}, which is not there.",
                    "Install it first; the playbook prerequisites does so in the right order.",
                )
            ]
        )


def refuse_dangers(objects: Sequence[Object], wish: Wish) -> None:
    """Raises Refused where a manifest switches a protection off that the product should keep."""
    text = json.dumps(objects)
    found = [(word, harm) for word, harm in wish.product.dangers.items() if word in text]
    if found and not wish.accept_dangers:
        raise Refused(
            [
                _problem(
                    wish.product.name,
                    "Rejected",
                    f"the manifest says {word}: {harm}.",
                    "Take it out with patches, or set accept_dangers: true.",
                )
                for word, harm in found
            ]
        )


def _problem(name: str, code: str, message: str, hint: str) -> Diagnosis:
    return Diagnosis(code=code, object=name, message=message, hint=hint)
