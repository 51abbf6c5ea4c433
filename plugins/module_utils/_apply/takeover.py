# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects that others made become ours: those first made by client-side apply (``kubectl apply``,
``kubernetes.core.k8s`` with ``apply``), and whatever the user wants adopted.

Client-side apply leaves a record of what was sent in an annotation, and its fields belong to a manager of
their own. If we only applied over it, fields that are no longer wanted would stay for ever, owned by a
manager that never comes back. So its fields are handed over to us once, in ``managedFields``, and the record
is removed: what it had sent and we do not send any more goes away with our next apply, and what others own
stays. Of an adopted object all people and tools give up their fields, and only the cluster's controllers keep
theirs.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from .._cluster import Object
from .._names import MANAGER
from . import fields

Entry = dict[str, Any]
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
SERVER_MANAGERS = frozenset({"kube-controller-manager", "kube-scheduler", "kube-apiserver", "kubelet"})
_FIXED = frozenset({"apiVersion", "kind", "metadata", "status"})
_RECORD = ("f:metadata", "f:annotations", f"f:{LAST_APPLIED}")


def made_by_client_side_apply(obj: Object) -> bool:
    return LAST_APPLIED in (obj["metadata"].get("annotations") or {}) and our_entry(obj) is None


def our_entry(obj: Object) -> dict[str, Any] | None:
    """What ``managedFields`` says of our own applies, or None when we never applied it."""
    for entry in obj["metadata"].get("managedFields") or ():
        if (
            entry.get("manager") == MANAGER
            and entry.get("operation") == "Apply"
            and not entry.get("subresource")
        ):
            return dict(entry)
    return None


def client_side_entries(obj: Object) -> list[Entry]:
    """Those of ``managedFields`` that wrote the record of client-side apply, by whatever name the tool calls
    itself."""
    return [
        entry
        for entry in obj["metadata"].get("managedFields") or ()
        if entry.get("operation") == "Update"
        and not entry.get("subresource")
        and _RECORD[2] in ((entry.get("fieldsV1") or {}).get(_RECORD[0]) or {}).get(_RECORD[1], {})
    ]


def entries_of_others(obj: Object) -> list[Entry]:
    """Those of ``managedFields`` that people and tools wrote who are not us."""
    return [
        entry
        for entry in obj["metadata"].get("managedFields") or ()
        if entry.get("manager") not in {MANAGER, *SERVER_MANAGERS} and not entry.get("subresource")
    ]


def hand_over(obj: Object, given_up: Sequence[Entry]) -> list[dict[str, Any]]:
    """The JSON patch that makes us the manager of what these entries managed. Fails where the object has
    changed since it was read."""
    entries = [entry for entry in obj["metadata"].get("managedFields") or () if entry not in given_up]
    if given_up:
        ours = {**given_up[0], "manager": MANAGER, "operation": "Apply", "fieldsV1": _fields_of(given_up)}
        entries.append(ours)
    patch: list[dict[str, Any]] = [
        {"op": "replace", "path": "/metadata/resourceVersion", "value": obj["metadata"]["resourceVersion"]},
        {"op": "replace", "path": "/metadata/managedFields", "value": entries},
    ]
    if LAST_APPLIED in (obj["metadata"].get("annotations") or {}):
        record = LAST_APPLIED.replace("~", "~0").replace("/", "~1")
        patch.append({"op": "remove", "path": f"/metadata/annotations/{record}"})
    return patch


def foretell(applied: Object, given_up: Sequence[Entry]) -> Object:
    """What the object will be when it has been handed over, from a dry run of a forced apply without that."""
    after = copy.deepcopy(applied)
    others: fields.Fields = {}
    for entry in applied["metadata"].get("managedFields") or ():
        if not any(all(entry[key] == old[key] for key in ("manager", "operation")) for old in given_up):
            others = fields.union(others, entry.get("fieldsV1") or {})
    fields.remove(after, fields.difference(_fields_of(given_up), others))
    annotations = after["metadata"].get("annotations") or {}
    annotations.pop(LAST_APPLIED, None)
    if not annotations:
        after["metadata"].pop("annotations", None)
    return after


def rewrite(live: Object, wanted: Object) -> list[dict[str, Any]]:
    """The JSON patch that turns the content of one state into that of another; dry-run, it tells what the
    server makes of fields that are gone: it fills in their defaults again."""
    changes: list[dict[str, Any]] = []
    for path, old, new in (
        *(
            (f"/{key}", live.get(key), wanted.get(key))
            for key in live.keys() | wanted.keys()
            if key not in _FIXED
        ),
        *(
            (f"/metadata/{key}", live["metadata"].get(key), wanted["metadata"].get(key))
            for key in ("labels", "annotations")
        ),
    ):
        if old != new:
            change = (
                {"op": "remove", "path": path} if new is None else {"op": "add", "path": path, "value": new}
            )
            changes.append(change)
    return changes


def _fields_of(entries: Sequence[Entry]) -> fields.Fields:
    merged: fields.Fields = {}
    for entry in entries:
        merged = fields.union(merged, entry.get("fieldsV1") or {})
    return fields.without(merged, _RECORD)
