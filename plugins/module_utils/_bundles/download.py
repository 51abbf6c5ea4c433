# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Manifests from elsewhere, the way all of Ansible fetches: with its proxies and authorities."""

from __future__ import annotations

from ansible.module_utils.urls import open_url

from .source import SourceError

PATIENCE = 60


def download(address: str) -> bytes:
    """Raises SourceError."""
    try:
        content: bytes = open_url(address, timeout=PATIENCE).read()
    except OSError as error:
        raise SourceError(f"{address}: {error}") from error
    return content
