# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which kinds the API server serves, from aggregated discovery: two requests whatever the number of API
groups."""

from __future__ import annotations

import difflib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .errors import NotServed

ACCEPT = (
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"
    "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList"
)
REFRESH_INTERVAL = 0.2
"""Seconds between two readings caused by a kind that is not served: a gate may ask as often as it likes."""


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One served kind."""

    group: str
    version: str
    kind: str
    plural: str
    namespaced: bool
    verbs: frozenset[str]

    @property
    def api_version(self) -> str:
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def group_kind(self) -> str:
        """``Deployment.apps``, and ``ConfigMap`` for the core group."""
        return f"{self.kind}.{self.group}" if self.group else self.kind

    def path(self, namespace: str | None = None, name: str | None = None) -> str:
        """Path of one object, or of the list where ``name`` is left out."""
        parts = ["", "apis", self.group, self.version] if self.group else ["", "api", self.version]
        if self.namespaced and namespace:
            parts += ["namespaces", namespace]
        parts.append(self.plural)
        if name:
            parts.append(name)
        return "/".join(parts)


class Discovery:
    """The table of served kinds, read when first asked for and again when a kind is missing."""

    def __init__(self, fetch: Callable[[str], dict[str, Any]]) -> None:
        self._fetch = fetch
        self._lock = threading.Lock()
        self._table: dict[tuple[str, str], Resource] = {}
        self._read_at = float("-inf")

    def resource(self, api_version: str, kind: str) -> Resource:
        """Raises NotServed, with the nearest served kind as a hint, after one fresh reading."""
        found = self._table.get((api_version, kind))
        if found is None:
            with self._lock:
                found = self._table.get((api_version, kind))
                if found is None and time.monotonic() - self._read_at > REFRESH_INTERVAL:
                    self._read()
                    found = self._table.get((api_version, kind))
        if found is None:
            raise NotServed(api_version, kind, nearest=self._nearest(api_version, kind))
        return found

    def of_group_kind(self, group: str, kind: str) -> Resource | None:
        """The preferred version of a kind known by its group alone, or None where it is not served."""
        with self._lock:
            for _attempt in range(2):
                for resource in self._table.values():  # in the server's order of preference
                    if resource.group == group and resource.kind == kind:
                        return resource
                if time.monotonic() - self._read_at <= REFRESH_INTERVAL:
                    return None
                self._read()
        return None

    def preferred(self) -> tuple[Resource, ...]:
        """Each kind of each group once, in the version that the server prefers."""
        with self._lock:
            if not self._table:
                self._read()
        kinds: dict[tuple[str, str], Resource] = {}
        for resource in self._table.values():
            kinds.setdefault((resource.group, resource.kind), resource)
        return tuple(kinds.values())

    def forget(self) -> None:
        """Makes the next question read again: a definition went away."""
        with self._lock:
            self._table = {}
            self._read_at = float("-inf")

    def _read(self) -> None:
        table: dict[tuple[str, str], Resource] = {}
        for path in ("/api", "/apis"):
            for resource in _resources(self._fetch(path)):
                table.setdefault((resource.api_version, resource.kind), resource)
        self._table = table
        self._read_at = time.monotonic()

    def _nearest(self, api_version: str, kind: str) -> str:
        elsewhere = [version for version, served in self._table if served == kind]
        if elsewhere:
            return f"{kind} of {' or '.join(elsewhere)}"
        here = [served for version, served in self._table if version == api_version]
        close = difflib.get_close_matches(kind, here, n=1)
        return f"{close[0]} of {api_version}" if close else ""


def _resources(answer: dict[str, Any]) -> list[Resource]:
    """Flattens an APIGroupDiscoveryList, subresources left out."""
    return [
        Resource(
            group=group["metadata"].get("name", ""),
            version=version["version"],
            kind=resource["responseKind"]["kind"],
            plural=resource["resource"],
            namespaced=resource["scope"] == "Namespaced",
            verbs=frozenset(resource.get("verbs") or ()),
        )
        for group in answer.get("items") or ()
        for version in group.get("versions") or ()
        for resource in version.get("resources") or ()
        if resource.get("responseKind")
    ]
