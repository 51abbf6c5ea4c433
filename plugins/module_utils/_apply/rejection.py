# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The API server's refusals in words that help: which other manager, which immutable field, what to do."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any

from .._cluster import ApiError, ClusterError, NotServed, Object, Unreachable
from .changes import mask
from .codes import CODES
from .diagnosis import Diagnosis, clean
from .fields import path_steps
from .model import problem
from .world import title

IMMUTABLE = re.compile(
    r"immutable|may not change|cannot be (?:changed|updated|modified)|"
    r"updates to \w+ spec for fields other than|is forbidden after (?:creation|update)|"
    r"only dynamically provisioned pvc can be resized",
    re.IGNORECASE,
)
_WEBHOOK_DOWN = re.compile(r"failed (?:to call|calling) webhook")
_DENIED = re.compile(r"denied the request|violates PodSecurity|ValidatingAdmissionPolicy")
_QUOTA = re.compile(r"exceeded quota|failed quota")
_UNKNOWN_FIELD = re.compile(r"unknown field|field not declared in schema|strict decoding error")
LONGEST_VALUE = 120
DIFFERENCES_SHOWN = 5


def is_immutable(error: ClusterError) -> bool:
    if not isinstance(error, ApiError) or error.status == HTTPStatus.CONFLICT:
        return False
    return bool(IMMUTABLE.search(error.message))


def is_conflict(error: ClusterError) -> bool:
    """Another field manager holds a field that we want differently."""
    return isinstance(error, ApiError) and bool(conflicts(error))


def is_webhook_down(error: ClusterError) -> bool:
    return isinstance(error, ApiError) and bool(_WEBHOOK_DOWN.search(error.message))


def is_namespace_terminating(error: ClusterError) -> bool:
    return isinstance(error, ApiError) and any(
        cause.get("reason") == "NamespaceTerminating" for cause in error.causes
    )


def conflicts(error: ApiError) -> list[tuple[str, str]]:
    """Manager and field of each conflict."""
    return [
        (_manager(cause.get("message", "")), cause.get("field", "").lstrip("."))
        for cause in error.causes
        if cause.get("reason") == "FieldManagerConflict"
    ]


def explain(error: ClusterError, wanted: Object, live: Object | None) -> Diagnosis:
    """Why the object could not be written."""
    where = title(wanted)
    if isinstance(error, NotServed):
        return problem("NotServed", where, str(error), "Check apiVersion and kind.")
    if isinstance(error, Unreachable) or not isinstance(error, ApiError):
        return problem("ApiUnavailable", where, str(error), CODES["ApiUnavailable"].hint)
    reason, message = error.reason, clean(error.message)
    if is_conflict(error):
        return _conflict(error, where)
    if is_immutable(error):
        return problem(
            "Immutable",
            where,
            f"{message}{_differences(error, wanted, live)}",
            f"The field cannot be changed on a living object. Name {wanted['kind']} in recreate to have it "
            "deleted and created again (what depends on it goes with it), give the object a new name, or "
            "restore the old value.",
            reason=reason,
        )
    for code, words in (
        ("WebhookDown", _WEBHOOK_DOWN),
        ("QuotaDenied", _QUOTA),
        ("AdmissionDenied", _DENIED),
    ):
        if words.search(error.message):
            return problem(code, where, message, CODES[code].hint, reason=reason)
    if _UNKNOWN_FIELD.search(error.message):
        hint = "Correct or remove the field; the API server knows no such field in this version of the kind."
        return problem("InvalidSpec", where, message, hint, reason=reason)
    if error.status == HTTPStatus.FORBIDDEN:
        hint = "Grant the account of this connection the missing right, or connect as somebody who has it."
        return problem("Forbidden", where, message, hint, reason=reason)
    return problem("Rejected", where, message, "Correct the object as the API server says.", reason=reason)


def _conflict(error: ApiError, where: str) -> Diagnosis:
    held: dict[str, list[str]] = {}
    for manager, field in conflicts(error):
        held.setdefault(manager, []).append(field)
    who = "; ".join(
        f"{manager} holds {', '.join(sorted(fields))}" for manager, fields in sorted(held.items())
    )
    return problem(
        "Conflict",
        where,
        f"{who}, with another value than ours.",
        "Leave the field out of our object if the other manager is to decide (an autoscaler and its "
        "replicas), or set force_conflicts to take it over.",
        reason=error.reason,
    )


def _manager(message: str) -> str:
    """``conflict with "kubectl-edit" using apps/v1`` names the manager in quotes."""
    found = re.search(r'conflict with "([^"]*)"', message)
    return found.group(1) if found else message


def _differences(error: ApiError, wanted: Object, live: Object | None) -> str:
    """Both values of what was to be changed, where the live object is known."""
    if live is None:
        return ""
    secret = wanted["kind"] == "Secret"
    lines: list[str] = []
    for named in dict.fromkeys(cause.get("field") or "" for cause in error.causes or [{}]):
        field, old, new = named, _at(live, named), _at(wanted, named)
        if old is None and new is None:  # a word of the server's own, not a path
            field, old, new = "", live, wanted
        lines += [
            f"{path}: {_shown(was, secret=secret)} -> {_shown(becomes, secret=secret)}"
            for path, was, becomes in _leaves(old, new, field)
        ]
    more = f" and {len(lines) - DIFFERENCES_SHOWN} more" if len(lines) > DIFFERENCES_SHOWN else ""
    return f" ({'; '.join(lines[:DIFFERENCES_SHOWN])}{more})" if lines else ""


def _at(obj: Any, field: str) -> Any:
    for step in path_steps(field):
        if isinstance(obj, dict):
            obj = obj.get(step)
        elif isinstance(obj, list) and step.isdigit() and int(step) < len(obj):
            obj = obj[int(step)]
        else:
            return None
    return obj


def _leaves(old: Any, new: Any, path: str) -> list[tuple[str, Any, Any]]:
    """Where what we want differs from what is there; what we do not name does not differ."""
    if isinstance(new, dict) and isinstance(old, dict):
        if path in ("", "metadata"):  # what the server keeps is no part of the question
            new = {key: value for key, value in new.items() if key not in ("apiVersion", "kind", "metadata")}
        return [leaf for key in new for leaf in _leaves(old.get(key), new[key], f"{path}.{key}".lstrip("."))]
    if isinstance(new, list) and isinstance(old, list) and len(new) == len(old):
        pairs = enumerate(zip(old, new, strict=True))
        return [leaf for index, (was, becomes) in pairs for leaf in _leaves(was, becomes, f"{path}[{index}]")]
    return [] if old == new or new is None else [(path, old, new)]


def _shown(value: Any, *, secret: bool) -> str:
    if secret and value is not None:
        return mask(value)
    text = "absent" if value is None else str(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"
