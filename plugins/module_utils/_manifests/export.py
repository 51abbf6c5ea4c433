# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which file holds which object."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from .._fleet import Fleet
from .._objects import namespace_objects, secret_objects, service_objects, store_objects
from .._plan import ServicePlan
from .dump import dump

KUSTOMIZATION = "kustomization.yaml"

# A service cannot have such a name, so these directories are nobody else's. Their order is that of applying.
NAMESPACES, SECRETS, STORES = "_namespaces", "_secrets", "_stores"


@dataclass(frozen=True, kw_only=True)
class Export:
    """Relative paths and their texts, in apply order."""

    files: dict[str, str]

    @property
    def version(self) -> str:
        """Changes exactly when any of the files does."""
        content = hashlib.sha256()
        for path, text in sorted(self.files.items()):
            content.update(f"{path}\0{text}\0".encode())
        return content.hexdigest()[:12]


def export(fleet: Fleet, plans: Iterable[ServicePlan], *, with_secrets: bool) -> Export:
    """The files of these services and of what they need.

    Secrets are left out unless *with_secrets*: a file in a repository is no place for them.
    """
    chosen = [plan for plan in plans if plan.service.state != "absent"]
    stores = {plan.store.name: plan.store for plan in chosen} | {
        plan.cache_store.name: plan.cache_store for plan in chosen if plan.cache_store is not None
    }
    secrets = fleet.secrets.values() if with_secrets else ()
    directories = {
        NAMESPACES: namespace_objects(fleet),
        SECRETS: [obj for secret in secrets for obj in secret_objects(fleet, secret)],
        STORES: [obj for store in stores.values() for obj in store_objects(fleet, store)],
        **{plan.name: service_objects(plan) for plan in chosen},
    }
    filled = {directory: objects for directory, objects in directories.items() if objects}
    files: dict[str, str] = {}
    for directory, objects in filled.items():
        files.update(_directory(directory, objects))
    files[KUSTOMIZATION] = _kustomization(filled)
    return Export(files=files)


def _directory(directory: str, objects: list[dict[str, Any]]) -> dict[str, str]:
    digits = max(2, len(str(len(objects) - 1)))
    names = [
        f"{number:0{digits}}-{obj['kind'].lower()}-{obj['metadata']['name']}.yaml"
        for number, obj in enumerate(objects)
    ]
    files = {f"{directory}/{name}": dump(obj) for name, obj in zip(names, objects, strict=True)}
    return {**files, f"{directory}/{KUSTOMIZATION}": _kustomization(names)}


def _kustomization(resources: Collection[str]) -> str:
    return dump(
        {
            "apiVersion": "kustomize.config.k8s.io/v1beta1",
            "kind": "Kustomization",
            "resources": list(resources),
        }
    )
