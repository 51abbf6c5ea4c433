# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stores that are volumes: a claim of any origin, an NFS export, a volume of a CSI driver."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any

from .._names import MANAGED_BY_LABEL, MANAGER, STORE_LABEL
from .._workload import Mount, Volume, Workload
from .kind import ADAPTERS, Location, StoreKind
from .local import copier, local_path, read_local

if TYPE_CHECKING:
    from .._fleet import Fleet, Store
    from .._plan.facts import ServicePlan


_STORE, _SEEN_BY_COPIER = "store", "/mnt/store"


def claim_name(store: Store) -> str:
    return store.claim or store.name


def volume_name(store: Store, namespace: str) -> str:
    """Name of the PersistentVolume, which all namespaces share: a claim binds one volume for itself."""
    return store.pv.existing or f"{namespace}-{claim_name(store)}"


def _locate(plan: ServicePlan) -> Location:
    store, source = plan.store, plan.model.source.strip("/")
    if plan.platform.model_dir is not None:
        return Location(
            delivery="uri", path=plan.platform.model_dir, uri=f"pvc://{claim_name(store)}/{source}"
        )
    if plan.copies_model:
        return Location(delivery="copy", path=local_path(plan, source))
    return Location(delivery="mount", path=posixpath.join(store.mount_path, source))


def _adapter(plan: ServicePlan, source: str) -> Location:
    if plan.location.delivery == "copy":
        return Location(delivery="copy", path=local_path(plan, source))
    root = ADAPTERS if plan.location.delivery == "uri" else plan.store.mount_path
    return Location(delivery="mount", path=posixpath.join(root, source.strip("/")))


def _attach(plan: ServicePlan, workload: Workload) -> Workload:
    store = plan.store
    volume = claim_volume("model", store, read_only=store.read_only)
    if plan.location.delivery == "copy":
        seen = Mount(volume=_STORE, path=_SEEN_BY_COPIER, read_only=True)
        fills = copier(plan, source=_SEEN_BY_COPIER, env={}, mounts=(seen,), options=("--copy-links",))
        return read_local(plan, workload).with_init((fills,), (claim_volume(_STORE, store, read_only=True),))
    if plan.location.delivery == "mount":
        return workload.with_mounts(
            (volume, Mount(volume="model", path=store.mount_path, read_only=store.read_only))
        )
    if any(adapter.path is None for adapter in plan.served_adapters):
        return workload.with_mounts((volume, Mount(volume="model", path=ADAPTERS, read_only=store.read_only)))
    return workload


def claim_volume(name: str, store: Store, *, read_only: bool) -> Volume:
    source: dict[str, Any] = {"claimName": claim_name(store)}
    if read_only:
        source["readOnly"] = True
    return Volume(name=name, source={"persistentVolumeClaim": source})


def _objects(fleet: Fleet, store: Store) -> list[dict[str, Any]]:
    """The volumes first, then the claims that name them; nothing for a claim that exists already."""
    if store.size is None:
        return []
    namespaces = claim_namespaces(fleet, store)
    volumes = [_persistent_volume(store, namespace) for namespace in namespaces]
    claims = [_claim(store, namespace) for namespace in namespaces]
    return [volume for volume in volumes if volume] + claims


def claim_namespaces(fleet: Fleet, store: Store) -> list[str]:
    """The namespaces whose services use the store: each has a claim of its own."""
    return sorted(
        {service.namespace for service in fleet.specifications if store.name in _stores_of(fleet, service)}
    )


def _stores_of(fleet: Fleet, service: Any) -> set[str | None]:
    model = fleet.models.get(service.model)
    return {model.store if model else None, service.cache.store}


def _labels(store: Store) -> dict[str, str]:
    return {MANAGED_BY_LABEL: MANAGER, STORE_LABEL: store.name}


def _persistent_volume(store: Store, namespace: str) -> dict[str, Any]:
    pv = store.pv
    if pv.nfs is not None:
        source: dict[str, Any] = {
            "mountOptions": list(pv.nfs.mount_options),
            "nfs": {"server": pv.nfs.server, "path": pv.nfs.path},
        }
    elif pv.csi is not None:
        csi: dict[str, Any] = {"driver": pv.csi.driver, "volumeHandle": pv.csi.handle}
        if pv.csi.attributes:
            csi["volumeAttributes"] = dict(pv.csi.attributes)
        source = {"csi": csi}
    else:
        return {}
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": volume_name(store, namespace), "labels": _labels(store)},
        "spec": {
            "capacity": {"storage": store.size},
            "accessModes": list(store.access_modes),
            "persistentVolumeReclaimPolicy": store.reclaim,
            "storageClassName": store.storage_class,
            "volumeMode": "Filesystem",
            "claimRef": {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "namespace": namespace,
                "name": claim_name(store),
            },
            **source,
        },
    }


def _claim(store: Store, namespace: str) -> dict[str, Any]:
    spec: dict[str, Any] = {
        "accessModes": list(store.access_modes),
        "resources": {"requests": {"storage": store.size}},
        "storageClassName": store.storage_class,
    }
    if store.pv.nfs or store.pv.csi or store.pv.existing:
        spec["volumeName"] = volume_name(store, namespace)
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": claim_name(store), "namespace": namespace, "labels": _labels(store)},
        "spec": spec,
    }


VOLUME = StoreKind(locate=_locate, adapter=_adapter, attach=_attach, objects=_objects)
