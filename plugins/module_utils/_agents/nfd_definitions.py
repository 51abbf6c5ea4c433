# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The definitions of Node Feature Discovery's API, of our own making: they come along without a download."""

from __future__ import annotations

from typing import Any

from .._cluster import Object

GROUP = "nfd.k8s-sigs.io"
TEXT = {"type": "string"}
TEXTS = {"type": "object", "additionalProperties": TEXT}


def definitions() -> list[Object]:
    free = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    return [
        _definition("NodeFeature", "nodefeatures", "Namespaced", _node_feature()),
        _definition("NodeFeatureRule", "nodefeaturerules", "Cluster", free, short=("nfr",)),
        _definition("NodeFeatureGroup", "nodefeaturegroups", "Namespaced", free, short=("nfg",), status=True),
    ]


def _node_feature() -> dict[str, Any]:
    flags = {
        "type": "object",
        "properties": {"elements": {"type": "object", "additionalProperties": {"type": "object"}}},
    }
    attributes = {"type": "object", "properties": {"elements": TEXTS}}
    instance = {"type": "object", "properties": {"attributes": TEXTS}}
    instances = {"type": "object", "properties": {"elements": {"type": "array", "items": instance}}}
    features = {
        "type": "object",
        "properties": {
            name: {"type": "object", "additionalProperties": schema}
            for name, schema in (("flags", flags), ("attributes", attributes), ("instances", instances))
        },
    }
    return {"type": "object", "properties": {"features": features, "labels": TEXTS}}


def _definition(
    kind: str,
    plural: str,
    scope: str,
    spec: dict[str, Any],
    *,
    short: tuple[str, ...] = (),
    status: bool = False,
) -> Object:
    properties: dict[str, Any] = {
        "apiVersion": TEXT,
        "kind": TEXT,
        "metadata": {"type": "object"},
        "spec": spec,
    }
    version: dict[str, Any] = {"name": "v1alpha1", "served": True, "storage": True}
    if status:
        properties["status"] = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
        version["subresources"] = {"status": {}}
    schema = {"type": "object", "required": ["spec"], "properties": properties}
    names: dict[str, Any] = {
        "kind": kind,
        "listKind": f"{kind}List",
        "plural": plural,
        "singular": kind.lower(),
    }
    if short:
        names["shortNames"] = list(short)
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{GROUP}"},
        "spec": {
            "group": GROUP,
            "names": names,
            "scope": scope,
            "versions": [{**version, "schema": {"openAPIV3Schema": schema}}],
        },
    }
