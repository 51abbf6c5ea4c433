# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations


class ModuleDocFragment:
    # The options of WAITING in plugins/module_utils/_cluster/argspec.py
    DOCUMENTATION = r"""
options:
  wait:
    description:
      - Whether to wait until what was applied is ready, or what was removed is gone.
      - Trouble that does not go away by itself (an image that cannot be pulled, a crash loop, a failed Job, a
        Pod that fits nowhere, …) ends the wait at once and fails the task with a diagnosis.
    type: bool
    default: true
  wait_timeout:
    description:
      - Seconds for the whole task, requests with their repetitions included. Must be greater than 0.
    type: int
    default: 600
"""
