# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The clusters of the integration tests.

`lab` is one for all, with the real controllers; tests keep to namespaces of their own. LAB_KUBECONFIG in the
environment names one that runs already. `spare_lab` is small and may be disturbed by who mends it again;
`own_lab` makes one for a test that has to break it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.lab import Lab, OwnLab, running

CONTROLLERS = {"kserve": True, "llmisvc": True, "lws": True, "gateway": True}
CRDS = [
    "keda",
    "istio",
    "traefik",
    "envoy-gateway",
    "openshift",
    "prometheus-operator",
    "knative",
    "kueue",
    "mpi",
]


LONGEST = ("playbooks", "components", "hosts", "rollout")
"""Folders of tests that take minutes."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest come first: whole files are shared out to workers, and none should end alone with one."""
    items.sort(key=lambda item: not set(LONGEST).intersection(item.path.parts))


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    given = os.environ.get("LAB_KUBECONFIG")
    if given:
        yield Lab(Path(given))
        return
    with running(tmp_path_factory.mktemp("lab"), controllers=CONTROLLERS, crds=CRDS) as made:
        yield made


@pytest.fixture(scope="module")
def spare_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnLab]:
    """A control plane with the nodes of the role and no other controllers."""
    with running(tmp_path_factory.mktemp("spare-lab")) as made:
        yield made


@pytest.fixture
def own_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., OwnLab]]:
    """`own_lab(**options)` brings up a lab for this test alone; options are those of the module `lab`."""
    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(running(tmp_path_factory.mktemp("own-lab"), **options))
