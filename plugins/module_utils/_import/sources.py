# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be imported, and how it is told apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from . import aidaptiv_chart, manifests, triton_chart, trtllm_chart
from .imported import Imported, overlay

SOURCES: dict[str, Callable[[Any, str, str], Imported]] = {
    "aidaptiv-chart": aidaptiv_chart.read,
    "manifests": manifests.read,
    "triton-chart": triton_chart.read,
    "trtllm-chart": trtllm_chart.read,
}
"""Name of a source → how it is read, for a service of a name in a namespace."""

_MARKS = {
    "aidaptiv-chart": ("vllm",),
    "triton-chart": ("tags", "main"),
    "trtllm-chart": ("model", "triton"),
}
"""Keys at the top by which values are known."""


class UnknownSource(Exception):
    """Nothing here reads such values."""


def import_values(
    values: Mapping[str, Any] | Sequence[Mapping[str, Any]],
    *,
    name: str = "",
    namespace: str = "",
    source: str = "",
    service: Mapping[str, Any] | None = None,
    model: Mapping[str, Any] | None = None,
    user: str = "",
) -> dict[str, Any]:
    """Variables of an inventory, and notes under ``notes``.

    *service* and *model* are laid over what was read: what the source does not say, or what is to be
    otherwise. *user* is the name of a login whose password alone the source holds. Raises UnknownSource.
    """
    reader = SOURCES.get(source or _recognised(values))
    if reader is None:
        raise UnknownSource(f"This is none of {', '.join(SOURCES)}.")
    made = reader(values, name, namespace)
    overlay(made.service, service or {})
    _login(made, user)
    if model:
        overlay(made.model, model)
        made.service["model"] = made.model["name"]
    _complete(made)
    return made.result()


def _recognised(values: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> str:
    if not isinstance(values, Mapping) or "kind" in values:
        return "manifests"
    for source, marks in _MARKS.items():
        if all(mark in values for mark in marks):
            return source
    return ""


def _login(made: Imported, user: str) -> None:
    for secret in made.secrets:
        if secret["kind"] != "basic-auth":
            continue
        if user:
            secret["username"] = user
        else:
            message = "the user name of the password is written nowhere: give user."
            made.note("missing", f"llm_secrets[{secret['name']}].username", message)


def _complete(made: Imported) -> None:
    """What every inventory needs and a source may not tell."""
    if not made.model.get("source"):
        made.note("missing", "llm_models[].source", "write the hub id, or the path inside the store.")
    if not made.service.get("name"):
        made.note("missing", "llm_serving[].name", "write the name of the service.", "T-68")
