# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shows the progress lines of the module of the same name."""

from __future__ import annotations

from ansible_collections.inferops.serving.plugins.plugin_utils.progress_action import ProgressAction


class ActionModule(ProgressAction):
    pass
