# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Manifests that switch a protection off."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._apply import Refused
from ansible_collections.inferops.serving.plugins.module_utils._bundles import (
    PRODUCTS,
    Source,
    Transformation,
    Wish,
)
from ansible_collections.inferops.serving.plugins.module_utils._bundles.bring import refuse_dangers


def wish(**given: Any) -> Wish:
    product = PRODUCTS["aidaptiv"]
    return Wish(product=product, source=Source(place="x"), how=Transformation(), namespace="x", **given)


def plugin(*arguments: str) -> list[dict[str, Any]]:
    return [{"kind": "DaemonSet", "spec": {"containers": [{"args": list(arguments)}]}}]


@pytest.mark.req("S3-07")
def test_the_check_of_the_firmware_stays_on_unless_the_danger_is_accepted() -> None:
    with pytest.raises(Refused, match="any NVMe device"):
        refuse_dangers(plugin("-m", "/mnt/nvme0", "-skip_firmware_check"), wish())
    refuse_dangers(plugin("-skip_firmware_check"), wish(accept_dangers=True))
    refuse_dangers(plugin("-m", "/mnt/nvme0"), wish())
