# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the driver's matrix of GPUs says."""

from __future__ import annotations

from ansible_collections.inferops.serving.plugins.module_utils._probe.topology import links

MATRIX = """\
\t\x1b[4mGPU0\tGPU1\tGPU2\tNIC0\tCPU Affinity\tNUMA Affinity\x1b[0m
GPU0\t X \tNV12\tSYS\tPIX\t0-31\t0
GPU1\tNV12\t X \tPHB\tSYS\t0-31\t0
GPU2\tSYS\tPHB\t X \tSYS\t32-63\t1
NIC0\tPIX\tSYS\tSYS\t X

Legend:

  X    = Self
  GPU  = no line of the matrix
"""


def test_each_pair_of_gpus_has_the_word_of_the_driver() -> None:
    assert links(MATRIX) == {"GPU0-GPU1": "NV12", "GPU0-GPU2": "SYS", "GPU1-GPU2": "PHB"}


def test_network_cards_are_no_gpus() -> None:
    assert not [pair for pair in links(MATRIX) if "NIC" in pair]


def test_text_without_a_matrix_has_no_pairs() -> None:
    assert links("Failed to initialize NVML") == {}
