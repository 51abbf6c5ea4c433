# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The values of the chart aidaptivcache-inference, as its description and as its templates spell them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .._catalogue.aidaptiv import DEVICE, PARAMETERS
from .imported import Imported, put
from .values import Values

_MOUNT = re.compile(r"mount\s+-t\s+nfs4?\s.*?(?P<server>[\w.<>-]+):(?P<path>/\S*)\s+(?P<at>/\S+)")
_COPY = re.compile(r"\bcp\s+-\S+\s+(?P<source>/\S+)\s+(?P<target>/\S+)")
_NOMINAL_SIZE = "100Gi"
_VENDORS = {"otterscale.com/vgpu": "otterscale", "nvidia.com/gpumem": "hami"}
_NEGATED = ("args.disableGpuReuse", "args.disableLongToken", "args.disableKVCache")
_APART = ("args.model", "args.port", "args.noResumeKvCache", "args.resumeKvCache")
_EXPOSED = {"NodePort": "nodeport", "ClusterIP": "cluster", "LoadBalancer": "loadbalancer"}


@dataclass(frozen=True, kw_only=True)
class Script:
    """What a script before the start does, as far as it is mounting and copying."""

    server: str = ""
    exported: str = ""
    mounted: str = ""
    copies: tuple[tuple[str, str], ...] = ()
    """Source below the mount and where it ends up."""


def read(values: Mapping[str, Any], name: str, namespace: str) -> Imported:
    given, made = Values(values), Imported()
    made.service = {"name": name or given.take("deployment.name"), "engine": "aidaptiv"}
    if namespace:
        made.service["namespace"] = namespace
    given.take("deployment.name")
    _image(made, given)
    _copies(made, given)
    made.serve("topology.placement.scheduler", given.take("schedulerName") or None)
    _parameters(made, given)
    _resources(made, given)
    _model(made, given)
    _adapters(made, given)
    _way_in(made, given)
    _around(made, given)
    for path in given.rest():
        made.note("unknown", path, "the chart has no such key and ignores it.", "T-65")
    return made


def _image(made: Imported, given: Values) -> None:
    repository, tag = given.take("image.repository"), given.take("image.tag")
    made.serve("image_pull_policy", given.take("image.pullPolicy"))
    made.serve("pull_secrets", [one["name"] for one in given.take("imagePullSecrets") or ()] or None)
    if repository is None:
        made.note(
            "missing",
            "image.repository",
            "write the image; there is no default for a vendor's image.",
            "T-66",
        )
        return
    made.serve("image", f"{repository}:{tag}" if tag is not None else repository)
    made.note(
        "assumed", "image.tag", f"{tag} is taken as it is; the vendor's papers spell it in two ways.", "T-66"
    )


def _copies(made: Imported, given: Values) -> None:
    copies = given.take("deployment.replicas")
    if copies is not None:
        made.serve("scaling", {"min": copies, "max": copies})


def _parameters(made: Imported, given: Values) -> None:
    """The server's parameters, by the one table that has them."""
    for parameter in PARAMETERS:
        path = f"vllm.{parameter.key}"
        if parameter.key in _APART or parameter.key.startswith("lora."):
            continue
        value = given.take(path)
        _casing(made, given, path, parameter.chart_key)
        if parameter.key.startswith("env."):
            _variable(made, path, parameter.rendered, value)
        elif value is not None:
            negated = parameter.key in _NEGATED
            made.serve(parameter.home, not value if negated else value)
            if parameter.key == "args.disableKVCache":
                made.note(
                    "corrected", path, "turns off the offload, not the KV cache: kv_offload.enabled.", "T-70"
                )
    _resume(made, given)
    if made.service.get("engine_args", {}).get("chunked_prefill") is False:
        message = "is really turned off here; the chart only leaves the flag out."
        made.note("corrected", "vllm.args.enableChunkedPrefill", message, "T-69")


