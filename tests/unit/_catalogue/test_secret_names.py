# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""By which names secrets are recognised, in every spelling."""

from __future__ import annotations

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._catalogue.secret_names import names_secret


@pytest.mark.parametrize(
    "name",
    ["HF_TOKEN", "adminPassword", "hf-token", "auth.password", "secretKey", "AWS_ACCESS_KEY_ID", "apiKey"],
)
def test_a_secret(name: str) -> None:
    assert names_secret(name)


@pytest.mark.parametrize(
    "name",
    ["TOKENIZER", "tokenizerMode", "passwordFile", "SECRET_NAME", "secretName", "replicas", "keyboard", ""],
)
def test_no_secret(name: str) -> None:
    assert not names_secret(name)
