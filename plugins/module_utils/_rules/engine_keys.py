# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""V-01: keys that exist, but not for this engine."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from .._fleet import Fleet, Problem, Service
from .._fleet.schema import keys
from .finding import Plans, at, error

CODE = "V-01"


def check(fleet: Fleet, plans: Plans) -> Iterator[Problem]:
    """A simulator stands in for any engine and passes over what it cannot do."""
    for plan in plans:
        if not plan.engine.loads_model:
            continue
        for path, engines in _restricted():
            if plan.engine.name not in engines and _written(plan.service, path):
                hint = f"Remove it, or use engine: {' or '.join(engines)}."
                yield error(CODE, at(plan, path), f"is no key of engine {plan.engine.name}.", hint)


def _written(service: Service, path: str) -> bool:
    given = service.provenance
    return given.get(path) == "user" or any(
        source == "user" and name.startswith(f"{path}.") for name, source in given.items()
    )


@lru_cache(maxsize=1)
def _restricted() -> tuple[tuple[str, tuple[str, ...]], ...]:
    found: list[tuple[str, tuple[str, ...]]] = []
    for key in keys(Service).values():
        if key.declared.engines:
            found.append((key.name, key.declared.engines))
        if key.shape == "record":
            found += [
                (f"{key.name}.{inner.name}", inner.declared.engines)
                for inner in keys(key.of).values()
                if inner.declared.engines
            ]
    return tuple(found)
