# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Single rights, and the roles that grant them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from .._cluster import Object

RBAC = "rbac.authorization.k8s.io"


@dataclass(frozen=True, order=True)
class Right:
    """One verb. ``resource`` is the plural, or a path of the API server, which begins with a slash. Without
    ``namespace`` it holds everywhere, and without ``name`` for every object."""

    verb: str
    group: str
    resource: str
    namespace: str = ""
    name: str = ""

    def __str__(self) -> str:
        plural = f"{self.resource}.{self.group}" if self.group else self.resource
        name = f" {self.name}" if self.name else ""
        place = f" in namespace {self.namespace}" if self.namespace else ""
        return f"{self.verb} {plural}{name}{place}"


@dataclass(frozen=True, kw_only=True)
class Rights:
    """``used`` are rights for requests of our own. ``given`` are what roles among the objects give away:
    nobody may give what he has not, unless he may ``escalate`` and ``bind``."""

    used: frozenset[Right] = frozenset()
    given: frozenset[Right] = frozenset()

    def __or__(self, other: Rights) -> Rights:
        return Rights(used=self.used | other.used, given=self.given | other.given)

    def manifests(self, *, name: str) -> list[Object]:
        """A ClusterRole for what holds everywhere, and a Role in each namespace for what is needed there
        alone."""
        rights = self.used | self.given
        by_place: dict[str, set[Right]] = defaultdict(set)
        for right in rights:
            if not right.namespace or replace(right, namespace="") not in rights:
                by_place[right.namespace].add(right)
        return [_role(name, place, here) for place, here in sorted(by_place.items())]


def _role(name: str, namespace: str, rights: Iterable[Right]) -> Object:
    return {
        "apiVersion": f"{RBAC}/v1",
        "kind": "Role" if namespace else "ClusterRole",
        "metadata": {"name": name, **({"namespace": namespace} if namespace else {})},
        "rules": _rules(rights),
    }


def _rules(rights: Iterable[Right]) -> list[Object]:
    """One rule for all resources of a group that need the same."""
    verbs: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for right in rights:
        verbs[right.group, right.name, right.resource].add(right.verb)
    together: dict[tuple[str, str, bool, tuple[str, ...]], list[str]] = defaultdict(list)
    for (group, only, resource), needed in sorted(verbs.items()):
        together[group, only, resource.startswith("/"), tuple(sorted(needed))].append(resource)
    return [
        {"nonResourceURLs": resources, "verbs": list(needed)}
        if is_path
        else {
            "apiGroups": [group],
            "resources": resources,
            **({"resourceNames": [only]} if only else {}),
            "verbs": list(needed),
        }
        for (group, only, is_path, needed), resources in together.items()
    ]
