# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a service serves: what its plan says, or what ran, as a revision remembers it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from .._cluster import Object
from .._objects import service_objects
from .._plan import ServicePlan
from .._workload import SecretKey
from .place import Place, Publisher
from .published import PUBLISHERS

SERVES = "serves"
"""Among the facts of a revision, what ``memory`` gave."""
_REMEMBERED = (
    *("protocol", "models", "adapters", "published", "selector", "port"),
    *("api_key", "login", "engine", "platform"),
)
"""The objects of a revision tell the rest."""


@dataclass(frozen=True, kw_only=True)
class Served(Place):
    """The names of models and adapters that requests may use, and what proves that they may."""

    protocol: str
    models: tuple[str, ...]
    adapters: tuple[str, ...]
    api_key: SecretKey | None
    login: str | None
    """Secret with the user name and password that the way in asks for."""
    engine: str
    platform: str


def planned(plan: ServicePlan) -> Served:
    return Served(
        name=plan.name,
        namespace=plan.namespace,
        published=plan.url,
        publishers=_publishers(service_objects(plan)),
        selector=",".join(f"{key}={value}" for key, value in sorted(plan.pod_selector.items())),
        port=plan.request_port.number,
        protocol=plan.engine.protocol,
        models=plan.served_names,
        adapters=tuple(adapter.name for adapter in plan.served_adapters),
        api_key=plan.api_key,
        login=plan.login_secret,
        engine=plan.engine.name,
        platform=plan.platform.name,
    )


def memory(served: Served) -> dict[str, Any]:
    """What a revision has to keep beside its objects, as JSON; of credentials the names of their Secrets."""
    known = asdict(served)
    return {name: known[name] for name in _REMEMBERED}


def remembered(name: str, namespace: str, kept: Mapping[str, Any], objects: Iterable[Object]) -> Served:
    """What ``memory`` kept, with the objects that it was kept with."""
    known = {key: kept[key] for key in _REMEMBERED}
    return Served(
        **{
            **known,
            "models": tuple(known["models"]),
            "adapters": tuple(known["adapters"]),
            "api_key": known["api_key"] and SecretKey(**known["api_key"]),
        },
        name=name,
        namespace=namespace,
        publishers=_publishers(objects),
    )


def _publishers(objects: Iterable[Object]) -> tuple[Publisher, ...]:
    """The way in comes after what it leads to, and is asked first."""
    return tuple(
        Publisher(api_version=obj["apiVersion"], kind=obj["kind"], name=obj["metadata"]["name"])
        for obj in reversed(list(objects))
        if obj["kind"] in PUBLISHERS
    )
