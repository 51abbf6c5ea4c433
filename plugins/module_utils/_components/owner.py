# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who keeps an object: we, an operator, the cloud that runs the cluster, or somebody else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._apply.ownership import TOOLS
from .._apply.takeover import SERVER_MANAGERS, our_entry
from .._names import MANAGED_BY_LABEL, MANAGER
from .component import CLOUD, OPERATOR, OTHER, US

CLOUDS: Mapping[str, str] = {
    "addonmanager.kubernetes.io/mode": "the provider's add-on manager",
    "components.gke.io/component-name": "GKE",
    "kubernetes.azure.com/managedby": "AKS",
    "eks.amazonaws.com/component": "EKS",
    "oke.oraclecloud.com/addon": "OKE",
}
"""Labels that a provider puts on what it runs itself."""
CLOUD_NAMESPACES: Mapping[str, str] = {"gke-managed-system": "GKE"}
CLOUD_NAMES: Mapping[str, str] = {"nvidia-gpu-device-plugin": "the provider's GPU add-on"}
"""Beginnings of names in kube-system."""
OPERATORS: Mapping[str, str] = {
    "olm.owner": "Operator Lifecycle Manager",
    "app.kubernetes.io/managed-by-operator": "an operator",
}


def owner_of(obj: Mapping[str, Any]) -> tuple[str, str]:
    """One of the words for owners, and in plain words who it is."""
    metadata = obj["metadata"]
    labels = metadata.get("labels") or {}
    marks = {**labels, **(metadata.get("annotations") or {})}
    if labels.get(MANAGED_BY_LABEL) == MANAGER or our_entry(dict(obj)) is not None:
        return US, MANAGER
    for reference in metadata.get("ownerReferences") or ():
        if reference.get("controller"):
            return OPERATOR, f"{reference['kind']} {reference['name']}"
    for mark, keeper in OPERATORS.items():
        if mark in labels:
            return OPERATOR, keeper
    if cloud := _cloud(metadata, labels):
        return CLOUD, cloud
    for mark, tool in TOOLS.items():
        if mark in marks:
            return OTHER, f"{tool} {marks[mark]}"
    writers = sorted({str(entry.get("manager")) for entry in metadata.get("managedFields") or ()})
    people = [writer for writer in writers if writer not in SERVER_MANAGERS]
    return OTHER, f"written by {', '.join(people)}" if people else ""


def _cloud(metadata: Mapping[str, Any], labels: Mapping[str, str]) -> str:
    for mark, cloud in CLOUDS.items():
        if mark in labels:
            return cloud
    namespace = metadata.get("namespace", "")
    if namespace in CLOUD_NAMESPACES:
        return CLOUD_NAMESPACES[namespace]
    for beginning, cloud in CLOUD_NAMES.items():
        if namespace == "kube-system" and metadata["name"].startswith(beginning):
            return cloud
    return ""
