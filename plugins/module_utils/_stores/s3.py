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
_CA_DIRECTORY = "/etc/inferops/ca"
CA_FILE = f"{_CA_DIRECTORY}/cabundle.crt"
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
    return _copy(plan, workload) if plan.location.delivery == "copy" else workload


def _copy(plan: ServicePlan, workload: Workload) -> Workload:
    store = plan.store
    env: dict[str, EnvValue] = {
        **rclone_environment(store, prefix=_SETTING, ca_file=CA_FILE if store.ca else None),
        **credentials(plan, store, _SETTING),
    }
    extra = () if store.ca is None else (ca_volume(store.ca),)
    fills = copier(plan, source=f":s3:{object_path(store)}", env=env, mounts=(CA_MOUNT,) if extra else ())
    return read_local(plan, workload).with_init((fills,), extra)


CA_MOUNT = Mount(volume="s3-ca", path=_CA_DIRECTORY, read_only=True)


def ca_volume(config_map: str) -> Volume:
    return Volume(name="s3-ca", source={"configMap": {"name": config_map}})


def credentials(plan: ServicePlan, store: Store, prefix: str) -> Env:
    """The keys of the bucket, as variables whose names begin with *prefix*."""
    if store.secret is None:
        return {}
    names = (f"{prefix}ACCESS_KEY_ID", f"{prefix}SECRET_ACCESS_KEY")
    secret, keys = plan.secret_name(store.secret), (S3_ACCESS_KEY, S3_SECRET_KEY)
    return {name: SecretKey(secret=secret, key=key) for name, key in zip(names, keys, strict=True)}


def _objects(fleet: Fleet, store: Store) -> list[dict[str, Any]]:
    return []


S3 = StoreKind(locate=_locate, adapter=_adapter, attach=_attach, objects=_objects)
