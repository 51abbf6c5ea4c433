# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes to a bundle's objects, each recorded: nothing is changed or left out in silence."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from .._apply.world import title
from .._catalogue.images import parse, relocated
from .._cluster import Object
from .._prerequisites.patches import patched
from . import kueue, moving
from .source import SourceError

HOOK = "helm.sh/hook"
CERTIFICATES = frozenset(
    {
        "MutatingWebhookConfiguration",
        "ValidatingWebhookConfiguration",
        "APIService",
        "CustomResourceDefinition",
    }
)
"""Kinds into which somebody else writes a certificate authority."""


@dataclass(frozen=True, kw_only=True)
class Change:
    object: str
    what: str


@dataclass(frozen=True, kw_only=True)
class Transformation:
    """``images`` are replacements, by whole names or by the last part of a repository; ``mirrors`` and
    ``prefix`` are for all other images. Tolerations and the like go to every pod of the bundle, also inside
    custom resources."""

    namespace: str = ""
    images: Mapping[str, str] = field(default_factory=dict)
    mirrors: Mapping[str, str] = field(default_factory=dict)
    prefix: str | None = None
    tolerations: Sequence[Mapping[str, Any]] = ()
    node_selector: Mapping[str, str] = field(default_factory=dict)
    pull_secrets: Sequence[str] = ()
    hooks: str = "refuse"
    """``refuse``, ``skip`` or ``apply``: what becomes of Helm's hooks."""
    drop: Sequence[Mapping[str, str]] = ()
    drop_secrets: bool = False
    managed_namespaces: Sequence[str] = ()
    """What Kueue is held to; nothing leaves it everything but its own."""
    patches: Sequence[Mapping[str, Any]] = ()


def transform(
    objects: Sequence[Object], how: Transformation, *, namespaced: Callable[[Object], bool]
) -> tuple[list[Object], list[Change]]:
    """The objects as they are to be applied. ``namespaced`` tells whether an object lives in a namespace."""
    changes: list[Change] = []
    made: list[Object] = []
    for original in objects:
        obj = deepcopy(original)
        reason = _left_out(obj, how)
        if reason:
            changes.append(Change(object=title(obj), what=f"left out: {reason}"))
            continue
        changes += (Change(object=title(original), what=what) for what in _change(obj, how, namespaced))
        made.append(obj)
    if how.managed_namespaces:
        held = kueue.hold(made, how.managed_namespaces)
        changes += (Change(object=title(obj), what=what) for obj, what in held)
    if not how.namespace:
        return patched(made, how.patches), changes
    left = moving.homes(objects, how.namespace, namespaced=namespaced)
    followed = moving.follow(made, left, how.namespace)
    changes += (Change(object=title(obj), what=what) for obj, what in followed)
    made = patched(made, how.patches)
    moving.refuse_left_behind(made, left, how.namespace)
    return made, changes


def _left_out(obj: Object, how: Transformation) -> str:
    hook = (obj["metadata"].get("annotations") or {}).get(HOOK)
    if hook and how.hooks == "refuse":
        raise SourceError(
            f"{title(obj)} is a hook of Helm ({hook}), which only Helm runs at its time. Say hooks: skip to"
            " leave it out, or hooks: apply to take it as an ordinary object."
        )
    if hook and how.hooks == "skip":
        return f"a hook of Helm ({hook})"
    for one in how.drop:
        if (
            one.get("kind", obj["kind"]) == obj["kind"]
            and one.get("name", obj["metadata"]["name"]) == (obj["metadata"]["name"])
        ):
            return "as asked for"
    if how.namespace and obj["kind"] == "Namespace" and obj["metadata"]["name"] != how.namespace:
        return f"everything goes to namespace {how.namespace}"
    if how.drop_secrets and obj["kind"] == "Secret":
        return "a credential inside a bundle is nobody's"
    return ""


def _change(obj: Object, how: Transformation, namespaced: Callable[[Object], bool]) -> Iterator[str]:
    yield from _leave_to_others(obj)
    if how.namespace and namespaced(obj) and obj["metadata"].get("namespace") != how.namespace:
        obj["metadata"]["namespace"] = how.namespace
        yield f"namespace {how.namespace}"
    for pod in _pods(obj):
        yield from _place(pod, how)
    for holder in image_holders(obj):
        if moved := _moved(holder["image"], how):
            yield f"image {holder['image']} → {moved}"
            holder["image"] = moved
    if obj["kind"] == "ConfigMap":
        yield from _configured_images(obj, how)


def _moved(image: str, how: Transformation) -> str:
    """The image's new name, or nothing where it keeps its own."""
    given = how.images.get(image) or how.images.get(parse(image).name)
    wanted = given or relocated(image, prefix=how.prefix, mirrors=how.mirrors)
    return "" if wanted == image else wanted


def _configured_images(obj: Object, how: Transformation) -> Iterator[str]:
    """Images that a controller takes from JSON in its ConfigMap, as KServe does."""
    for key, text in (obj.get("data") or {}).items():
        try:
            content = json.loads(text)
        except ValueError:
            continue
        moved = False
        for holder in image_holders(content):
            if wanted := _moved(holder["image"], how):
                yield f"image {holder['image']} → {wanted} in {key}"
                holder["image"] = wanted
                moved = True
        if moved:
            obj["data"][key] = json.dumps(content, indent=1)


def image_holders(value: Any) -> Iterator[dict[str, Any]]:
    """Everything with an image of its own: containers, and what a custom resource has like them."""
    if isinstance(value, dict):
        if isinstance(value.get("image"), str) and value["image"]:
            yield value
        for below in value.values():
            yield from image_holders(below)
    elif isinstance(value, list):
        for below in value:
            yield from image_holders(below)


def _leave_to_others(obj: Object) -> Iterator[str]:
    """Fields that a controller fills are not sent, or each run would fight over them."""
    if obj.pop("status", None):
        yield "status left to the cluster"
    if obj["kind"] in CERTIFICATES:
        for config in _client_configs(obj):
            if config.pop("caBundle", None) is not None:
                yield "caBundle left to who signs it"


def _client_configs(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if "caBundle" in value:
            yield value
        for below in value.values():
            yield from _client_configs(below)
    elif isinstance(value, list):
        for below in value:
            yield from _client_configs(below)


def _pods(value: Any) -> Iterator[dict[str, Any]]:
    """Every pod specification, at whatever depth: also custom resources carry them."""
    if isinstance(value, dict):
        containers = value.get("containers")
        if isinstance(containers, list) and all(
            isinstance(one, dict) and "image" in one for one in containers
        ):
            if containers:
                yield value
            return
        for below in value.values():
            yield from _pods(below)
    elif isinstance(value, list):
        for below in value:
            yield from _pods(below)


def _place(pod: dict[str, Any], how: Transformation) -> Iterator[str]:
    missing = [dict(one) for one in how.tolerations if dict(one) not in (pod.get("tolerations") or [])]
    if missing:
        pod["tolerations"] = [*(pod.get("tolerations") or []), *missing]
        yield "tolerations added"
    if how.node_selector:
        pod["nodeSelector"] = {**(pod.get("nodeSelector") or {}), **how.node_selector}
        yield "node selector added"
    secrets = [{"name": name} for name in how.pull_secrets]
    lacking = [one for one in secrets if one not in (pod.get("imagePullSecrets") or [])]
    if lacking:
        pod["imagePullSecrets"] = [*(pod.get("imagePullSecrets") or []), *lacking]
        yield "pull secrets added"
