# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A product that goes: not while it is used, and not without what it made itself."""

from __future__ import annotations

from collections.abc import Iterator

from .._apply import Action, Diagnosis, Outcome, Refused
from .._apply.model import CONFIGURED, DELETED
from .._cluster import Client, Object
from .driver import volumes_of
from .products import Product

AUTOSCALERS = ("autoscaling/v2", "HorizontalPodAutoscaler")
LIVING = "status.phase!=Succeeded,status.phase!=Failed"


def refuse_while_used(client: Client, product: Product) -> None:
    """Raises Refused with everything that would be left without it."""
    problems = [
        Diagnosis(
            code="InUse",
            object=product.name,
            message=message,
            hint=f"Remove them first, or set force: true; {harm}.",
        )
        for message, harm in _uses(client, product)
    ]
    if problems:
        raise Refused(problems)


def sweep(client: Client, product: Product, outcome: Outcome, *, check_mode: bool) -> None:
    """Deletes what the product's own programs made and left, once they are gone."""
    if outcome.diagnosis or not outcome.changed:
        return
    for api_version, kind, name in product.makes:
        if obj := client.get(api_version, kind, name, outcome.namespace):
            if not check_mode:
                client.delete(obj)
            outcome.record(Action.on(obj, DELETED, check_mode=check_mode, note="its own program made it"))
    for node in client.list("v1", "Node") if product.notes else ():
        left = [key for key in product.notes if key in (node["metadata"].get("annotations") or {})]
        if left:
            client.patch(node, {"metadata": {"annotations": dict.fromkeys(left)}}, dry_run=check_mode)
            note = f"annotations {', '.join(left)} removed"
            outcome.record(Action.on(node, CONFIGURED, check_mode=check_mode, note=note))


def _uses(client: Client, product: Product) -> Iterator[tuple[str, str]]:
    if product.driver and (volumes := volumes_of(client, product.driver)):
        message = f"{len(volumes)} volumes are mounted with it, such as {volumes[0]}."
        yield message, "their pods could neither start nor end any more"
    if product.resource or product.scheduler:
        pods = [pod for pod in client.list("v1", "Pod", field_selector=LIVING) if _needs(pod, product)]
        if pods:
            what = f"ask for {product.resource}" if product.resource else f"name {product.scheduler}"
            message = f"{len(pods)} pods {what}, such as {_place(pods[0])}."
            yield message, "they would wait for ever when they start again"
    if product.api:
        scaled = [obj for obj in client.list(*AUTOSCALERS) if _reads_an_api(obj)]
        if scaled:
            message = (
                f"{len(scaled)} autoscalers read series of pods or objects, such as {_place(scaled[0])}."
            )
            yield message, "they would scale nothing any more"
    for group, kind in product.used_by:
        served = client.served(group, kind)
        objects = client.list(served.api_version, kind, metadata_only=True) if served else []
        if objects:
            message = f"{len(objects)} objects of kind {kind} are there, such as {_place(objects[0])}."
            yield message, "nobody would look after them any more"


def _needs(pod: Object, product: Product) -> bool:
    spec = pod["spec"]
    if product.scheduler and spec.get("schedulerName") == product.scheduler:
        return True
    containers = (*(spec.get("initContainers") or ()), *spec["containers"])
    return any(product.resource in ((one.get("resources") or {}).get("limits") or {}) for one in containers)


def _reads_an_api(autoscaler: Object) -> bool:
    return any(metric["type"] in ("Pods", "Object") for metric in autoscaler["spec"].get("metrics") or ())


def _place(obj: Object) -> str:
    return f"{obj['metadata'].get('namespace', '')}/{obj['metadata']['name']}"
