# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The five variables into a fleet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, TypeVar

from .build import Builder, addressed
from .canary import canary_of
from .environment import resolve
from .presets import Merged
from .problem import Problem
from .records import Cluster, Fleet, Model, Secret, Service, Store
from .schema import Key, keys

VARIABLES: dict[str, type[Any]] = {
    "llm_cluster": Cluster,
    "llm_secrets": Secret,
    "llm_stores": Store,
    "llm_models": Model,
    "llm_serving": Service,
}

Named = TypeVar("Named", Secret, Store, Model, Service)
Record = TypeVar("Record")


def load(
    variables: Mapping[str, Any], *, environ: Mapping[str, str] | None = None
) -> tuple[Fleet, list[Problem]]:
    """The fleet that the variables describe, and every problem of their form.

    Secrets that name an environment variable get their value when *environ* is given. The fleet is complete
    only without errors; else entries that could not be read are missing, and the others can still be checked.
    """
    builder = Builder()
    cluster = builder.record(Cluster, variables.get("llm_cluster") or {}, "llm_cluster") or Cluster()
    secrets, found = _secrets(variables, environ)
    builder.problems += found
    stores = _entries(builder, Store, variables.get("llm_stores") or [], "llm_stores")
    models = _entries(builder, Model, variables.get("llm_models") or [], "llm_models")
    services = _services(builder, variables.get("llm_serving") or [])
    references = _References(builder, {"llm_secrets": secrets, "llm_stores": stores, "llm_models": models})
    fleet = Fleet(
        cluster=references.resolved(cluster, "llm_cluster"),
        secrets=secrets,
        stores={name: references.resolved(store, f"llm_stores[{name}]") for name, store in stores.items()},
        models={name: references.resolved(model, f"llm_models[{name}]") for name, model in models.items()},
        services=tuple(references.service(service) for service in services),
    )
    return replace(fleet, models=fleet.models | references.stand_ins), builder.problems


def _secrets(
    variables: Mapping[str, Any], environ: Mapping[str, str] | None
) -> tuple[dict[str, Secret], list[Problem]]:
    builder = Builder(quiet=True)
    raw = variables.get("llm_secrets") or []
    secrets = _entries(builder, Secret, raw, "llm_secrets")
    for name, secret in secrets.items():
        resolved, missing = resolve(secret, environ) if environ is not None else (secret, [])
        builder.problems += missing
        token = resolved.value.strip() if resolved.value else None  # a token's file ends in a newline
        secrets[name] = replace(resolved, value=token)
    return secrets, builder.problems


def _services(builder: Builder, raw: Any) -> list[Service]:
    if not isinstance(raw, (list, tuple)):
        builder.records(Service, raw, "llm_serving")
        return []
    services: list[Service] = []
    for path, entry in addressed(raw, "llm_serving"):
        if not isinstance(entry, Mapping):
            builder.record(Service, entry, path)
            continue
        merged = Merged(entry, path)
        builder.problems += merged.problems
        service = builder.record(Service, merged.values, path)
        if service is None:
            continue
        canary, problems = canary_of(service, entry, path)
        builder.problems += problems
        services.append(replace(service, provenance=merged.provenance, canary=canary))
    _shared_names(builder, raw, "llm_serving")
    return list(_by_name(services).values())


def _entries(builder: Builder, cls: type[Named], raw: Any, variable: str) -> dict[str, Named]:
    built = builder.records(cls, raw, variable)
    _shared_names(builder, raw, variable)
    return _by_name(record for _path, record in built)


def _shared_names(builder: Builder, raw: Any, variable: str) -> None:
    """Reports names that several entries have, also where one of these could not be read."""
    seen: set[str] = set()
    for path, item in addressed(raw, variable):
        name = item.get("name") if isinstance(item, Mapping) else None
        if not isinstance(name, str):
            continue
        if name in seen:
            builder.wrong(f"{path}.name", "is used by two entries.", "Give each entry its own name.", "V-20")
        seen.add(name)


def _by_name(records: Iterable[Named]) -> dict[str, Named]:
    """The first of each name."""
    unique: dict[str, Named] = {}
    for record in records:
        unique.setdefault(record.name, record)
    return unique


class _References:
    """Checks that references name an entry; a reference to nothing is reported and dropped."""

    def __init__(self, builder: Builder, entries: Mapping[str, Mapping[str, Any]]) -> None:
        self._builder = builder
        self._entries = entries
        self.stand_ins: dict[str, Model] = {}
        """Undeclared models that services name, so that the rest of these services can be checked."""

    def service(self, service: Service) -> Service:
        path = f"llm_serving[{service.name}]"
        resolved = self.resolved(service, path)
        if service.canary is None:
            return resolved
        known = len(self._builder.problems)
        canary = self.resolved(service.canary, path)
        found = self._builder.problems[known:]
        self._builder.problems[known:] = [
            each for each in found if each not in self._builder.problems[:known]
        ]
        return replace(resolved, canary=canary)

    def resolved(self, record: Record, path: str) -> Record:
        """The record with the references that lead to an entry, at any depth."""
        changed: dict[str, Any] = {}
        for name, key in _referring(type(record)).items():  # type: ignore[arg-type]
            given = getattr(record, name)
            found = self._value(key, given, f"{path}.{name}") if given is not None else None
            if found != given:
                changed[name] = found
        return replace(record, **changed) if changed else record  # type: ignore[type-var]

    def _value(self, key: Key, given: Any, path: str) -> Any:
        if key.shape == "record":
            return self.resolved(given, path)
        if key.shape == "records":
            return tuple(self.resolved(item, f"{path}[{index}]") for index, item in enumerate(given))
        if not key.declared.refers_to:
            return given
        if key.shape == "list":
            return tuple(
                name
                for index, name in enumerate(given)
                if self._known(key.declared.refers_to, name, f"{path}[{index}]")
            )
        known = self._known(key.declared.refers_to, given, path)
        if known is None and key.required:
            self.stand_ins[given] = Model(name=given, source=given)
            return given
        return known

    def _known(self, variable: str, name: str, path: str) -> str | None:
        entries = self._entries[variable]
        if name in entries:
            return name
        near = get_close_matches(name, entries, n=1)
        hint = f"Did you mean {near[0]}?" if near else f"Add it to {variable}, or name one of its entries."
        self._builder.wrong(path, f"{name} is no entry of {variable}.", hint, "V-20")
        return None


@lru_cache(maxsize=64)
def _referring(record: type[Any]) -> dict[str, Key]:
    """The keys that name an entry, or hold a map that does."""
    return {
        name: key
        for name, key in keys(record).items()
        if key.declared.refers_to or (key.shape in ("record", "records") and _referring(key.of))
    }
