# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``llm_stores``: where models lie."""

from __future__ import annotations

from dataclasses import dataclass

from ..option import Memory, Text, option

VOLUMES = ("pvc", "nfs", "csi")


@dataclass(frozen=True, kw_only=True)
class NfsVolume:
    server: str = option("Host name or address of the NFS server.")
    path: str = option("Exported path.")
    mount_options: tuple[str, ...] = option("Mount options.", default=("nfsvers=4.1",))


@dataclass(frozen=True, kw_only=True)
class CsiVolume:
    driver: str = option("Name of the CSI driver, for example V(efs.csi.aws.com).")
    handle: str = option("Volume handle that the driver knows.")
    attributes: dict[str, Text] = option("Volume attributes of the driver.", default={})


@dataclass(frozen=True, kw_only=True)
class PersistentVolume:
    nfs: NfsVolume | None = option("An NFS export.", default=None)
    csi: CsiVolume | None = option("A volume of a CSI driver.", default=None)
    existing: str | None = option("Name of a PersistentVolume that is already there.", default=None)


@dataclass(frozen=True, kw_only=True)
class Store:
    name: str = option("Name of the entry.")
    kind: str = option(
        "V(pvc) is a claim on an existing or dynamically made volume, V(nfs) and V(csi) also make the"
        " volume, V(s3) is a bucket, V(oci) an image registry with models as images, V(hf) is the"
        " Hugging Face hub"
        " or a mirror of it.",
        choices=(*VOLUMES, "s3", "oci", "hf"),
    )
    claim: str | None = option(
        "Name of the PersistentVolumeClaim.", default=None, implied="the store's name", kinds=VOLUMES
    )
    size: Memory | None = option(
        "Requested size. Needed unless the claim exists already.", default=None, kinds=VOLUMES
    )
    access_modes: tuple[str, ...] = option(
        "Access modes: V(ReadWriteMany), V(ReadOnlyMany), V(ReadWriteOnce), V(ReadWriteOncePod).",
        choices=("ReadWriteMany", "ReadOnlyMany", "ReadWriteOnce", "ReadWriteOncePod"),
        default=("ReadWriteMany",),
        kinds=VOLUMES,
    )
    storage_class: str = option(
        "StorageClass of a dynamically made volume; empty for static binding.", default="", kinds=VOLUMES
    )
    reclaim: str = option(
        "What happens to a volume of ours when its claim goes.",
        choices=("Retain", "Delete"),
        default="Retain",
        kinds=VOLUMES,
    )
    pv: PersistentVolume = option("The volume behind the claim.", default=PersistentVolume(), kinds=VOLUMES)
    mount_path: str = option("Where pods see the store.", default="/mnt/models", kinds=VOLUMES)
    read_only: bool = option("Pods that serve mount the store read-only.", default=True, kinds=VOLUMES)

    endpoint: str | None = option(
        "URL with scheme, for V(s3) with its port too, for example V(https://s3.example:443).",
        default=None,
        implied="the public service",
        kinds=("s3", "hf"),
    )
    region: str | None = option("Region of the bucket.", default=None, kinds=("s3",))
    bucket: str | None = option("Bucket. Required for V(s3).", default=None, kinds=("s3",))
    prefix: str = option(
        "Path inside the bucket in front of every model's source.", default="", kinds=("s3",)
    )
    secret: str | None = option(
        "Entry of O(llm_secrets) with the credentials.",
        default=None,
        refers_to="llm_secrets",
        implied="anonymous access",
        kinds=("s3", "oci", "hf"),
    )
    path_style: bool = option(
        "Write the bucket into the path instead of the host name.", default=True, kinds=("s3",)
    )
    verify_tls: bool = option("Verify the endpoint's certificate.", default=True, kinds=("s3",))
    ca: str | None = option(
        "ConfigMap with a CA bundle under the key V(cabundle.crt), for an endpoint with a private CA.",
        default=None,
        kinds=("s3",),
    )

    registry: str | None = option(
        "Registry and path in front of every model's source, for example V(registry.example/models). Required"
        " for V(oci).",
        default=None,
        kinds=("oci",),
    )

    offline: bool = option(
        "The hub cannot be reached from the cluster; only what is cached is used.",
        default=False,
        kinds=("hf",),
    )
