# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kueue held to some namespaces. Else its webhooks are asked about pods and Deployments elsewhere too,
and refuse them all while nobody answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any

from .._apply.manifests import parse
from .._cluster import Object
from .source import SourceError

GROUP = "kueue.x-k8s.io"
CONFIGURATION = f"config.{GROUP}/"
"""What the API version of its configuration begins with."""
WEBHOOKS = ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")
STAMP = "inferops.serving/managed-namespaces"
"""On its pods: they read their configuration when they start."""


def hold(objects: Sequence[Object], namespaces: Sequence[str]) -> Iterator[tuple[Object, str]]:
    """Changes the objects, and tells of each what. Raises SourceError where they are not Kueue's, and for
    namespaces that Kueue itself refuses."""
    names = sorted(set(namespaces))
    selector = {
        "matchExpressions": [{"key": "kubernetes.io/metadata.name", "operator": "In", "values": names}]
    }
    listed = ", ".join(names)
    configured = False
    for obj in objects:
        if obj["kind"] == "ConfigMap":
            for key, text in (obj.get("data") or {}).items():
                if CONFIGURATION in text:
                    _refuse_own(names, obj["metadata"].get("namespace"))
                    obj["data"][key] = _configured(text, key, selector)
                    configured = True
                    yield obj, f"managedJobsNamespaceSelector {listed} in {key}"
        elif obj["kind"] in WEBHOOKS:
            about_others = [each for each in obj.get("webhooks") or () if not _about_itself(each)]
            for webhook in about_others:
                webhook["namespaceSelector"] = deepcopy(selector)
            yield obj, f"{len(about_others)} webhooks are asked about {listed} only"
        elif obj["kind"] == "Deployment":
            metadata = obj["spec"]["template"].setdefault("metadata", {})
            metadata["annotations"] = {**(metadata.get("annotations") or {}), STAMP: ",".join(names)}
            yield obj, "its pods start again when the managed namespaces change"
    if not configured:
        raise SourceError(
            "managed_namespaces: none of the objects is a ConfigMap with the configuration of Kueue, which it"
            " is for."
        )


def _refuse_own(names: Sequence[str], own: str | None) -> None:
    for name in ("kube-system", own):
        if name in names:
            raise SourceError(
                f"managed_namespaces: Kueue does not start where it shall manage {name}; leave it out."
            )


def _configured(text: str, key: str, selector: Mapping[str, Any]) -> str:
    import yaml

    [configuration] = parse(text, name=key)
    configuration["managedJobsNamespaceSelector"] = selector
    written: str = yaml.safe_dump(configuration, sort_keys=False)
    return written


def _about_itself(webhook: Mapping[str, Any]) -> bool:
    """Whether it is about kinds of Kueue alone, which nobody else makes."""
    return all(rule.get("apiGroups") == [GROUP] for rule in webhook.get("rules") or ())
