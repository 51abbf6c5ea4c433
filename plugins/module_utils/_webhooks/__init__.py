# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which webhooks something goes through when it is made, and where they answer."""

from __future__ import annotations

from .matching import ADMISSION, Subject, Webhook, behind, goes_through, meets, passed_over

__all__ = ["ADMISSION", "Subject", "Webhook", "behind", "goes_through", "meets", "passed_over"]
