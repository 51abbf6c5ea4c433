# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules with the five variables have in common: reading them, and hiding their secrets."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from .._discretion import DiscreetModule
from .._fleet import Problem, Secret
from .._fleet.argument_spec import FLEET
from .._fleet.problem import promoted
from .._fleet.records import RegistryLogin
from .._fleet.schema import keys
from .read import Specification, read

_SHOWN = {
    name
    for record in (Secret, RegistryLogin)
    for name, key in keys(record).items()
    if not key.declared.secret
}


CHECKING: dict[str, dict[str, Any]] = {"strict": {"type": "bool", "default": False}}
ADMISSION: dict[str, dict[str, Any]] = {
    "capacity": {"type": "str", "choices": ["require", "queue", "ignore"], "default": "require"},
    "withdrawn": {"type": "str", "choices": ["refuse", "apply"], "default": "refuse"},
}


class FleetModule(DiscreetModule):
    """A module with the five variables."""

    def __init__(self, *, argument_spec: Mapping[str, Any], **rules: Any) -> None:
        super().__init__(argument_spec={**FLEET, **argument_spec}, **rules)
        if "names" in self.params:
            self.params["names"] = _names(self.params["names"])

    def specification(
        self, *, secret_states: Mapping[tuple[str, str], str] | None = None, with_values: bool = False
    ) -> Specification:
        """The inventory, read and checked. Fails the task with every problem where there is an error.

        *with_values* also reads the environment variables that secrets name, and fails where one is not set.
        """
        found = self.reading(secret_states=secret_states, with_values=with_values)
        self.judge(found.problems)
        return found

    def reading(
        self, *, secret_states: Mapping[tuple[str, str], str] | None = None, with_values: bool = False
    ) -> Specification:
        """The inventory as it is, for who has more to say before ``judge`` does."""
        environ = os.environ if with_values else None
        found = read(self.params, environ=environ, secret_states=secret_states)
        self.secrets |= {
            text for secret in found.fleet.secrets.values() for text in secret_texts(asdict(secret))
        }
        return found

    def judge(self, problems: Sequence[Problem]) -> None:
        """Warns of what is a warning, and fails the task with every problem where one is an error; with the
        option ``strict`` each is."""
        if self.params.get("strict"):
            problems = promoted(problems)
        errors = [problem for problem in problems if problem.severity == "error"]
        for problem in problems:
            if problem.severity == "warning":
                self.warn(str(problem))
        if errors:
            self.fail_json(
                msg="\n".join(str(problem) for problem in errors),
                problems=[asdict(problem) for problem in problems],
            )

    def find_secrets(self) -> set[str]:
        found = set(secret_texts(self.params.get("llm_secrets")))
        for variable in FLEET:
            self.params[variable] = "(not shown)"  # most of the result, and credentials
        return found


def _names(given: Sequence[str]) -> list[str]:
    """The names of a list, which a survey gives as one text: with commas or lines between them, or empty."""
    return [name for text in given for name in text.replace(",", " ").split()]


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
