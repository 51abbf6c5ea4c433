# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules that take objects have in common: reading them, hiding their secrets, and reporting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, NoReturn

from ansible.module_utils.basic import AnsibleModule

from .._cluster import Object
from .._cluster.argspec import CONNECTION
from .._discretion import DiscreetModule
from .changes import secret_values
from .diagnosis import Diagnosis
from .manifests import load
from .model import Action, Outcome

OBJECTS: dict[str, dict[str, Any]] = {
    "name": {"type": "str", "required": True},
    "namespace": {"type": "str", "required": True},
    "objects": {"type": "list", "elements": "dict"},
    "src": {"type": "path"},
}

APPLYING: dict[str, dict[str, Any]] = {
    "force_conflicts": {"type": "bool", "default": False},
    "applied_by": {"type": "str", "default": ""},
}


class ObjectsModule(DiscreetModule):
    """A module with the options ``objects`` and ``src``."""

    def __init__(self, *, argument_spec: dict[str, dict[str, Any]], **rules: Any) -> None:
        super().__init__(
            argument_spec={**OBJECTS, **argument_spec, **CONNECTION},
            mutually_exclusive=[("objects", "src")],
            **rules,
        )

    def objects(self) -> list[Object]:
        """The wanted objects. From here on their secrets are masked wherever they would be shown."""
        given = self.params["objects"]
        objects: list[Object] = load(self.params["src"]) if self.params["src"] else list(given or [])
        self.secrets |= {text for obj in objects for text in secret_values(obj)}
        return objects

    def find_secrets(self) -> set[str]:
        given = self.params.get("objects")
        if isinstance(given, list):
            self.params["objects"] = [_named(obj) for obj in given]
            return {text for obj in given for text in secret_values(obj)}
        if given is not None:
            self.params["objects"] = "(not shown)"
        return set()


def _named(obj: Any) -> str:
    """An object by its name alone: whole ones would be most of the result, and hold secrets."""
    metadata = obj.get("metadata") if isinstance(obj, dict) else None
    if not isinstance(metadata, dict):
        return "(no object)"
    return f"{obj.get('kind')} {metadata.get('namespace', '')}/{metadata.get('name')}"


def shown_actions(actions: Sequence[Action]) -> list[dict[str, Any]]:
    """Actions as a module returns them."""
    return [asdict(action) for action in actions]


def finish(
    module: AnsibleModule,
    outcomes: Sequence[Outcome],
    *,
    diagnosis: Sequence[Diagnosis] | None = None,
    **facts: object,
) -> NoReturn:
    """Ends the task, as a failure where there is something to complain of."""
    if diagnosis is None:
        diagnosis = [one for outcome in outcomes for one in outcome.diagnosis]
    result = {
        "changed": any(outcome.changed for outcome in outcomes),
        "actions": [action for outcome in outcomes for action in shown_actions(outcome.actions)],
        "diagnosis": [one.result() for one in diagnosis],
        "diff": [difference for outcome in outcomes for difference in outcome.diff],
        **facts,
    }
    for warning in (text for outcome in outcomes for text in outcome.warnings):
        module.warn(warning)
    conclude(module, diagnosis, result)


def conclude(module: AnsibleModule, diagnosis: Sequence[Diagnosis], result: Mapping[str, Any]) -> NoReturn:
    """Ends the task with this result; the diagnosis says whether it failed."""
    if diagnosis:
        module.fail_json(msg="\n".join(map(str, diagnosis)), **result)
    module.exit_json(**result)
    raise SystemExit(0)  # exit_json has left already, which its untyped signature does not tell
