# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deleting members: in reverse order of stages, never what holds data or what others still need."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from .._cluster import ApiError, Client, ClusterError, Object, Propagation, Resource
from . import applyset
from .changes import diff
from .members import OwnedSet
from .model import KEPT, Action
from .ownership import created_by
from .rejection import explain
from .stages import Stage, is_definition, stage_of
from .wait import wait_until_gone
from .world import group_kind, title

DATA = frozenset({("", "PersistentVolumeClaim"), ("", "PersistentVolume")})
"""Kinds whose deletion can destroy data."""
SHOWN = 5

_APPEAR_BY_THEMSELVES = frozenset(
    {
        ("", "ServiceAccount", "default"),
        ("", "ConfigMap", "kube-root-ca.crt"),
        ("", "ConfigMap", "openshift-service-ca.crt"),
        ("", "ConfigMap", "istio-ca-root-cert"),
    }
)
_PASSING_KINDS = frozenset(
    {
        ("", "Event"),
        ("events.k8s.io", "Event"),
        ("", "Endpoints"),
        ("discovery.k8s.io", "EndpointSlice"),
        ("coordination.k8s.io", "Lease"),
    }
)

Doomed = tuple[OwnedSet, Object]


@dataclass(frozen=True, kw_only=True)
class Deleter:
    """How objects are deleted in this run."""

    client: Client
    check_mode: bool
    wait: bool
    show_diff: bool
    deadline: float
    progress: Callable[[str], None]

    def delete(self, doomed: Sequence[Doomed], *, action: str) -> list[Doomed]:
        """Deletes the objects and records ``action`` for each; returns what was kept. A set that failed is
        left alone."""
        kept: list[Doomed] = []
        for stage in reversed(Stage):
            here = [(one, obj) for one, obj in doomed if stage_of(obj) is stage and not one.failed]
            going: list[Doomed] = []
            for (one, obj), reason in zip(here, self.client.in_parallel(self._why_kept, here), strict=True):
                if reason:
                    one.outcome.record(Action.on(obj, KEPT, check_mode=self.check_mode, note=reason))
                    kept.append((one, obj))
                else:
                    going.append((one, obj))
            self._delete_together(going, action=action)
        return kept

    def _delete_together(self, going: list[Doomed], *, action: str) -> None:
        if not going:
            return
        failures = self.client.in_parallel(self._delete_one, going)
        deleted: list[Doomed] = []
        for (one, obj), failure in zip(going, failures, strict=True):
            if failure is not None:
                one.fail(explain(failure, obj, None))
                continue
            one.outcome.record(Action.on(obj, action, check_mode=self.check_mode))
            if self.show_diff:
                one.outcome.diff.append(diff(obj, None))
            deleted.append((one, obj))
        if not self.wait or self.check_mode or not deleted:
            return
        self.progress(f"waiting until {len(deleted)} deleted objects are gone")
        self._await_gone(deleted)

    def _await_gone(self, deleted: Sequence[Doomed]) -> None:
        owners = {title(obj): one for one, obj in deleted}
        objects = [obj for _one, obj in deleted]
        try:
            left = wait_until_gone(self.client, objects, deadline=self.deadline, progress=self.progress)
        except ClusterError as error:
            for one, obj in deleted:
                one.fail(explain(error, obj, None))
            return
        for diagnosis in left:
            owners[diagnosis.object].fail(diagnosis)

    def _delete_one(self, doomed: Doomed) -> ClusterError | None:
        _one, obj = doomed
        if self.check_mode or obj["metadata"].get("deletionTimestamp"):
            return None
        try:
            propagation: Propagation = (
                "Foreground" if self.wait and stage_of(obj) is not Stage.NAMESPACES else "Background"
            )
            self.client.delete(obj, propagation=propagation, deadline=self.deadline)
        except ClusterError as error:
            return error
        return None

    def _why_kept(self, doomed: Doomed) -> str:
        """Why an object is not deleted, or ''."""
        one, obj = doomed
        if group_kind(obj) in DATA and not one.set.purge:
            return "holds data"
        if group_kind(obj) == ("", "Namespace") and created_by(obj) != one.id:
            return "was not created by this set"
        try:
            if group_kind(obj) == ("", "Namespace"):
                return self._others(self._inhabitants(one, obj["metadata"]["name"]), "still contains")
            if is_definition(obj):
                return self._others(self._instances(one, obj), "still defines")
        except ClusterError as error:
            one.outcome.warnings.append(
                f"{title(obj)} is kept: what is in it cannot be seen ({error}). Delete it by hand: it "
                "belongs to no set any more. An account that may list everything in it would have deleted it."
            )
            return f"cannot be looked into: {error}"
        return ""

    def _others(self, objects: list[Object], words: str) -> str:
        if not objects:
            return ""
        names = ", ".join(title(obj) for obj in objects[:SHOWN])
        more = f" and {len(objects) - SHOWN} more" if len(objects) > SHOWN else ""
        return f"{words} {names}{more}"

    def _inhabitants(self, one: OwnedSet, namespace: str) -> list[Object]:
        """What in a namespace is neither the set's nor there by itself."""
        kinds = [
            resource
            for resource in self.client.resources()
            if resource.namespaced
            and {"list", "delete"} <= resource.verbs
            and (resource.group, resource.kind) not in _PASSING_KINDS
        ]

        def look(resource: Resource) -> list[Object]:
            return self._list(resource, namespace)

        return [
            obj
            for objects in self.client.in_parallel(look, kinds)
            for obj in objects
            if self._is_foreign(one, obj)
        ]

    def _instances(self, one: OwnedSet, definition: Object) -> list[Object]:
        spec = definition["spec"]
        resource = self.client.served(spec["group"], spec["names"]["kind"])
        if resource is None:
            return []
        return [obj for obj in self._list(resource, None) if self._is_foreign(one, obj)]

    def _list(self, resource: Resource, namespace: str | None) -> list[Object]:
        try:
            return self.client.list(
                resource.api_version,
                resource.kind,
                namespace=namespace,
                metadata_only=True,
                deadline=self.deadline,
            )
        except ApiError as error:
            if error.not_found or error.status == HTTPStatus.METHOD_NOT_ALLOWED:  # nothing to list after all
                return []
            raise

    def _is_foreign(self, one: OwnedSet, obj: Object) -> bool:
        metadata = obj["metadata"]
        if metadata.get("ownerReferences") or metadata.get("deletionTimestamp"):
            return False
        group, kind = group_kind(obj)
        if (group, kind, metadata["name"]) in _APPEAR_BY_THEMSELVES:
            return False
        if "kubernetes.io/service-account.uid" in (metadata.get("annotations") or {}):
            return False
        is_parent = (group, kind) == ("", applyset.PARENT_KIND) and (
            metadata.get("namespace"),
            metadata["name"],
        ) == (one.set.namespace, one.set.name)
        if is_parent:
            return False
        return applyset.part_of(obj) != one.id or (group_kind(obj) in DATA and not one.set.purge)
