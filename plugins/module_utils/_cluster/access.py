# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asking the API server what we may do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Access:
    """The answer to "may I?". True where allowed; ``reason`` is the authorizer's own word, often empty."""

    allowed: bool
    reason: str

    def __bool__(self) -> bool:
        return self.allowed


def access_review(
    *, verb: str, group: str, resource: str, namespace: str | None, name: str | None
) -> dict[str, Any]:
    """The SelfSubjectAccessReview that asks for one verb. ``resource`` may be a subresource: ``pods/log``, or
    a path of the API server, which begins with a slash."""
    if resource.startswith("/"):
        return _review({"nonResourceAttributes": {"verb": verb, "path": resource}})
    plural, _slash, subresource = resource.partition("/")
    attributes = {
        "verb": verb,
        "group": group,
        "resource": plural,
        "subresource": subresource,
        "namespace": namespace or "",
        "name": name or "",
    }
    return _review({"resourceAttributes": {key: value for key, value in attributes.items() if value}})


def _review(spec: dict[str, Any]) -> dict[str, Any]:
    return {"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview", "spec": spec}
