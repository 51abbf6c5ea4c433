# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which vLLM a release of Triton carries in its image ``<release>-vllm-python-py3``.

From Triton's published compatibility matrix; the builds are NVIDIA's own of these versions.
"""

from __future__ import annotations

VLLM_IN_TRITON: dict[str, str] = {
    "24.04": "0.4.0.post1",
    "24.05": "0.4.0.post1",
    "24.06": "0.4.3",
    "24.07": "0.5.0.post1",
    "24.08": "0.5.0.post1",
    "24.09": "0.5.3.post1",
    "24.10": "0.5.5",
    "24.11": "0.5.5",
    "24.12": "0.5.5",
    "25.01": "0.6.3.post1",
    "25.02": "0.7.0",
    "25.03": "0.7.3",
    "25.04": "0.8.1",
    "25.05": "0.8.4",
    "25.06": "0.9.0",
    "25.07": "0.9.0",
    "25.08": "0.9.2",
    "25.09": "0.10.1.1",
    "25.10": "0.10.2",
    "25.11": "0.11.0",
    "25.12": "0.11.1",
    "26.01": "0.13.0",
    "26.02": "0.15.1",
    "26.03": "0.17.1",
    "26.04": "0.19.0",
    "26.05": "0.19.0",
    "26.06": "0.22.1",
    "26.07": "0.24.0",
    "26.08": "0.27.1",
}
