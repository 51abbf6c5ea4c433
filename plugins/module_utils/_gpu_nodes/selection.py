# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which nodes are meant: by name, by label, or by the GPUs they show."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Node = Mapping[str, Any]

GPUS = re.compile(r"nvidia\.com/(gpu|mig-.+?)(\.shared)?")
"""Resources that count GPUs or slices of them. Others tell shares of their memory or of their time."""

PCI_LABELS = tuple(
    f"feature.node.kubernetes.io/pci-{device}.present" for device in ("10de", "0302_10de", "0300_10de")
)
"""Node Feature Discovery writes one of these, as configured, where an NVIDIA card is plugged in."""


class UnknownNodes(Exception):
    """Nodes were named that the cluster does not have."""


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Names win over the selector; with neither, nodes are recognised by their GPUs."""

    names: Sequence[str] = ()
    selector: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        if self.names:
            return "names " + ", ".join(self.names)
        if self.selector:
            return "selector " + ",".join(f"{key}={value}" for key, value in sorted(self.selector.items()))
        return "automatic detection (allocatable nvidia.com/gpu, or the PCI label of Node Feature Discovery)"

    @property
    def automatic(self) -> bool:
        return not self.names and not self.selector

    def includes(self, node: Node) -> bool:
        if self.names:
            return name_of(node) in self.names
        if self.selector:
            return self.selector.items() <= labels_of(node).items()
        return has_gpu(node)

    def pick(self, nodes: Sequence[Node]) -> list[Node]:
        """Raises UnknownNodes where a name has no node: a misspelt name must not pass for an empty wish."""
        present = {name_of(node) for node in nodes}
        unknown = [name for name in self.names if name not in present]
        if unknown:
            raise UnknownNodes(
                "; ".join(f"node {name} does not exist{_nearest(name, present)}" for name in unknown)
            )
        return [node for node in nodes if self.includes(node)]


def name_of(node: Node) -> str:
    return str(node["metadata"]["name"])


def labels_of(node: Node) -> Mapping[str, str]:
    labels: Mapping[str, str] = node["metadata"].get("labels") or {}
    return labels


def has_gpu(node: Node) -> bool:
    allocatable = node.get("status", {}).get("allocatable") or {}
    counted = any(GPUS.fullmatch(resource) and str(amount) != "0" for resource, amount in allocatable.items())
    return counted or any(labels_of(node).get(label) == "true" for label in PCI_LABELS)


def _nearest(name: str, present: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(present), n=1)
    return f" (did you mean {near[0]}?)" if near else ""
