# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A reader of ApplySets written from the specification (KEP-3659) and from nothing of ours, as another tool
would be."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from kubernetes import config, dynamic


class SpecificationReader:
    """Finds a set by its parent and collects its members from the annotations alone."""

    def __init__(self, kubeconfig: str) -> None:
        self._api = dynamic.DynamicClient(config.new_client_from_config(kubeconfig))

    def parent(self, name: str, namespace: str) -> dict[str, Any]:
        found = self._api.resources.get(api_version="v1", kind="ConfigMap").get(
            name=name, namespace=namespace
        )
        return found.to_dict()

    @staticmethod
    def expected_id(name: str, namespace: str) -> str:
        digest = hashlib.sha256(f"{name}.{namespace}.ConfigMap.".encode()).digest()
        return "applyset-" + base64.urlsafe_b64encode(digest).decode().rstrip("=") + "-v1"

    def members(self, parent: dict[str, Any]) -> set[tuple[str, str, str]]:
        """Kind, namespace and name of every object that is part of the set."""
        annotations, labels = parent["metadata"]["annotations"], parent["metadata"]["labels"]
        kinds = annotations["applyset.kubernetes.io/contains-group-kinds"].split(",")
        listed = annotations["applyset.kubernetes.io/additional-namespaces"]
        namespaces = [parent["metadata"]["namespace"], *filter(None, listed.split(","))]
        selector = f"applyset.kubernetes.io/part-of={labels['applyset.kubernetes.io/id']}"
        found: set[tuple[str, str, str]] = set()
        for text in filter(None, kinds):
            kind, _, group = text.partition(".")
            resource = self._api.resources.get(group=group, kind=kind, preferred=True)
            for namespace in namespaces if resource.namespaced else [None]:
                for item in resource.get(namespace=namespace, label_selector=selector).items:
                    found.add((kind, item.metadata.namespace or "", item.metadata.name))
        return found
