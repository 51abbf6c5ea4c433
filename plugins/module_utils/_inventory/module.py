# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules with the five variables have in common: reading them, and hiding their secrets."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from .._discretion import DiscreetModule
from .._fleet import Secret
from .._fleet.argument_spec import FLEET
from .._fleet.records import RegistryLogin
from .._fleet.schema import keys
from .read import Specification, read

_SHOWN = {
    name
    for record in (Secret, RegistryLogin)
    for name, key in keys(record).items()
    if not key.declared.secret
}


class FleetModule(DiscreetModule):
    """A module with the five variables."""

    def __init__(self, *, argument_spec: Mapping[str, Any], **rules: Any) -> None:
        super().__init__(argument_spec={**FLEET, **argument_spec}, **rules)

    def specification(
        self, *, secret_states: Mapping[tuple[str, str], str] | None = None, with_values: bool = False
    ) -> Specification:
        """The inventory, read and checked. Fails the task with every problem where there is an error.

        *with_values* also reads the environment variables that secrets name, and fails where one is not set.
        """
        environ = os.environ if with_values else None
        found = read(self.params, environ=environ, secret_states=secret_states)
        self.secrets |= {
            text for secret in found.fleet.secrets.values() for text in secret_texts(asdict(secret))
        }
        for problem in found.warnings:
            self.warn(str(problem))
        if found.errors:
            self.fail_json(
                msg="\n".join(str(problem) for problem in found.errors),
                problems=[asdict(problem) for problem in found.problems],
            )
        return found

    def find_secrets(self) -> set[str]:
        found = set(secret_texts(self.params.get("llm_secrets")))
        for variable in FLEET:
            self.params[variable] = "(not shown)"  # most of the result, and credentials
        return found


def secret_texts(given: Any, *, shown: bool = False) -> Iterator[str]:
    """Every text under a key that is secret or not known: a misspelt key may well hold a credential."""
    if isinstance(given, Mapping):
        for name, value in given.items():
            yield from secret_texts(value, shown=name in _SHOWN)
    elif isinstance(given, (list, tuple)):
        for item in given:
            yield from secret_texts(item, shown=shown)
    elif given and not shown and not isinstance(given, bool):
        yield str(given)
