# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stores that are a bucket: fetched by the platform, read by an engine that can, or copied beforehand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from .._names import S3_ACCESS_KEY, S3_SECRET_KEY
from .._workload import Env, EnvValue, Mount, SecretKey, Volume, Workload
from .kind import ADAPTERS, Location, StoreKind
from .local import copier, local_path, read_local

if TYPE_CHECKING:
    from .._fleet import Fleet, Store
    from .._plan.facts import ServicePlan

_REPOSITORY = "model_repository"
_SCRATCH = "/mnt/s3"
_CA_DIRECTORY = "/etc/inferops/ca"
_CA_FILE = f"{_CA_DIRECTORY}/cabundle.crt"
_PORTS = {"https": 443, "http": 80}
_SETTING = "RCLONE_S3_"
"""Begins the variables of rclone's remote without a name, ``:s3:``."""


def repository_url(store: Store) -> str:
    """What Triton takes for a repository in this bucket.

    Triton speaks TLS only to an endpoint whose scheme is written inside the URL, and knows an endpoint by its
    port, which is therefore always written.
    """
    path = repository_path(store)
    if store.endpoint is None:
        return f"s3://{path}"
    endpoint = urlsplit(store.endpoint)
    port = endpoint.port or _PORTS[endpoint.scheme]
    return f"s3://{endpoint.scheme}://{endpoint.hostname}:{port}/{path}"


def repository_path(store: Store) -> str:
    """Bucket and path of the repository for Triton."""
    return "/".join([str(store.bucket), store.prefix.strip("/") or _REPOSITORY])


def object_path(store: Store, source: str = "") -> str:
    """Bucket and path of a model or an adapter of this source."""
    parts = (str(store.bucket), store.prefix.strip("/"), source.strip("/"))
    return "/".join(part for part in parts if part)


def rclone_environment(store: Store, *, prefix: str, ca_file: str | None) -> dict[str, str]:
    """What rclone is told of the bucket's server; the names of a remote's settings begin with *prefix*."""
    given = {
        f"{prefix}PROVIDER": "AWS" if store.endpoint is None else "Other",
        f"{prefix}FORCE_PATH_STYLE": str(store.path_style).lower(),
        f"{prefix}ENDPOINT": store.endpoint,
        f"{prefix}REGION": store.region,
        "RCLONE_CA_CERT": ca_file,
        "RCLONE_NO_CHECK_CERTIFICATE": None if store.verify_tls else "true",
    }
    return {name: value for name, value in given.items() if value is not None}


def _locate(plan: ServicePlan) -> Location:
    if plan.platform.model_dir is not None:
        uri = f"s3://{object_path(plan.store, plan.model.source)}"
        return Location(delivery="uri", path=plan.platform.model_dir, uri=uri)
    if plan.engine.repository is not None:
        return Location(delivery="repository", path=plan.model.source, uri=repository_url(plan.store))
    return Location(delivery="copy", path=local_path(plan, plan.model.source))


def _adapter(plan: ServicePlan, source: str) -> Location:
    if plan.location.delivery == "uri":
        path = f"{ADAPTERS}/{source.strip('/')}"
        return Location(delivery="uri", path=path, uri=f"s3://{object_path(plan.store, source)}")
    return Location(delivery="copy", path=local_path(plan, source))


def _attach(plan: ServicePlan, workload: Workload) -> Workload:
    if plan.location.delivery == "repository":
        return _repository(plan, workload)
    if plan.location.delivery == "copy":
        return _copy(plan, workload)
    return workload


def _repository(plan: ServicePlan, workload: Workload) -> Workload:
    """Triton copies models into a directory of its own, which must be empty at the start."""
    env: dict[str, EnvValue] = {"TRITON_AWS_MOUNT_DIRECTORY": _SCRATCH, **_credentials(plan, "AWS_")}
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
    env: dict[str, EnvValue] = {
        **rclone_environment(store, prefix=_SETTING, ca_file=_CA_FILE if store.ca else None),
        **_credentials(plan, _SETTING),
    }
    extra = () if store.ca is None else (_ca(store.ca),)
    fills = copier(plan, source=f":s3:{object_path(store)}", env=env, mounts=(_CA_MOUNT,) if extra else ())
    return read_local(plan, workload).with_init((fills,), extra)


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
