# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Brings the file that the option src names to the module."""

from __future__ import annotations

import os
from typing import Any

from ansible.errors import AnsibleActionFail, AnsibleError
from ansible.plugins.action import ActionBase

from .progress_action import LOCAL


class SourceAction(ActionBase):  # type: ignore[misc]
    """Base of the action plugins of modules with the option ``src``. A relative path is looked for as with
    ansible.builtin.copy: in ``files`` of the role, then beside the playbook. What is not found there is left
    to the module, which looks for it on its host."""

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        source = self._task.args.get("src")
        if source:
            self._task.args = {**self._task.args, "src": self._bring(str(source))}
        result: dict[str, Any] = super().run(tmp, task_vars)
        return result

    def _bring(self, source: str) -> str:
        try:
            found = str(self._find_needle("files", source))
        except AnsibleError:
            return source
        if self._connection.transport in LOCAL:
            return found
        if os.path.isdir(found):
            raise AnsibleActionFail(
                f"{source} is a directory, and the host is reached over {self._connection.transport}. Name a "
                "single file, or run the task with connection local."
            )
        shell = self._connection._shell
        if shell.tmpdir is None:
            self._make_tmp_path()
        target = str(shell.join_path(shell.tmpdir, os.path.basename(found)))
        self._transfer_file(found, target)
        self._fixup_perms2((shell.tmpdir, target))
        return target
