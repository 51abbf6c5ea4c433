# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import uuid
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Lab:
    kubeconfig: Path

    def namespace(self, prefix: str) -> str:
        """Makes a namespace of its own for one test and returns its name."""
        from kubernetes import client, config

        config.load_kube_config(str(self.kubeconfig))
        name = f"{prefix}-{uuid.uuid4().hex[:6]}"
        client.CoreV1Api().create_namespace({"metadata": {"name": name}})
        return name


@pytest.fixture(scope="session")
def lab() -> Lab:
    return Lab(Path(os.environ["LAB_KUBECONFIG"]))
