# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules that take objects have in common: reading them, hiding their secrets, and reporting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, NoReturn

from ansible.module_utils.basic import AnsibleModule

from .._cluster import Object
from .._cluster.argspec import CONNECTION
from .changes import secret_values
from .manifests import load
from .model import Action

OBJECTS: dict[str, dict[str, Any]] = {
    "name": {"type": "str", "required": True},
    "namespace": {"type": "str", "required": True},
    "objects": {"type": "list", "elements": "dict"},
    "src": {"type": "path"},
}


class ObjectsModule(AnsibleModule):  # type: ignore[misc]
    """A module with the options ``objects`` and ``src``. Secrets among the objects reach neither the log of
    the host nor the result at any verbosity, also when the options themselves are wrong."""

    def __init__(self, *, argument_spec: dict[str, dict[str, Any]], **rules: Any) -> None:
        self.secrets: set[str] = set()
        super().__init__(
            argument_spec={**OBJECTS, **argument_spec, **CONNECTION},
            mutually_exclusive=[("objects", "src")],
            supports_check_mode=True,
            no_log=True,  # the host's log would get the objects as they are
            **rules,
        )

    def objects(self) -> list[Object]:
        """The wanted objects. From here on their secrets are masked wherever they would be shown."""
        given = self.params["objects"]
        objects: list[Object] = load(self.params["src"]) if self.params["src"] else list(given or [])
        self.secrets |= {text for obj in objects for text in secret_values(obj)}
        return objects

    def exit_json(self, **result: Any) -> NoReturn:
        self._hide_secrets()
        super().exit_json(**result)
        raise SystemExit(0)  # exit_json has left already, which its untyped signature does not tell

    def fail_json(self, msg: str, **result: Any) -> NoReturn:
        self._hide_secrets()
        super().fail_json(msg, **result)
        raise SystemExit(1)

    def _hide_secrets(self) -> None:
        given = self.params.get("objects")
        if isinstance(given, list):
            self.secrets |= {text for obj in given for text in secret_values(obj)}
            self.params["objects"] = [_named(obj) for obj in given]
        elif given is not None:
            self.params["objects"] = "(not shown)"
        self.no_log_values |= self.secrets


def _named(obj: Any) -> str:
    """An object by its name alone: whole ones would be most of the result, and hold secrets."""
    metadata = obj.get("metadata") if isinstance(obj, dict) else None
    if not isinstance(metadata, dict):
        return "(no object)"
    return f"{obj.get('kind')} {metadata.get('namespace', '')}/{metadata.get('name')}"


def shown_actions(actions: Sequence[Action]) -> list[dict[str, Any]]:
    """Actions as a module returns them."""
    return [asdict(action) for action in actions]
