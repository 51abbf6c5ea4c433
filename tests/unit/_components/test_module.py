# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module that reports what is there."""

from __future__ import annotations

import yaml
from ansible_collections.inferops.serving.plugins.module_utils._components import COMPONENTS
from ansible_collections.inferops.serving.plugins.modules import components_info


def test_its_choices_are_documented_in_the_order_of_installation() -> None:
    documented = yaml.safe_load(components_info.DOCUMENTATION)["options"]["components"]["choices"]
    assert documented == list(COMPONENTS)
