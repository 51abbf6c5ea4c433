# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module whose options hold secrets: they reach neither the log of the host nor the result."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, NoReturn

from ansible.module_utils.basic import AnsibleModule


class DiscreetModule(AnsibleModule):  # type: ignore[misc]
    """Keeps secrets out of what it says at any verbosity, also when the options themselves are wrong."""

    def __init__(self, **rules: Any) -> None:
        self.secrets: set[str] = set()
        super().__init__(
            supports_check_mode=True,
            no_log=True,  # the host's log would get the options as they are
            **rules,
        )

    @abstractmethod
    def find_secrets(self) -> set[str]:
        """Every secret text among the options; shortens the options to what may be shown."""

    def exit_json(self, **result: Any) -> NoReturn:
        self._hide_secrets()
        super().exit_json(**result)
        raise SystemExit(0)  # exit_json has left already, which its untyped signature does not tell

    def fail_json(self, msg: str, **result: Any) -> NoReturn:
        self._hide_secrets()
        super().fail_json(msg, **result)
        raise SystemExit(1)

    def _hide_secrets(self) -> None:
        self.secrets |= self.find_secrets()
        self.no_log_values |= self.secrets
