# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from tests.unit._rules.asking import found


def test_a_port_needs_a_service() -> None:
    assert found("V-22", {"expose": {"type": "none", "port": 8000}})
    assert not found("V-22", {"expose": {"type": "cluster", "port": 8000}})
    assert not found("V-22", {"expose": {"type": "none"}})
