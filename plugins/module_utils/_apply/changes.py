# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What differs between two states of an object, and how that is shown without showing secrets."""

from __future__ import annotations

import base64
import binascii
import copy
import hashlib
import hmac
import os
from contextlib import suppress
from typing import Any

from .._cluster import Object
from .._names import INLINE_TEXT, MANAGER, SECRET_LABEL
from .fields import Fields, difference, remove, union
from .takeover import LAST_APPLIED
from .world import title

_SERVER_METADATA = frozenset(
    {"managedFields", "resourceVersion", "generation", "uid", "creationTimestamp", "selfLink"}
)
_SHORTEST_SECRET = 4
_KEY = os.urandom(16)
"""Makes masks comparable within one run and useless outside of it."""


def content(obj: Object) -> Object:
    """The object without what the server and the controllers keep on it."""
    metadata = {key: value for key, value in obj["metadata"].items() if key not in _SERVER_METADATA}
    return {**{key: value for key, value in obj.items() if key != "status"}, "metadata": metadata}


def changed_by_us(before: Object, after: Object) -> bool:
    """Whether our write changed the object. A controller may write between our reading and our writing: what
    only others own is no change of ours."""
    one, other = content(before), content(after)
    if one == other:
        return False
    ours, others = _owned(before, after)
    foreign = difference(others, ours)
    one, other = copy.deepcopy(one), copy.deepcopy(other)
    remove(one, foreign)
    remove(other, foreign)
    return one != other


def _owned(*states: Object) -> tuple[Fields, Fields]:
    """The fields that we own in any of the states, and those that others own."""
    ours: Fields = {}
    others: Fields = {}
    for state in states:
        for entry in state["metadata"].get("managedFields") or ():
            if entry.get("manager") == MANAGER and entry.get("operation") == "Apply":
                ours = union(ours, entry.get("fieldsV1") or {})
            else:
                others = union(others, entry.get("fieldsV1") or {})
    return ours, others


def diff(before: Object | None, after: Object | None) -> dict[str, str]:
    """One entry of a module's ``diff``: both states as YAML, Secret values as keyed hashes."""
    name = title(before or after or {})
    return {
        "before_header": name if before else f"{name} (absent)",
        "after_header": name if after else f"{name} (absent)",
        "before": _yaml(before),
        "after": _yaml(after),
    }


def masked(obj: Object) -> Object:
    """The object's content with every secret value replaced by a short keyed hash, so that changes show."""
    shown = content(obj)
    annotations = shown["metadata"].get("annotations") or {}
    if LAST_APPLIED in annotations:
        shown["metadata"] = {
            **shown["metadata"],
            "annotations": {**annotations, LAST_APPLIED: "(record of client-side apply)"},
        }
    if (obj["apiVersion"], obj["kind"]) == ("v1", "Secret"):
        for part in ("data", "stringData"):
            if isinstance(shown.get(part), dict):
                shown[part] = {key: mask(value) for key, value in shown[part].items()}
    elif SECRET_LABEL in (shown["metadata"].get("labels") or {}):
        shown["spec"] = _without_text(shown.get("spec"))
    return shown


def _without_text(value: Any) -> Any:
    """Text that a proxy's configuration holds in the place of a file is masked."""
    if isinstance(value, dict):
        return {
            key: mask(inner) if key == INLINE_TEXT else _without_text(inner) for key, inner in value.items()
        }
    return [_without_text(item) for item in value] if isinstance(value, list) else value


def mask(value: Any) -> str:
    digest = hmac.new(_KEY, str(value).encode(), hashlib.sha256).hexdigest()
    return f"(secret, {digest[:8]})"


def secret_values(obj: Any) -> set[str]:
    """The secret texts in an object as a user wrote it: Secret data in base64 and in clear. Values too short
    or too common to be a secret are left out, because hiding them would hide half of every message."""
    if not isinstance(obj, dict) or obj.get("kind") != "Secret":
        return set()
    texts: set[str] = set()
    for part in ("data", "stringData"):
        values = obj.get(part)
        for value in values.values() if isinstance(values, dict) else ():
            texts.add(str(value))
            if part == "data":
                with suppress(binascii.Error, ValueError):
                    texts.add(base64.b64decode(str(value), validate=True).decode())
            else:
                texts.add(base64.b64encode(str(value).encode()).decode())
    return {text for text in texts if len(text) >= _SHORTEST_SECRET and text.lower() not in ("true", "false")}


def _yaml(obj: Object | None) -> str:
    if obj is None:
        return ""
    import yaml

    text: str = yaml.dump(
        masked(obj),
        Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper),
        default_flow_style=False,
        sort_keys=True,
    )
    return text
