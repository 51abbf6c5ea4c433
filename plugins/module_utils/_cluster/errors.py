# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong between us and an API server: one family, turned into fail_json in one place."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any


class ClusterError(Exception):
    """Base of everything raised by this package. ``str()`` is a message for the person who runs the play."""


class ConfigurationError(ClusterError):
    """The connection options do not describe a way to a cluster."""


class Unreachable(ClusterError):
    """No usable answer came before the deadline: refused, dropped, timed out, or not trusted."""


class NotServed(ClusterError):
    """The API server does not serve this kind (its CRD is missing or not established yet)."""

    def __init__(self, api_version: str, kind: str, *, nearest: str = "") -> None:
        self.api_version = api_version
        self.kind = kind
        hint = f" Did you mean {nearest}?" if nearest else " Install its CustomResourceDefinition first."
        super().__init__(f"The API server does not serve {kind} of {api_version}.{hint}")


class ApiError(ClusterError):
    """The API server answered with a failure.

    ``status`` is the HTTP code, ``reason`` the machine-readable word of the API (``NotFound``, ``Conflict``,
    ``Invalid``, ``Forbidden``, ``BadRequest``, …), ``message`` the server's own sentence, ``details`` the
    object of the same name of a ``Status`` answer (``causes`` hold the single fields).
    """

    def __init__(
        self,
        *,
        status: int,
        reason: str,
        message: str,
        details: dict[str, Any] | None = None,
        method: str = "",
        path: str = "",
    ) -> None:
        self.status = status
        self.reason = reason
        self.message = message
        self.details = details or {}
        self.method = method
        self.path = path
        super().__init__(f"{method} {path}: {message} ({status} {reason})".lstrip(" :"))

    @property
    def not_found(self) -> bool:
        return self.status == HTTPStatus.NOT_FOUND

    @property
    def lost_race(self) -> bool:
        """Somebody else wrote the object at the same time; a conflict of field managers is something else."""
        held = any(cause.get("reason") == "FieldManagerConflict" for cause in self.causes)
        return self.status == HTTPStatus.CONFLICT and self.reason == "Conflict" and not held

    @property
    def causes(self) -> list[dict[str, str]]:
        """The single faults: each has ``reason``, ``message`` and, where one is to blame, ``field``."""
        return list(self.details.get("causes") or [])
