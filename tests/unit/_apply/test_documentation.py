# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import re
from pathlib import Path

from ansible_collections.inferops.serving.plugins.module_utils._apply.codes import CODES

REPOSITORY = Path(__file__).parents[3]
SOURCES = REPOSITORY / "plugins" / "module_utils" / "_apply"


def test_every_code_of_a_refusal_is_documented() -> None:
    sources = "".join(path.read_text() for path in SOURCES.glob("*.py"))
    used = set(re.findall(r'\bproblem\(\s*"(\w+)"', sources))
    documented = set(re.findall(r"`(\w+)`", (REPOSITORY / "docs" / "apply.md").read_text()))
    assert used
    assert used - documented == set()
    assert {"WebhookDown", "QuotaDenied", "AdmissionDenied", "ApiUnavailable"} <= set(CODES)
