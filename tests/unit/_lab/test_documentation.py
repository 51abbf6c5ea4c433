# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module's documentation says what its argument spec does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml
from ansible_collections.inferops.serving.plugins.module_utils._lab.argspec import ARGUMENT_SPEC
from ansible_collections.inferops.serving.plugins.modules import lab

FACTS = ("type", "elements", "choices", "default", "required")


def facts(options: Mapping[str, Any], nested: str) -> dict[str, Any]:
    return {
        name: {
            **{fact: option[fact] for fact in FACTS if fact in option},
            "options": facts(option.get(nested, {}), nested),
        }
        for name, option in options.items()
    }


def test_documented_options_are_the_options() -> None:
    documented = yaml.safe_load(lab.DOCUMENTATION)["options"]
    assert facts(documented, "suboptions") == facts(ARGUMENT_SPEC, "options")


def test_examples_and_return_values_are_well_formed() -> None:
    for task in yaml.safe_load(lab.EXAMPLES):
        options = task.get("inferops.serving.lab", {})
        assert options.keys() <= ARGUMENT_SPEC.keys()
    assert all(value["description"] for value in yaml.safe_load(lab.RETURN).values())
