# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects that go to another namespace than they were rendered for: what points to them has to follow.

Fields of which the meaning is known follow. What programs read, such as arguments and fields of custom
resources, is not touched: where that still names the old namespace, the bundle is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

from .._apply.stages import is_definition
from .._apply.world import title
from .._cluster import Object
from .source import SourceError

NAMED = 5
"""So many places a refusal names."""
ACCOUNT = "ServiceAccount"


def homes(
    objects: Sequence[Object], namespace: str, *, namespaced: Callable[[Object], bool]
) -> frozenset[str]:
    """The namespaces that the objects leave."""
    given = {obj["metadata"].get("namespace") for obj in objects if namespaced(obj)}
    return frozenset(given - {None, "", namespace})


def follow(made: Sequence[Object], left: Collection[str], namespace: str) -> Iterator[tuple[Object, str]]:
    """Subjects of bindings and Services of webhooks and APIs now name the new namespace."""
    for obj in made:
        for reference in (*_subjects(obj), *_services(obj)):
            if reference["namespace"] in left:
                kind, name = reference.get("kind", "Service"), reference["name"]
                yield obj, f"{kind} {reference['namespace']}/{name} → {namespace}/{name}"
                reference["namespace"] = namespace


def refuse_left_behind(made: Sequence[Object], left: Collection[str], namespace: str) -> None:
    """Raises SourceError where something still names a namespace that everything left."""
    if not left:
        return
    words = "|".join(re.escape(name) for name in sorted(left))
    text = re.compile(rf"namespaces?[=:]\s*({words})(?![\w.-])|\.({words})\.svc(?![\w-])")
    found = [
        f"{title(obj)}: {place}"
        for obj in made
        if not is_definition(obj)  # whose descriptions give examples
        for place in _naming(obj, "", left, text)
    ]
    if found:
        more = f", and {len(found) - NAMED} more" if len(found) > NAMED else ""
        raise SourceError(
            f"was rendered for namespace {', '.join(sorted(left))}, and goes to {namespace}, but some of it"
            f" still names the old one ({'; '.join(found[:NAMED])}{more}). Render it with --namespace"
            f" {namespace} (and the chart's own value of the namespace, where it has one), or change these"
            " places with patches."
        )


def _subjects(obj: Object) -> Iterator[dict[str, Any]]:
    if obj["kind"] in ("RoleBinding", "ClusterRoleBinding"):
        yield from (one for one in obj.get("subjects") or () if one["kind"] == ACCOUNT and "namespace" in one)


def _services(value: Any) -> Iterator[dict[str, Any]]:
    """References of webhooks, aggregated APIs and conversions, at whatever depth."""
    if isinstance(value, dict):
        service = value.get("service")
        if isinstance(service, dict) and isinstance(service.get("name"), str) and "namespace" in service:
            yield service
        for below in value.values():
            yield from _services(below)
    elif isinstance(value, list):
        for below in value:
            yield from _services(below)


def _naming(value: Any, path: str, left: Collection[str], text: re.Pattern[str]) -> Iterator[str]:
    if isinstance(value, dict):
        if "namespace" in str(value.get("name", "")).lower() and value.get("value") in left:
            yield f"{path}.value is {value['value']}"  # a variable of the environment
        for key, below in value.items():
            where = f"{path}.{key}".lstrip(".")
            if isinstance(below, str) and "namespace" in key.lower() and below in left:
                yield f"{where} is {below}"
            else:
                yield from _naming(below, where, left, text)
    elif isinstance(value, list):
        for index, below in enumerate(value):
            yield from _naming(below, f"{path}[{index}]", left, text)
    elif isinstance(value, str) and (match := text.search(value)):
        yield f"{path} says {match[0]}"
