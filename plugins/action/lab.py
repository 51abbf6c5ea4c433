# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shows the progress lines of the module of the same name, and tells it where its sources lie."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible_collections.inferops.serving.plugins.plugin_utils.progress_action import ProgressAction

SOURCES = Path(__file__).resolve().parents[2] / "roles" / "lab" / "files"


class ActionModule(ProgressAction):
    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        self._task.args = {"sources": str(SOURCES), **self._task.args}
        return super().run(tmp, task_vars)
