# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""V-13: how a model comes to its engine must fit where it lies, and all that is read must have come."""

from __future__ import annotations

from collections.abc import Iterator

from .._engines.kv_offload import cache_devices, directory
from .._fleet import Fleet, Problem
from .._fleet.records.stores import VOLUMES
from .._plan import ServicePlan
from .._stores.buckets import buckets
from .._stores.s3 import repository_path
from .finding import Plans, at, error

CODE = "V-13"

STORES: dict[str, tuple[str, ...]] = {
    "mount": VOLUMES,
    "copy": (*VOLUMES, "s3"),
    "image": ("oci",),
    "repository": (*VOLUMES, "s3", "oci"),
}
"""Delivery → the kinds of stores that it can start from; a script of the user can from any."""

OF_THE_SERVER = ("log_verbose", "log_iso8601", "extra")
"""Arguments of Triton itself; all others stand in the files of its repository."""

OURS = ("/tmp", "/dev/shm")  # noqa: S108 - paths inside a pod
"""Where a pod has other volumes."""


def check(fleet: Fleet, plans: Plans) -> Iterator[Problem]:
    for plan in plans:
        if not plan.engine.loads_model:
            continue
        yield from _delivery(plan)
        yield from _repository(plan)
        yield from _repositories(plan)
        yield from _script(plan)
        yield from _shared_path(plan)
        yield from _adapters(plan)
        yield from _device(plan)


def _delivery(plan: ServicePlan) -> Iterator[Problem]:
    service = plan.service
    chosen = service.delivery or ("copy" if service.fast_local else None)
    if chosen is None:
        return
    key = "delivery" if service.delivery else "fast_local"
    kinds = STORES.get(chosen, (plan.store.kind,))
    if plan.platform.model_dir is not None and chosen != "repository":
        message = f"platform {plan.platform.name} fetches the model itself."
        yield error(CODE, at(plan, key), message, "Remove it, or use platform: deployment.")
    elif plan.store.kind not in kinds:
        has = f"{plan.store.name} is of kind {plan.store.kind}"
        message = f"{chosen} needs a store of kind {', '.join(kinds)}; {has}."
        hint = f"Put the model into such a store and name it in llm_models[{plan.model.name}].store."
        yield error(CODE, at(plan, key), message, hint)


def _repository(plan: ServicePlan) -> Iterator[Problem]:
    """Files that are not rendered say what the keys of the entry would."""
    if not plan.brings_repository:
        return
    if plan.engine.repository is None:
        message = f"engine {plan.engine.name} reads no model repository of yours."
        yield error(CODE, at(plan, "delivery"), message, "Remove it, or use engine: triton-vllm.")
        return
    for key, source in sorted(plan.service.provenance.items()):
        room, _dot, name = key.partition(".")
        inside = room in ("lora", "kv_offload") or (room == "engine_args" and name not in OF_THE_SERVER)
        if inside and source == "user":
            message = "has no effect: the repository in the store is served as it is."
            yield error(CODE, at(plan, key), message, "Write it into model.json there, and remove it here.")


def _repositories(plan: ServicePlan) -> Iterator[Problem]:
    """Further model repositories, which Triton reads from their buckets."""
    where = at(plan, "repositories")
    if plan.repositories and plan.platform.model_dir is not None:
        message = f"platform {plan.platform.name} brings one model and no keys of other buckets."
        yield error(CODE, where, message, "Remove it, or use platform: deployment.")
    for store in plan.repositories:
        if store.kind != "s3":
            message = f"{store.name} is of kind {store.kind}, and Triton reads buckets."
            yield error(CODE, where, message, "Name stores of kind s3.")
    read = buckets(plan)
    if len({(store.endpoint, repository_path(store)) for store in read}) < len(read):
        message = "names a repository twice."
        yield error(CODE, where, message, "Name each once; that of the model is served anyway.")
    if len({store.ca for store in read if store.ca is not None}) > 1:
        message = "stores have different ca, and Triton trusts one bundle."
        yield error(
            CODE, where, message, "Put all certificates into one ConfigMap and name it in all stores."
        )


def _script(plan: ServicePlan) -> Iterator[Problem]:
    wants = plan.service.delivery == "legacy-prescript"
    if wants and plan.service.prescript is None:
        hint = "Write prescript: {script: …}, or another delivery."
        yield error(CODE, at(plan, "prescript"), "is missing for delivery legacy-prescript.", hint)
    elif plan.service.prescript is not None and not wants:
        hint = "Remove it, or write delivery: legacy-prescript."
        yield error(CODE, at(plan, "prescript"), "has no effect without delivery legacy-prescript.", hint)


def _shared_path(plan: ServicePlan) -> Iterator[Problem]:
    path, where = plan.service.shared_path, at(plan, "shared_path")
    if plan.location.delivery not in ("copy", "script"):
        for key in ("shared_path", "shared_storage_class"):
            if plan.service.provenance.get(key) == "user":
                hint = "Remove it, or write delivery: copy."
                yield error(CODE, at(plan, key), "has no effect: the model is not copied.", hint)
    elif not path.startswith("/") or path.rstrip("/") in ("", *OURS):
        yield error(
            CODE, where, f"{path} is no directory for a volume of its own.", "Write for example /data."
        )


def _adapters(plan: ServicePlan) -> Iterator[Problem]:
    """A path below a copied model's volume is there only when its source is copied too."""
    if plan.location.delivery != "copy":
        return
    root = plan.service.shared_path.rstrip("/") + "/"
    for adapter in plan.served_adapters:
        if adapter.path and adapter.path.startswith(root):
            where = f"llm_models[{plan.model.name}].adapters[{adapter.name}].path"
            message = f"{adapter.path} is where models are copied to, but nothing copies the adapter."
            hint = (
                f"Write source: {adapter.path.removeprefix(root)} instead; it is copied from the store then."
            )
            yield error(CODE, where, message, hint)


def _device(plan: ServicePlan) -> Iterator[Problem]:
    mounted = plan.cluster.components.aidaptiv.mount_path
    if cache_devices(plan) and directory(plan).rstrip("/") != mounted.rstrip("/"):
        message = (
            f"{directory(plan)} is not where the device plugin mounts a cache device, which is {mounted}."
        )
        hint = "Remove it, or write llm_cluster.components.aidaptiv.mount_path as the device plugin has it."
        yield error(CODE, at(plan, "kv_offload.path"), message, hint)