def _casing(made: Imported, given: Values, path: str, chart_key: str) -> None:
    """The chart reads one spelling and drops others without a word; here they are one."""
    written = given.written.get(path)
    if written is not None and chart_key and written != f"vllm.{chart_key}":
        made.note(
            "corrected",
            written,
            f"the chart reads {chart_key} alone, so this value was in no effect.",
            "T-65",
        )


def _variable(made: Imported, path: str, variable: str, value: Any) -> None:
    if variable == "VLLM_USE_V1" and value is not None:
        made.note("dropped", path, "follows from the engine's version.", "T-86")
    elif value not in (None, ""):
        put(made.service.setdefault("env", {}), variable, str(value))
    elif value == "":
        made.note("dropped", path, "an empty variable is not set.", "T-86")


def _resume(made: Imported, given: Values) -> None:
    off, on = given.take("vllm.args.noResumeKvCache"), given.take("vllm.args.resumeKvCache")
    for path, key in (
        ("vllm.args.noResumeKvCache", "noResumeKVCache"),
        ("vllm.args.resumeKvCache", "resumeKVCache"),
    ):
        _casing(made, given, path, f"args.{key}")
    if off and on:
        message = "contradicts noResumeKvCache; nothing is resumed."
        made.note("corrected", "vllm.args.resumeKvCache", message, "T-71")
    if off is not None or on is not None:
        made.serve("kv_offload.resume", "resume" if on and not off else "discard")


def _resources(made: Imported, given: Values) -> None:
    """Requests and limits of the extended resources are equal by the API's own rule."""
    asked = {**(given.take("resources.requests") or {}), **(given.take("resources.limits") or {})}
    for prefix, preset in _VENDORS.items():
        if any(resource.startswith(prefix) for resource in asked):
            made.cluster["gpu_resources"] = preset
    for resource, amount in asked.items():
        kind = resource.rpartition("/")[2]
        if kind in ("vgpu", "gpu"):
            _gpus(made, resource, int(amount))
        elif kind in ("vgpumem-percentage", "gpumem-percentage"):
            made.serve("gpu.memory_percent", int(amount))
        elif kind in ("vgpumem", "gpumem"):
            made.serve("gpu.memory", f"{amount}Mi")
        elif resource == DEVICE:
            _devices(made, int(amount))
        elif resource in ("cpu", "memory", "ephemeral-storage"):
            made.serve(
                f"resources.{resource.partition('-')[0]}", {"request": str(amount), "limit": str(amount)}
            )
        else:
            made.note("dropped", f"resources.limits.{resource}", "is no resource of this engine.")
    if made.cluster.get("gpu_resources"):
        made.serve("gpu.mode", "vgpu")


def _gpus(made: Imported, resource: str, amount: int) -> None:
    tensor = made.service.setdefault("topology", {}).setdefault("tensor", amount)
    if tensor != amount:
        message = f"{amount} is not tensorParallelSize {tensor}, from which it follows."
        made.note("corrected", f"resources.limits.{resource}", message)


def _devices(made: Imported, amount: int) -> None:
    if made.service.get("kv_offload", {}).get("ssd_gb", 0) > 0:
        made.serve("kv_offload.device_count", amount)
    else:
        made.note(
            "dropped", f"resources.limits.{DEVICE}", "no device is needed without ssdKvOffloadGb.", "T-84"
        )


def _model(made: Imported, given: Values) -> None:
    path = str(given.take("vllm.args.model") or "").rstrip("/")
    shared = str(given.take("initContainer.sharedDataPath") or "/data").rstrip("/")
    name = posixpath.basename(path)
    made.model = {"name": name}
    made.service["model"] = name
    text, enabled = given.take("prescript"), given.take("initContainer.enabled") is not False
    image = given.take("initContainer.image") or {}
    script = _script(text if enabled else None)
    copied = next((source for source, target in script.copies if target == path), None)
    if copied is not None:
        made.serve("delivery", "copy")
        made.serve("shared_path", shared)
        _store(made, script, copied)
        message = "an unprivileged container copies from a volume; no package is installed at the start."
        made.note("corrected", "prescript", message, "T-75")
    elif script.mounted and path.startswith(f"{script.mounted}/"):
        _store(made, script, path.removeprefix(f"{script.mounted}/"))
        made.note(
            "corrected", "prescript", "mounts inside it are not seen by the server; a volume is.", "T-76"
        )
    elif text and enabled:
        tag = str(image.get("tag", ""))
        made.serve("delivery", "legacy-prescript")
        made.serve("prescript", {"image": image.get("repository", "ubuntu"), "tag": tag, "script": text})
        made.model["source"] = path.removeprefix(f"{shared}/")
        if not isinstance(image.get("tag"), str):
            made.note("assumed", "initContainer.image.tag", f"{tag} was a number; tags are texts.", "T-87")
    elif path:
        made.note("missing", "vllm.args.model", f"write the store that holds {path}.", "T-76")
    if path:
        made.note("assumed", "vllm.args.model", f"is asked for as {name}.", "T-73")
    given.take("initContainer")


