# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stores that are a bucket: fetched by the platform, read by an engine that can, or copied beforehand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from .._names import S3_ACCESS_KEY, S3_SECRET_KEY
from .._workload import Container, Env, Mount, Resources, SecretKey, Volume, Workload
from .kind import ADAPTERS, Location, StoreKind

if TYPE_CHECKING:
    from .._fleet import Fleet, Store
    from .._plan.facts import ServicePlan

_COPIED = "/mnt/models"
_REPOSITORY = "model_repository"
_SCRATCH = "/mnt/s3"
_CA_DIRECTORY = "/etc/inferops/ca"
_CA_FILE = f"{_CA_DIRECTORY}/cabundle.crt"
_PATTERN = re.compile(r"[\\*?\[\]{}]")
"""What means something else in a pattern of rclone."""
_PORTS = {"https": 443, "http": 80}

_COPY_RESOURCES = Resources(
    requests={"cpu": "500m", "memory": "256Mi", "ephemeral-storage": "64Mi"},
    limits={"cpu": "2", "memory": "1Gi", "ephemeral-storage": "256Mi"},
)


def repository_url(store: Store) -> str:
    """What Triton takes for a repository in this bucket.

    Triton speaks TLS only to an endpoint whose scheme is written inside the URL, and knows an endpoint by its
    port, which is therefore always written.
    """
    path = "/".join([str(store.bucket), store.prefix.strip("/") or _REPOSITORY])
    if store.endpoint is None:
        return f"s3://{path}"
    endpoint = urlsplit(store.endpoint)
    port = endpoint.port or _PORTS[endpoint.scheme]
    return f"s3://{endpoint.scheme}://{endpoint.hostname}:{port}/{path}"


def _path(store: Store, source: str = "") -> str:
    parts = (str(store.bucket), store.prefix.strip("/"), source.strip("/"))
    return "/".join(part for part in parts if part)


def _locate(plan: ServicePlan) -> Location:
    if plan.platform.model_dir is not None:
        return Location(
            delivery="uri", path=plan.platform.model_dir, uri=f"s3://{_path(plan.store, plan.model.source)}"
        )
    if plan.engine.reads_object_store:
        return Location(delivery="repository", path=plan.model.source, uri=repository_url(plan.store))
    return Location(delivery="copy", path=f"{_COPIED}/{plan.model.source.strip('/')}")


def _adapter(plan: ServicePlan, source: str) -> Location:
    if plan.location.delivery == "uri":
        path = f"{ADAPTERS}/{source.strip('/')}"
        return Location(delivery="uri", path=path, uri=f"s3://{_path(plan.store, source)}")
    return Location(delivery="copy", path=f"{_COPIED}/{source.strip('/')}")


def _attach(plan: ServicePlan, workload: Workload) -> Workload:
    if plan.location.delivery == "repository":
        return _repository(plan, workload)
    if plan.location.delivery == "copy":
        return _copy(plan, workload)
    return workload


def _repository(plan: ServicePlan, workload: Workload) -> Workload:
    """Triton copies models into a directory of its own, which must be empty at the start."""
    env: dict[str, str | SecretKey] = {"TRITON_AWS_MOUNT_DIRECTORY": _SCRATCH, **_credentials(plan, "AWS_")}
    if plan.store.region is not None:
        env["AWS_DEFAULT_REGION"] = plan.store.region
    size = plan.resources.limits["ephemeral-storage"]
    scratch = Volume(name="s3-scratch", source={"emptyDir": {"sizeLimit": size}})
    workload = workload.with_mounts((scratch, Mount(volume="s3-scratch", path=_SCRATCH)))
    if plan.store.ca is not None:
        env["AWS_CA_BUNDLE"] = _CA_FILE
        workload = workload.with_mounts((_ca(plan.store.ca), _CA_MOUNT))
    return workload.with_env(env)


def _copy(plan: ServicePlan, workload: Workload) -> Workload:
    store = plan.store
    env: dict[str, str | SecretKey] = {
        "RCLONE_CONFIG": "",
        "RCLONE_S3_PROVIDER": "AWS" if store.endpoint is None else "Other",
        "RCLONE_S3_FORCE_PATH_STYLE": str(store.path_style).lower(),
        **_credentials(plan, "RCLONE_S3_"),
    }
    given = {
        "RCLONE_S3_ENDPOINT": store.endpoint,
        "RCLONE_S3_REGION": store.region,
        "RCLONE_CA_CERT": _CA_FILE if store.ca else None,
        "RCLONE_NO_CHECK_CERTIFICATE": None if store.verify_tls else "true",
    }
    env.update({name: value for name, value in given.items() if value is not None})
    size = plan.resources.limits["ephemeral-storage"]
    volume = Volume(name="model", source={"emptyDir": {"sizeLimit": size}})
    mount = Mount(volume="model", path=_COPIED)
    extra = () if store.ca is None else (_ca(store.ca),)
    copier = Container(
        name="copy-model",
        image=plan.copier_image,
        pull_policy=plan.service.image_pull_policy,
        args=("copy", f":s3:{_path(store)}", _COPIED, *(f"--include={each}/**" for each in _copied(plan))),
        env=env,
        resources=_COPY_RESOURCES,
        mounts=(mount, _CA_MOUNT) if extra else (mount,),
    )
    read = Mount(volume="model", path=_COPIED, read_only=True)
    return workload.with_mounts((volume, read)).with_init((copier,), extra)


def _copied(plan: ServicePlan) -> list[str]:
    """The directories of model and adapters below the prefix of the store, as rclone's patterns."""
    paths = [plan.location.path, *(path for path in plan.adapters.values() if path.startswith(f"{_COPIED}/"))]
    return [_PATTERN.sub(r"\\\g<0>", path.removeprefix(_COPIED)) for path in paths]


_CA_MOUNT = Mount(volume="s3-ca", path=_CA_DIRECTORY, read_only=True)


def _ca(config_map: str) -> Volume:
    return Volume(name="s3-ca", source={"configMap": {"name": config_map}})


def _credentials(plan: ServicePlan, prefix: str) -> Env:
    if plan.store_secret is None:
        return {}
    names = (f"{prefix}ACCESS_KEY_ID", f"{prefix}SECRET_ACCESS_KEY")
    keys = (S3_ACCESS_KEY, S3_SECRET_KEY)
    return {name: SecretKey(secret=plan.store_secret, key=key) for name, key in zip(names, keys, strict=True)}


def _objects(fleet: Fleet, store: Store) -> list[dict[str, Any]]:
    return []


S3 = StoreKind(locate=_locate, adapter=_adapter, attach=_attach, objects=_objects)
