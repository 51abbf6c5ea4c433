# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Definitions that must not go backwards: an older bundle over a newer one, or one that a policy denies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .._apply import Diagnosis
from .._apply.stages import is_definition
from .._catalogue.vllm import release
from .._cluster import ApiError, Client, Object

VERSION = "gateway.networking.k8s.io/bundle-version"
CHANNEL = "gateway.networking.k8s.io/channel"
ADMISSION = "admissionregistration.k8s.io/v1"
DEFINITIONS = ("apiextensions.k8s.io/v1", "CustomResourceDefinition")
POLICY = "safe-upgrades.gateway.networking.k8s.io"
"""From 1.6 on the Gateway API comes with this policy, by which the API server itself denies some bundles."""


def going_backwards(
    client: Client, product: str, objects: Sequence[Object], *, allow_downgrade: bool
) -> list[Diagnosis]:
    """Why the definitions must not be applied; nothing where they may. Nothing is written."""
    coming = {
        obj["metadata"]["name"]: obj for obj in objects if is_definition(obj) and VERSION in _marks(obj)
    }
    if not coming:
        return []
    live = {
        obj["metadata"]["name"]: _marks(obj)
        for obj in client.list(*DEFINITIONS, metadata_only=True)
        if obj["metadata"]["name"] in coming
    }
    if not allow_downgrade and (found := _older(product, coming, live)):
        return [found]
    moved = [
        obj for name, obj in coming.items() if name in live and _place(_marks(obj)) != _place(live[name])
    ]
    if moved and client.get(ADMISSION, "ValidatingAdmissionPolicy", POLICY):
        return [found for found in client.in_parallel(lambda obj: _denied(client, obj), moved) if found][:1]
    return []


def _older(
    product: str, coming: Mapping[str, Object], live: Mapping[str, Mapping[str, str]]
) -> Diagnosis | None:
    for name, obj in coming.items():
        there, wanted = live.get(name, {}).get(VERSION, ""), _marks(obj)[VERSION]
        if there and release(wanted) < release(there):
            return Diagnosis(
                code="OtherOwner",
                object=product,
                message=f"{there} is there, and {wanted} is older.",
                hint="Give a source that is not older, or allow_downgrade: true.",
            )
    return None


def _denied(client: Client, definition: Object) -> Diagnosis | None:
    """What the policy says to a dry run."""
    try:
        client.apply(definition, dry_run=True, force=True)
    except ApiError as error:
        if POLICY in error.message:
            return Diagnosis(
                code="Rejected",
                object=f"CustomResourceDefinition {definition['metadata']['name']}",
                message=error.message,
                hint=f"Keep what is there, or delete ValidatingAdmissionPolicy {POLICY} and its binding"
                " yourself, if you know that nothing needs the newer definitions.",
            )
    return None


def _place(marks: Mapping[str, str]) -> tuple[str, str]:
    return marks.get(VERSION, ""), marks.get(CHANNEL, "")


def _marks(obj: Object) -> Mapping[str, str]:
    annotations: Mapping[str, str] = obj["metadata"].get("annotations") or {}
    return annotations
