# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ways to recognise a component, each over what was read of a cluster."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .._catalogue.images import parse
from .._cluster import Object
from .._names import SIMULATED_ANNOTATION
from .._quantities import quantity
from .component import OPERATOR, Trace
from .owner import owner_of
from .snapshot import DAEMON_SETS, DEFINITIONS, DEPLOYMENTS, NODES, Listing, Snapshot

MANY = 3
"""So many nodes are named; the rest is counted."""
VERSION_ANNOTATIONS = (
    "gateway.networking.k8s.io/bundle-version",
    "inference.networking.k8s.io/bundle-version",
    "operator.prometheus.io/version",
)
"""Where definitions tell the release that they came with."""
_VERSION = re.compile(r"v?\d+\.\d+.*")


@dataclass(frozen=True, kw_only=True)
class Workload:
    """A DaemonSet or Deployment, under any name: by part of its name, the last part of an image's name, a
    label, or the command of a container."""

    of: Listing
    named: str = ""
    images: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)
    command: str = ""
    unless: tuple[str, ...] = ()
    """Names and commands of others that come in the same image."""

    @property
    def listings(self) -> tuple[Listing, ...]:
        return (self.of,)

    def traces(self, snapshot: Snapshot) -> list[Trace]:
        return [_seen(obj, why, self.images) for obj in snapshot.of(self.of) if (why := self._why(obj))]

    def _why(self, obj: Object) -> str:
        labels = obj["metadata"].get("labels") or {}
        containers = obj["spec"]["template"]["spec"].get("containers") or ()
        words = [word for one in containers for word in (*one.get("command", ()), *one.get("args", ()))]
        if any(other in text for other in self.unless for text in (obj["metadata"]["name"], *words)):
            return ""
        image = next((one for one in containers if _basename(one.get("image", "")) in self.images), None)
        if image:
            return f"image {image['image']}"
        if self.command and any(self.command in word for word in words):
            return f"command {self.command}"
        if self.labels and self.labels.items() <= labels.items():
            return ", ".join(f"{key}={value}" for key, value in self.labels.items())
        return "its name" if self.named and self.named in obj["metadata"]["name"] else ""


@dataclass(frozen=True, kw_only=True)
class Definition:
    """A CustomResourceDefinition. It outlives what it was for, unless it is all that there is."""

    name: str
    conclusive: bool = False

    @property
    def listings(self) -> tuple[Listing, ...]:
        return (DEFINITIONS,)

    def traces(self, snapshot: Snapshot) -> list[Trace]:
        return [
            _named(obj, "CustomResourceDefinition", conclusive=self.conclusive)
            for obj in snapshot.of(DEFINITIONS)
            if obj["metadata"]["name"] == self.name
        ]


@dataclass(frozen=True, kw_only=True)
class Operand:
    """A custom resource whose operator brings the component, unless a switch in it is off."""

    group: str
    kind: str
    switch: tuple[str, ...] = ()

    @property
    def listings(self) -> tuple[Listing, ...]:
        return (Listing(group=self.group, kind=self.kind),)

    def traces(self, snapshot: Snapshot) -> list[Trace]:
        [listing] = self.listings
        return [
            Trace(text=text, owner=OPERATOR, by=text)
            for obj in snapshot.of(listing)
            if _value(obj.get("spec") or {}, self.switch) is not False
            for text in [f"{self.kind} {obj['metadata']['name']}"]
        ]


@dataclass(frozen=True, kw_only=True)
class Thing:
    """An object of the cluster by its name: a webhook registration, an APIService, a driver, a ConfigMap."""

    group: str
    kind: str
    name: str

    @property
    def listings(self) -> tuple[Listing, ...]:
        return (Listing(group=self.group, kind=self.kind, name=self.name),)

    def traces(self, snapshot: Snapshot) -> list[Trace]:
        [listing] = self.listings
        return [_named(obj, self.kind) for obj in snapshot.of(listing)]


@dataclass(frozen=True, kw_only=True)
class Driver:
    """ResourceSlices of a driver: devices are handed out by Dynamic Resource Allocation."""

    name: str

    @property
    def listings(self) -> tuple[Listing, ...]:
        return (Listing(group="resource.k8s.io", kind="ResourceSlice"),)

    def traces(self, snapshot: Snapshot) -> list[Trace]:
        [listing] = self.listings
        slices = [obj for obj in snapshot.of(listing) if obj["spec"].get("driver") == self.name]
        return [Trace(text=f"{len(slices)} ResourceSlices of driver {self.name}")] if slices else []


