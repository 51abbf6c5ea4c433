# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Node Feature Discovery leaves on a node."""

from __future__ import annotations

from ansible_collections.inferops.serving.plugins.module_utils._prerequisites.labels import leftovers

BOOK = "nfd.node.kubernetes.io/feature-labels"


def test_only_labels_in_its_books_are_taken_off() -> None:
    node = {
        "metadata": {
            "name": "a",
            "labels": {
                "feature.node.kubernetes.io/pci-10de.present": "true",
                "nvidia.com/gpu.product": "x",
                "nvidia.com/gpu": "present",
            },
            "annotations": {BOOK: "pci-10de.present,nvidia.com/gpu.product,gone", "team": "red"},
        }
    }
    assert leftovers(node) == {
        "metadata": {
            "labels": {"feature.node.kubernetes.io/pci-10de.present": None, "nvidia.com/gpu.product": None},
            "annotations": {BOOK: None},
        }
    }


def test_a_node_without_books_is_left_alone() -> None:
    assert leftovers({"metadata": {"name": "a", "labels": {"feature.node.kubernetes.io/x": "1"}}}) == {}
