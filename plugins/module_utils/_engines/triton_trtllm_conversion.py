# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Job that converts a model for TensorRT-LLM, and puts it where the servers read it."""

from __future__ import annotations

import hashlib
import inspect
import json
import posixpath
from typing import TYPE_CHECKING, Any

from .._catalogue import trtllm
from .._names import HUB_TOKEN_KEYS, PROGRAMS, SERVICE_LABEL
from .._stores.volume import claim_volume
from .._workload import ConfigFiles, Container, Env, Job, Mount, Resources, Volume, Workload
from . import triton_trtllm_convert
from . import triton_trtllm_layout as layout
from .server import SCRATCH
from .triton_trtllm_links import lacks_links
from .triton_trtllm_repository import templates

if TYPE_CHECKING:
    from .._plan.facts import ServicePlan

EXAMPLES = "/app/examples"
"""Where the image has the converters of TensorRT-LLM's release."""

_TOKEN = "/var/run/secrets/hugging_face"  # noqa: S105 - a directory
_LEASE = 300
"""Seconds after which a conversion that gives no sign of life has ended."""
_CPUS = 4
_MEMORY_PER_GPU = 32
_LOCAL = "32Gi"


def job(plan: ServicePlan) -> Job | None:
    """None where nothing is converted here."""
    if not plan.service.conversion.enabled or not plan.engine.converts:
        return None
    what = specification(plan)
    files = {
        "convert.py": inspect.getsource(triton_trtllm_convert),
        "convert.json": json.dumps(what, indent=2, sort_keys=True) + "\n",
    }
    workload = _workload(plan, ConfigFiles.named(f"{plan.name}-convert", files))
    shape = json.dumps(workload, default=vars, sort_keys=True)
    name = f"{plan.name}-convert-{hashlib.sha256(shape.encode()).hexdigest()[:8]}"
    return Job(name=name, workload=workload, attempts=3, permanent=(triton_trtllm_convert.PERMANENT,))


def specification(plan: ServicePlan) -> dict[str, Any]:
    """What is converted, into what and how; its ``hash`` is on the marks of what came of it."""
    place = layout.converted(plan)
    what = {
        "source": plan.model.source,
        "revision": plan.model.revision,
        "directory": plan.location.path if plan.location.delivery == "mount" else None,
        "place": place.path,
        "steps": _steps(plan),
        "families": trtllm.families(plan.engine_version),
        "templates": trtllm.TEMPLATES,
        "models": templates(plan, place),
    }
    digest = hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()[:16]
    token = posixpath.join(_TOKEN, HUB_TOKEN_KEYS[0]) if plan.store_secret else None
    return {**what, "hash": digest, "lease": _LEASE, "token": token}


def _steps(plan: ServicePlan) -> list[list[str]]:
    version, topology, given = plan.engine_version, plan.service.topology, plan.service.engine_args
    kind = layout.data_type(plan)
    options = trtllm.build_options(
        version, data_type=kind, batch=given.max_num_seqs, length=given.max_model_len
    )
    if lacks_links(plan):
        options |= trtllm.linked_only_by_network(version)[0]
    options |= {name: _text(value) for name, value in plan.service.conversion.options.items()}
    convert = {"model_dir": "{raw}", "output_dir": "{work}/checkpoint", "dtype": kind}
    convert |= {"tp_size": str(topology.tensor), "pp_size": str(topology.pipeline)}
    build = {"checkpoint_dir": "{work}/checkpoint", "output_dir": "{work}/engine"}
    build |= {"workers": str(min(_gpus(plan), plan.world_size)), **options}
    return [
        ["python3", f"{EXAMPLES}/{{family}}/convert_checkpoint.py", *_flags(convert)],
        ["trtllm-build", *_flags(build)],
    ]


def _flags(options: dict[str, str]) -> list[str]:
    """An option with an empty value is a switch."""
    return [word for name, value in options.items() for word in (f"--{name}", value) if word]


def _text(value: Any) -> str:
    return "" if value is True else str(value)


def _workload(plan: ServicePlan, files: ConfigFiles) -> Workload:
    volumes = [
        Volume(name="scratch", source={"emptyDir": {"sizeLimit": _LOCAL}}),
        files.volume("runner"),
    ]
    mounts = [Mount(volume="scratch", path=SCRATCH), Mount(volume="runner", path=PROGRAMS, read_only=True)]
    store = layout.shared_volume(plan)
    if store is not None:
        volumes.append(claim_volume("models", store, read_only=False))
        mounts.append(Mount(volume="models", path=store.mount_path))
    if plan.store_secret is not None:
        items = [{"key": HUB_TOKEN_KEYS[0], "path": HUB_TOKEN_KEYS[0]}]
        secret = {"secretName": plan.store_secret, "items": items, "defaultMode": 0o440}
        volumes.append(Volume(name="token", source={"secret": secret}))
        mounts.append(Mount(volume="token", path=_TOKEN, read_only=True))
    main = Container(
        name="converter",
        image=plan.image,
        pull_policy=plan.service.image_pull_policy,
        command=("python3", f"{PROGRAMS}/convert.py"),
        env={**_environment(plan), **plan.service.env},
        resources=_resources(plan),
        mounts=tuple(mounts),
    )
    own = {name: value for name, value in plan.labels.items() if name != SERVICE_LABEL}
    return Workload(
        main=main,
        volumes=tuple(volumes),
        config=(files,),
        labels={
            **own,
            "app": f"{plan.name}-converter",
            "app.kubernetes.io/component": "converter",
        },
        tolerations=plan.tolerations,
        affinity=plan.affinity,
        node_selector=plan.service.node_selector,
        user=plan.user,
        pull_secrets=plan.pull_secrets,
    )


def _environment(plan: ServicePlan) -> Env:
    place = layout.converted(plan)
    verbose = bool(plan.service.engine_args.log_verbose)
    env = {
        "HOME": SCRATCH,
        "USER": "inferops",
        "HF_HOME": plan.hub_cache or posixpath.join(SCRATCH, "huggingface"),
        "HF_HUB_VERBOSITY": "info" if verbose else "error",
        "ENGINE_DEST_PATH": place / layout.ENGINE,
        "MODEL_DEST_PATH": place / layout.MODEL,
    }
    if plan.store.offline:
        env["HF_HUB_OFFLINE"] = "1"
    elif plan.hub_endpoint is not None:
        env["HF_ENDPOINT"] = plan.hub_endpoint
    return env


def _gpus(plan: ServicePlan) -> int:
    return plan.service.conversion.resources.gpu or plan.world_size


def _resources(plan: ServicePlan) -> Resources:
    """Requests are limits: engines are built in one go, and what is built is measured on this very GPU."""
    given, gpus = plan.service.conversion.resources, _gpus(plan)
    amounts = {
        "cpu": given.cpu or str(_CPUS * (gpus + 1) // 2),
        "memory": given.memory or f"{_MEMORY_PER_GPU * gpus}Gi",
        "ephemeral-storage": _LOCAL,
    }
    names = list(plan.gpu_resources)
    amounts |= plan.gpu_resources | ({names[0]: str(gpus)} if names else {})
    return Resources(requests=amounts, limits=amounts)
