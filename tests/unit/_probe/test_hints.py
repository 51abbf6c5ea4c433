# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from ansible_collections.inferops.serving.plugins.module_utils import _probe
from ansible_collections.inferops.serving.plugins.module_utils._probe.hints import HINTS

PACKAGE = Path(str(_probe.__file__)).parent
GUIDE = Path(__file__).parents[3] / "docs" / "smoke-test.md"
CODE_AT = {"NotReached": 0, "NoAnswer": 0, "kind": 0, "_failed": 0, "wrong": 1}
"""Where a call names a code."""


def codes() -> Iterator[str]:
    """Every code that the package's own text gives to a failure."""
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                place = CODE_AT.get(getattr(node.func, "id", ""))
                found = [] if place is None else node.args[place : place + 1]
                found += [keyword.value for keyword in node.keywords if keyword.arg == "code"]
                for value in found:
                    if isinstance(value, ast.Constant) and value.value:
                        yield str(value.value)


def test_every_failure_has_a_next_step() -> None:
    found = set(codes())
    assert {"ModelNotServed", "NoPod", "JobFailed", "TlsNotTrusted"} <= found  # the search itself works
    assert found - set(HINTS) == set()


def test_the_guide_explains_every_code() -> None:
    text = GUIDE.read_text()
    assert [code for code in HINTS if f"`{code}`" not in text] == []