def _script(text: str | None) -> Script:
    mount = _MOUNT.search(text or "")
    if mount is None:
        return Script()
    mounted = mount["at"].rstrip("/")
    copies = []
    for found in _COPY.finditer(text or ""):
        source, target = found["source"].rstrip("/"), found["target"]
        if source.startswith(f"{mounted}/"):
            copies.append(
                (source.removeprefix(f"{mounted}/"), posixpath.join(target, posixpath.basename(source)))
            )
    return Script(server=mount["server"], exported=mount["path"], mounted=mounted, copies=tuple(copies))


def _store(made: Imported, script: Script, source: str) -> None:
    store = {
        "name": "models",
        "kind": "nfs",
        "size": _NOMINAL_SIZE,
        "mount_path": script.mounted,
        "pv": {"nfs": {"server": script.server, "path": script.exported}},
    }
    made.stores.append(store)
    made.model |= {"source": source, "store": "models"}
    made.note(
        "assumed", "llm_stores[models].size", "an export has no size of its own, but a volume needs one."
    )


def _adapters(made: Imported, given: Values) -> None:
    enabled, modules, rank = (given.take(f"vllm.lora.{key}") for key in ("enable", "modules", "maxRank"))
    if not enabled:
        return
    made.serve("lora", {"enabled": True, "max_rank": rank})
    roots = [store["mount_path"] for store in made.stores] + [made.service.get("shared_path", "/data")]
    made.model["adapters"] = []
    for module in str(modules or "").split():
        name, _equals, path = module.partition("=")
        root = next((one for one in roots if path.startswith(f"{one}/")), None)
        if root is None or not made.stores:
            made.model["adapters"].append({"name": name, "path": path.rstrip("/")})
            continue
        made.model["adapters"].append({"name": name, "source": path.removeprefix(f"{root}/").rstrip("/")})
        made.note(
            "corrected", "vllm.lora.modules", f"{name} comes from the store, as the model does.", "T-72"
        )


def _way_in(made: Imported, given: Values) -> None:
    kind, port = given.take("service.type"), given.take("service.port")
    engine, target = given.take("vllm.args.port"), given.take("service.targetPort")
    if kind is not None:
        made.serve("expose.type", _EXPOSED[kind])
    made.serve("expose.port", port)
    made.serve("expose.node_port", given.take("service.nodePort"))
    if len({each for each in (engine, target) if each is not None}) > 1:
        message = f"{target} is not vllm.args.port {engine}; both are one port here."
        made.note("corrected", "service.targetPort", message, "T-74")


def _around(made: Imported, given: Values) -> None:
    if given.take("volumes.dshm.enabled") is not False:
        made.serve("shm_size", given.take("volumes.dshm.sizeLimit"))
    made.serve("node_selector", given.take("nodeSelector"))
    made.serve("tolerations", given.take("tolerations"))
    reasons = {
        "postscript": ("ends up in the command line of the server.", "T-78"),
        "vllm.waiting": ("a server that sleeps serves nobody.", "T-79"),
        "affinity": ("follows from the GPUs; node_selector takes labels.", ""),
    }
    for path, (reason, trap) in reasons.items():
        if given.take(path) not in (None, {}, ""):
            made.note("dropped", path, reason, trap)
