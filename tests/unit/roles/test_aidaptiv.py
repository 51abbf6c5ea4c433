# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No credential of a vendor is ours to ship, and nothing is installed without the user's own."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from jinja2.nativetypes import NativeEnvironment

from .test_roles import ROOT, load

TOKEN = re.compile(r"dckr_[po]at_[A-Za-z0-9_-]{8,}|(?<![\w.])[A-Za-z0-9+/]{60,}={1,2}(?!\w)")
SHIPPED = ("roles", "plugins", "playbooks", "inventories")


@pytest.mark.req("S3-04")
def test_nothing_that_is_shipped_holds_a_registrys_token() -> None:
    texts = {
        file: file.read_text(encoding="utf-8")
        for place in SHIPPED
        for file in Path(ROOT / place).rglob("*")
        if file.suffix in (".yml", ".yaml", ".py", ".md")
    }
    assert {str(file): found[0] for file, text in texts.items() if (found := TOKEN.search(text))} == {}


def allowed(**given: Any) -> bool:
    """Whether the role's preflight lets such an installation pass."""
    [task] = load("aidaptiv", "tasks/preflight.yml")
    variables = {
        "aidaptiv_source": "operator.yaml",
        "aidaptiv_pull_secret": load("aidaptiv", "defaults/main.yml")["aidaptiv_pull_secret"],
        "aidaptiv_image_registry_map": {},
        "aidaptiv_registry_prefix": None,
        **given,
    }
    evaluate = NativeEnvironment(autoescape=False).compile_expression
    return all(evaluate(condition)(**variables) for condition in task["ansible.builtin.assert"]["that"])


@pytest.mark.req("S3-04")
def test_private_images_need_the_users_secret_or_a_registry_of_the_site() -> None:
    assert not allowed()
    assert allowed(aidaptiv_pull_secret="phison-pull-secret")
    assert allowed(aidaptiv_registry_prefix="registry.example")
    assert allowed(aidaptiv_image_registry_map={"docker.io": "registry.example"})
    assert not allowed(aidaptiv_source=None, aidaptiv_pull_secret="phison-pull-secret")
