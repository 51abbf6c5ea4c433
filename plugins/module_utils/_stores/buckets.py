# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Buckets from which Triton reads model repositories by itself.

The keys of one bucket are environment. Those of several Triton takes from a file, by URL; a container puts it
together in memory before the start, since Kubernetes cannot do that with several Secrets.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from .._workload import Container, Env, EnvValue, Mount, Resources, Volume, Workload
from .s3 import CA_FILE, CA_MOUNT, ca_volume, credentials, repository_url

if TYPE_CHECKING:
    from .._fleet import Store
    from .._plan.facts import ServicePlan

_SCRATCH = "/mnt/s3"
_KEYS = Mount(volume="s3-keys", path="/mnt/s3-keys")
_FILE = f"{_KEYS.path}/credentials.json"
_WRITER = f"""\
import json, os
def given(name, number):
    return os.environ.get(f"KEYS_{{number}}_{{name}}", "")
keys = {{
    url: {{"key_id": given("ACCESS_KEY_ID", number), "secret_key": given("SECRET_ACCESS_KEY", number),
          "region": region, "session_token": "", "profile": ""}}
    for number, (url, region) in enumerate(json.loads(os.environ["BUCKETS"]))
}}
with open(os.open("{_FILE}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
    json.dump({{"s3": keys}}, file)
"""
_RESOURCES = Resources(
    requests={"cpu": "50m", "memory": "32Mi", "ephemeral-storage": "16Mi"},
    limits={"cpu": "500m", "memory": "128Mi", "ephemeral-storage": "16Mi"},
)


def buckets(plan: ServicePlan) -> tuple[Store, ...]:
    """The bucket of the model, where Triton reads it, and the further ones of the service."""
    return (*((plan.store,) if plan.location.delivery == "repository" else ()), *plan.repositories)


def attach_buckets(plan: ServicePlan, workload: Workload) -> Workload:
    """Triton copies models into a directory of its own, which must be empty at the start."""
    read = buckets(plan)
    if not read:
        return workload
    size = plan.resources.limits["ephemeral-storage"]
    scratch = Volume(name="s3-scratch", source={"emptyDir": {"sizeLimit": size}})
    workload = workload.with_mounts((scratch, Mount(volume="s3-scratch", path=_SCRATCH)))
    env: dict[str, EnvValue] = {"TRITON_AWS_MOUNT_DIRECTORY": _SCRATCH}
    if ca := next((store.ca for store in read if store.ca is not None), None):
        env["AWS_CA_BUNDLE"] = CA_FILE
        workload = workload.with_mounts((ca_volume(ca), CA_MOUNT))
    if len(read) == 1:
        return workload.with_env({**env, **_environment(plan, read[0])})
    room = Volume(name=_KEYS.volume, source={"emptyDir": {"medium": "Memory", "sizeLimit": "1Mi"}})
    workload = workload.with_init((_writer(plan, read),), (room,)).with_mounts((room, _KEYS))
    return workload.with_env({**env, "TRITON_CLOUD_CREDENTIAL_PATH": _FILE})


def _environment(plan: ServicePlan, store: Store) -> Env:
    region = {} if store.region is None else {"AWS_DEFAULT_REGION": store.region}
    return {**credentials(plan, store, "AWS_"), **region}


def _writer(plan: ServicePlan, read: tuple[Store, ...]) -> Container:
    env: dict[str, EnvValue] = {
        "BUCKETS": json.dumps([[repository_url(store), store.region or ""] for store in read])
    }
    for number, store in enumerate(read):
        env |= credentials(plan, store, f"KEYS_{number}_")
    return Container(
        name="bucket-keys",
        image=plan.image,
        pull_policy=plan.service.image_pull_policy,
        command=("python3", "-c", _WRITER),
        env=env,
        resources=_RESOURCES,
        mounts=(_KEYS,),
    )
