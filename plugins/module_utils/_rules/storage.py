# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""V-12: stores are complete, large enough, and may be mounted by all who use them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from math import ceil
from urllib.parse import urlsplit

from .._catalogue.models import model_facts
from .._catalogue.trtllm import DATA_TYPES
from .._engines.triton_trtllm_layout import data_type, split
from .._fleet import Fleet, Problem, Store
from .._fleet.records.stores import VOLUMES
from .._plan import ServicePlan
from .._quantities import quantity
from .finding import Plans, at, copies, error, runs, warning

CODE = "V-12"

ONE_NODE = {"ReadWriteOnce", "ReadWriteOncePod"}
NEARLY_FULL = Decimal("0.85")
GIB = 2**30
SIXTEEN_BITS = ("float16", "bfloat16")

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


def check(fleet: Fleet, plans: Plans) -> Iterator[Problem]:
    yield from _unknown_sizes(plans)
    users: dict[str, list[ServicePlan]] = {name: [] for name in fleet.stores}
    for plan in plans:
        for name in {plan.model.store, plan.service.cache.store} & users.keys():
            users[str(name)].append(plan)
    for store in fleet.stores.values():
        if store.kind in VOLUMES:
            yield from _volume(store)
            yield from _modes(store, users[store.name])
            yield from _size(fleet, store, users[store.name])
        else:
            yield from _remote(store)
    yield from _handles(fleet, users)
    for plan in plans:
        yield from _local_disk(plan)


def _volume(store: Store) -> Iterator[Problem]:
    path, pv = f"llm_stores[{store.name}].pv", store.pv
    given = [name for name in ("nfs", "csi", "existing") if getattr(pv, name) is not None]
    if len(given) > 1:
        yield error(CODE, path, f"{' and '.join(given)} exclude each other.", "Keep one.")
    if store.kind != "pvc" and store.size is not None and not {store.kind, "existing"} & set(given):
        yield error(
            CODE, path, f"a store of kind {store.kind} needs pv.{store.kind}.", f"Write pv.{store.kind}."
        )
    if given and store.size is None:
        hint = "Write the size of the volume, or remove pv where the claim exists already."
        yield error(CODE, f"llm_stores[{store.name}].size", "is missing for the volume to be made.", hint)
    if store.kind == "pvc" and not given and store.size is not None and not store.storage_class:
        hint = "Write storage_class, or pv.existing, or remove size where the claim exists already."
        message = "an empty class binds by hand, but no volume is named."
        yield error(CODE, f"llm_stores[{store.name}].storage_class", message, hint)


def _modes(store: Store, users: Iterable[ServicePlan]) -> Iterator[Problem]:
    pods = sum(_pods(plan) for plan in users if runs(plan) and plan.engine.loads_model)
    if pods > 1 and set(store.access_modes) <= ONE_NODE:
        hint = "Write [ReadWriteMany]."
        yield error(CODE, f"llm_stores[{store.name}].access_modes", f"used by {pods} pods.", hint)


def _handles(fleet: Fleet, users: Mapping[str, Iterable[ServicePlan]]) -> Iterator[Problem]:
    """Kubelets know volumes of a driver by their handle alone."""
    places: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for store in fleet.stores.values():
        if store.pv.csi is not None and store.size is not None:
            for namespace in sorted({plan.service.namespace for plan in users[store.name]}):
                places[store.pv.csi.driver, store.pv.csi.handle].append((store.name, namespace))
    for (_driver, handle), here in places.items():
        if len(here) > 1:
            volumes = ", ".join(f"{name} in {namespace}" for name, namespace in here)
            yield warning(
                CODE,
                f"llm_stores[{here[0][0]}].pv.csi.handle",
                f"{handle} is the handle of several volumes ({volumes}); drivers may mix them up on a node.",
                "Make an entry of llm_stores for each namespace, with a handle of its own.",
            )


def _pods(plan: ServicePlan) -> int:
    """Servers of all copies, and the Job before them."""
    return copies(plan) * plan.pods_per_copy + len(plan.workload.jobs)


