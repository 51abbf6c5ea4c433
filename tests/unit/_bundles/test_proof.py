# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A webhook that nobody can trust is passed over in silence; here it is told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._bundles import PRODUCTS
from ansible_collections.inferops.serving.plugins.module_utils._bundles.proof import silence
from ansible_collections.inferops.serving.plugins.module_utils._cluster import Client


class Registered:
    """A cluster with these webhooks."""

    def __init__(self, *webhooks: dict[str, Any]) -> None:
        self._webhooks = list(webhooks)

    def list(self, _version: str, _kind: str) -> list[dict[str, Any]]:
        return [{"metadata": {"name": "under-any-name"}, "webhooks": self._webhooks}]


def said(*webhooks: dict[str, Any]) -> list[str]:
    client = cast("Client", Registered(*webhooks))
    product = replace(PRODUCTS["hami"], shares=False)
    found = silence(client, product, deadline=0, progress=lambda _line: None)
    return [f"{one.code} {one.message}" for one in found]


def webhook(name: str = "vgpu.hami.io", **client: str) -> dict[str, Any]:
    return {"name": name, "clientConfig": client}


@pytest.mark.parametrize(
    ("webhooks", "words"),
    [
        ([], "is not there"),
        ([webhook("another.example", caBundle="Y2E=")], "is not there"),
        ([webhook()], "has no certificate authority"),
        ([webhook(caBundle="")], "has no certificate authority"),
    ],
)
def test_a_webhook_without_certificate_authority_is_told(webhooks: list[dict[str, Any]], words: str) -> None:
    [line] = said(*webhooks)
    assert line.startswith("WebhookDown")
    assert words in line


def test_a_webhook_that_can_be_trusted_is_enough() -> None:
    assert said(webhook(caBundle="Y2E="), webhook("another.example")) == []