@dataclass(frozen=True, kw_only=True)
class Advertised:
    """A resource that nodes have to give: it works, whoever brought it."""

    resource: str

    @property
    def listings(self) -> tuple[Listing, ...]:
        return (NODES,)

    def traces(self, snapshot: Snapshot) -> list[Trace]:
        names = [
            node["metadata"]["name"]
            for node in snapshot.of(NODES)
            for amount in [(node.get("status", {}).get("allocatable") or {}).get(self.resource, "0")]
            if quantity(str(amount)) > 0
        ]
        return [Trace(text=f"{_some(names)} advertise {self.resource}{self._how(snapshot)}")] if names else []

    def _how(self, snapshot: Snapshot) -> str:
        simulated = any(
            self.resource in _annotations(node).get(SIMULATED_ANNOTATION, "").split(",")
            for node in snapshot.of(NODES)
        )
        return ", which is simulated" if simulated else ""


@dataclass(frozen=True, kw_only=True)
class Marked:
    """A label or annotation on nodes that only the component writes."""

    key: str
    conclusive: bool = True

    @property
    def listings(self) -> tuple[Listing, ...]:
        return (NODES,)

    def traces(self, snapshot: Snapshot) -> list[Trace]:
        names = [
            node["metadata"]["name"]
            for node in snapshot.of(NODES)
            if self.key in {**(node["metadata"].get("labels") or {}), **_annotations(node)}
        ]
        return [Trace(text=f"{_some(names)} carry {self.key}", conclusive=self.conclusive)] if names else []


@dataclass(frozen=True, kw_only=True)
class Class:
    """A StorageClass by its provisioner and one of its parameters."""

    provisioner: str
    parameter: tuple[str, str]

    @property
    def listings(self) -> tuple[Listing, ...]:
        return (Listing(group="storage.k8s.io", kind="StorageClass"),)

    def traces(self, snapshot: Snapshot) -> list[Trace]:
        [listing] = self.listings
        key, value = self.parameter
        return [
            _named(obj, "StorageClass")
            for obj in snapshot.of(listing)
            if obj.get("provisioner") == self.provisioner and (obj.get("parameters") or {}).get(key) == value
        ]


def daemon_set(**by: Any) -> Workload:
    return Workload(of=DAEMON_SETS, **by)


def deployment(**by: Any) -> Workload:
    return Workload(of=DEPLOYMENTS, **by)


def _seen(obj: Object, why: str, images: tuple[str, ...]) -> Trace:
    metadata = obj["metadata"]
    owner, by = owner_of(obj)
    return Trace(
        text=f"{obj['kind']} {metadata['namespace']}/{metadata['name']} ({why})",
        owner=owner,
        by=by,
        version=_version(obj, images),
        namespace=metadata["namespace"],
    )


def _named(obj: Object, kind: str, *, conclusive: bool = True) -> Trace:
    metadata = obj["metadata"]
    owner, by = owner_of(obj)
    place = f"{metadata['namespace']}/" if metadata.get("namespace") else ""
    version = next((_annotations(obj)[key] for key in VERSION_ANNOTATIONS if key in _annotations(obj)), "")
    return Trace(
        text=f"{kind} {place}{metadata['name']}",
        owner=owner,
        by=by,
        version=version,
        namespace=metadata.get("namespace", ""),
        conclusive=conclusive,
    )


def _version(obj: Object, images: tuple[str, ...]) -> str:
    """By label, or by image: first those that it is recognised by, since helpers come beside them."""
    labels = obj["metadata"].get("labels") or {}
    ordered = sorted(_images(obj), key=lambda image: _basename(image) not in images)
    tags = (parse(image).tag for image in ordered)
    return next(
        (text for text in (labels.get("app.kubernetes.io/version", ""), *tags) if _VERSION.fullmatch(text)),
        "",
    )


def _images(obj: Object) -> Iterator[str]:
    for container in obj["spec"]["template"]["spec"].get("containers") or ():
        yield container.get("image", "")


def _basename(image: str) -> str:
    return parse(image).name


def _annotations(obj: Object) -> Mapping[str, str]:
    annotations: Mapping[str, str] = obj["metadata"].get("annotations") or {}
    return annotations


def _value(spec: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    value: Any = spec
    for step in path:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value if path else None


def _some(names: list[str]) -> str:
    shown = ", ".join(names[:MANY])
    more = f" and {len(names) - MANY} more" if len(names) > MANY else ""
    return f"nodes {shown}{more}" if len(names) > 1 else f"node {shown}"
