# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a module and shows its progress lines while it runs."""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ansible import constants as C
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible_collections.inferops.serving.plugins.module_utils._names import PROGRESS_CHANNEL

display = Display()

INTERVAL = 0.2
"""Seconds between two looks into the channel."""
LOCAL = frozenset({"local", "ansible.builtin.local", "ansible.legacy.local"})


class ProgressAction(ActionBase):  # type: ignore[misc]
    """Base of the action plugins of modules that wait long. Shows lines only where module and controller
    share a file system and the task is not silenced; in every other case it just runs the module."""

    _supports_check_mode = True
    _supports_async = True
    _supports_diff = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        wrap_async = bool(self._task.async_val) and not self._connection.has_native_async
        with self._channel(str((task_vars or {}).get("inventory_hostname", "localhost"))) as variables:
            if variables:
                self._task.environment = [*(self._task.environment or []), variables]
            try:
                result.update(self._execute_module(task_vars=task_vars, wrap_async=wrap_async))
            finally:
                if variables:
                    self._task.environment = self._task.environment[:-1]
        if not self._task.async_val:
            self._remove_tmp_path(self._connection._shell.tmpdir)
        return result

    @contextmanager
    def _channel(self, host: str) -> Iterator[dict[str, str]]:
        """The environment of the module, with a reader at the other end of its channel."""
        silent = self._task.no_log or self._task.async_val or self._task.check_mode
        if silent or self._connection.transport not in LOCAL:
            yield {}
            return
        handle, path = tempfile.mkstemp(prefix="progress-", dir=C.DEFAULT_LOCAL_TMP)
        finished = threading.Event()
        reader = threading.Thread(target=self._show, args=(handle, finished, host), daemon=True)
        reader.start()
        try:
            yield {PROGRESS_CHANNEL: path}
        finally:
            finished.set()
            reader.join()
            os.unlink(path)

    def _show(self, handle: int, finished: threading.Event, host: str) -> None:
        """Shows each complete line of the channel until the module has finished and all is read."""
        json_only = C.DEFAULT_STDOUT_CALLBACK.rpartition(".")[2].startswith("json")
        with open(handle, encoding="utf-8", errors="replace") as channel:
            rest = ""
            last = False
            while not last:
                last = finished.wait(INTERVAL)
                *lines, rest = (rest + channel.read()).split("\n")
                for line in lines:
                    display.display(f"[{host}] {line}", stderr=json_only)