def _size(fleet: Fleet, store: Store, users: Iterable[ServicePlan]) -> Iterator[Problem]:
    """A model is downloaded once for all that read it, and converted for each that serves it otherwise."""
    if store.size is None:
        return
    users = list(users)
    here = {name for name, model in fleet.models.items() if model.store == store.name}
    here |= {plan.model.name for plan in users if plan.engine.converts}
    raw = {f"{name} raw": _raw_size(fleet, name) for name in fleet.models if name in here}
    converted = {what: size for plan in users for what, size in _converted_sizes(plan).items()}
    known = {what: size for what, size in {**raw, **converted}.items() if size}
    needed = sum((quantity(size) for size in known.values()), Decimal(0))
    path = f"llm_stores[{store.name}].size"
    parts = ", ".join(f"{what} {size}" for what, size in known.items())
    if needed > quantity(store.size):
        message = f"{ceil(needed / GIB)}Gi are needed ({parts}), {store.size} are given."
        yield error(CODE, path, message, f"Write at least {ceil(needed / GIB)}Gi.")
    elif needed > quantity(store.size) * NEARLY_FULL:
        yield warning(
            CODE, path, f"{ceil(needed / GIB)}Gi of {store.size} are needed ({parts}), more than 85 %."
        )


def _converted_sizes(plan: ServicePlan) -> dict[str, str | None]:
    """What is converted for a service, and how large it is where that was measured or is given."""
    if not plan.engine.converts or not runs(plan):
        return {}
    way, kind = split(plan), data_type(plan)
    facts = model_facts(plan.model.source)
    measured = facts.converted.get(way) if facts and kind in SIXTEEN_BITS else None
    size = plan.model.converted_sizes.get(way) or measured
    other = "" if kind == DATA_TYPES[0] else f" {kind}"
    products = plan.service.gpu.product or ("",)
    return {f"{plan.model.name} {way}{other} on {name}".removesuffix(" on "): size for name in products}


def _unknown_sizes(plans: Plans) -> Iterator[Problem]:
    """All of them at once; nothing is guessed from other sizes."""
    missing = {
        f"{plan.model.name} {split(plan)}": None
        for plan in plans
        if plan.service.conversion.enabled and None in _converted_sizes(plan).values()
    }
    if missing:
        hint = "Write the size of the converted model, for example converted_sizes: {1x2: 32Gi}."
        yield error(CODE, "llm_models", f"converted_sizes missing for: {', '.join(missing)}.", hint)


def _raw_size(fleet: Fleet, name: str) -> str | None:
    model = fleet.models[name]
    facts = model_facts(model.source)
    return model.raw_size or (facts.raw_size if facts else None)


def _remote(store: Store) -> Iterator[Problem]:
    path = f"llm_stores[{store.name}]"
    if store.kind == "oci" and not store.registry:
        yield error(CODE, f"{path}.registry", "is missing.", "Write for example registry.example/models.")
    if store.kind == "s3":
        if not store.bucket:
            yield error(CODE, f"{path}.bucket", "is missing.", "Write the bucket's name.")
        elif not _BUCKET.fullmatch(store.bucket):
            hint = "Use 3 to 63 lower-case letters, digits, dots and hyphens."
            yield error(CODE, f"{path}.bucket", f"{store.bucket} is no name of a bucket.", hint)
    if store.endpoint is not None:
        url = urlsplit(store.endpoint)
        if url.scheme not in ("http", "https") or not url.hostname:
            hint = "Write for example https://s3.example:443."
            yield error(CODE, f"{path}.endpoint", f"{store.endpoint} is no URL with a scheme.", hint)


def _local_disk(plan: ServicePlan) -> Iterator[Problem]:
    """A model that is copied to the node must fit there."""
    limit, size = plan.service.resources.ephemeral.limit, plan.raw_size
    hint = f"Write llm_models[{plan.model.name}].raw_size."
    if size is None and plan.service.shared_storage_class:
        message = "the volume's size is not known: the model's is not."
        yield error(CODE, at(plan, "shared_storage_class"), message, hint)
    elif size is None and plan.service.delivery in ("copy", "legacy-prescript"):
        message = "the model's size is not known, so its copy may grow as large as the pod's local storage."
        yield warning(CODE, at(plan, "delivery"), message, hint)
    if limit and size and _is_copied(plan) and quantity(limit) < quantity(size):
        message = f"{limit} is below the model's {size}, which is copied to the node's disk."
        yield error(CODE, at(plan, "resources.ephemeral.limit"), message, f"Write more than {size}.")


def _is_copied(plan: ServicePlan) -> bool:
    if not plan.engine.loads_model:
        return False
    delivery = plan.location.delivery
    if plan.service.shared_storage_class:
        return False
    if delivery in ("hub", "repository"):
        return plan.service.cache.store is None
    return delivery in ("copy", "script") or plan.location.uri.startswith(("s3:", "hf:"))
