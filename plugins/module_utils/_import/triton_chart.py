# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scenario values of the chart triton-inference-server of an inference platform."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any

from .._quantities import quantity
from .imported import Imported, put
from .values import Values

_REPOSITORY = re.compile(
    r"--model-repository=s3://(?P<endpoint>https?://[^/]+)/(?P<bucket>[^/]+)/?(?P<prefix>.*)"
)
METRICS = {"avg_time_queue_us": "queue_time", "triton:queue_compute:ratio": "queue_ratio"}
"""The name of a metric in the scenario → ours."""
_TWICE = re.compile(r"[A-Za-z0-9+/]{8,}={0,2}")
_SFS = "sfs"
_SFS_SIZE = "100Gi"
_KEYS = {"access_key": ("id", "access_key"), "secret_key": ("key", "secret_key")}
"""Our key → the keys by which two versions of the scenario call it."""


def read(values: Mapping[str, Any], name: str, namespace: str) -> Imported:
    given, made = Values(values), Imported()
    made.service = {
        "name": name or namespace or "triton",
        "engine": "triton-vllm",
        "platform": "deployment",
    }
    if namespace:
        made.service["namespace"] = namespace
    made.model = {"name": "vllm_model"}
    made.service["model"] = "vllm_model"
    made.note("assumed", "main.serverArgs", "the model is called vllm_model, as in the sample; give model.")
    _bucket(made, given)
    made.service |= _variant(made, given, "main")
    _volume(made, given)
    _scaling(made, given)
    _way_in(made, given, namespace)
    _canary(made, given)
    _platform(made, given)
    for path in given.rest():
        made.note("unknown", path, "no scenario has such a key, and Helm ignores it.")
    return made


def _variant(made: Imported, given: Values, variant: str) -> dict[str, Any]:
    """The pods of the main service or of its canary."""
    found: dict[str, Any] = {}
    put(found, "image", given.take(f"{variant}.imageName"))
    put(found, "topology.tensor", given.take(f"{variant}.numGpus"))
    put(found, "node_selector", given.take(f"{variant}.nodeSelector"))
    put(found, "shm_size", given.take(f"{variant}.shmsize"))
    for argument in given.take(f"{variant}.serverArgs") or ():
        _argument(made, found, variant, str(argument))
    for variable, value in (given.take(f"{variant}.environment") or {}).items():
        _variable(made, found, f"{variant}.environment.{variable}", variable, value)
    image = str(found.get("image", ""))
    if image and "-vllm-python-py3" not in image:
        message = "nothing shows that this image has the vLLM backend: say has_vllm_backend, or take another."
        made.note("missing", f"{variant}.imageName", message, "T-98")
    return found


def _argument(made: Imported, found: dict[str, Any], variant: str, argument: str) -> None:
    path = f"{variant}.serverArgs"
    if argument.startswith("--model-repository="):
        if variant == "main":
            _repository(made, path, argument)
        else:
            made.note("dropped", path, "a canary reads the repository of the service.")
    elif argument.startswith("--log-verbose="):
        put(found, "engine_args.log_verbose", int(argument.partition("=")[2]))
    elif argument == "--log-format=ISO8601":
        put(found, "engine_args.log_iso8601", True)
    else:
        found.setdefault("engine_args", {}).setdefault("extra", []).append(argument)


def _repository(made: Imported, path: str, argument: str) -> None:
    match = _REPOSITORY.fullmatch(argument)
    if match is None:
        message = (
            "is no address of a bucket with scheme and port, such as s3://https://s3.example:443/bucket/dir."
        )
        made.note("missing", path, message, "T-104")
        return
    prefix = match["prefix"].strip("/")
    store = made.stores[0] if made.stores else {"name": "bucket", "kind": "s3"}
    store |= {"endpoint": match["endpoint"], "bucket": match["bucket"]}
    if prefix and prefix != "model_repository":
        store["prefix"] = prefix
    if prefix == "model_repository/model_repository":
        made.note("corrected", path, "one directory too deep; the upload nested it twice.", "T-90")
        del store["prefix"]
    if not made.stores:
        made.stores.append(store)
    made.model["store"] = store["name"]


def _variable(made: Imported, found: dict[str, Any], path: str, variable: str, value: Any) -> None:
    if variable == "TRITON_AWS_MOUNT_DIRECTORY":
        if value:
            made.note("dropped", path, "must be an empty directory, which the engine has of its own.", "T-92")
    elif variable == "TRANSFORMERS_CACHE":
        if value:
            found["cache"] = {"store": _SFS, "path": str(value)}
            made.note("corrected", path, "is HF_HOME today: cache.", "T-93")
    elif value not in (None, ""):
        found.setdefault("env", {})[variable] = str(value)


def _bucket(made: Imported, given: Values) -> None:
    """The credentials and the region; where the bucket is, the server's arguments tell."""
    if given.take("tags.s3") is False:
        made.note("missing", "tags.s3", "a repository on a volume: write the store by hand.")
    region = given.take("secret.s3.region")
    keys = {}
    for key, spellings in _KEYS.items():
        values = [given.take(f"secret.s3.{spelling}") for spelling in spellings]
        keys[key] = next((value for value in values if value), None)
    if not any((region, *keys.values())):
        return
    store = {"name": "bucket", "kind": "s3", "secret": "bucket-keys"}
    put(store, "region", region)
    made.stores.append(store)
    made.secrets.append(
        {"name": "bucket-keys", "kind": "s3", **{key: value for key, value in keys.items() if value}}
    )
    for key, value in keys.items():
        if value is None:
            made.note("missing", f"secret.s3.{_KEYS[key][0]}", "is empty under either name.", "T-95")


def _volume(made: Imported, given: Values) -> None:
    """The shared file system, as the home of what vLLM downloads."""
    wanted = given.take("tags.sfs")
    for variant in ("canary", "main"):
        server = given.take(f"{variant}.sfsAddress")
        exported = given.take(f"{variant}.sfsModelDirectoryPath")
        mounted = given.take(f"{variant}.modelRepositoryTritonDirectory")
    cache = made.service.get("cache")
    if not wanted:
        if cache:
            del made.service["cache"]
            made.note(
                "corrected", "tags.sfs", "false, so the directory of the cache is in no volume.", "T-93"
            )
        return
    if not (server and exported):
        made.note("missing", "main.sfsAddress", "write the address and the path of the file system.")
        return
    store = {
        "name": _SFS,
        "kind": "nfs",
        "size": _SFS_SIZE,
        "pv": {"nfs": {"server": server, "path": exported}},
    }
    put(store, "mount_path", mounted)
    made.stores.append(store)
    made.note("assumed", "llm_stores[sfs].size", "an export has no size of its own, but a volume needs one.")
    if cache:
        root = str(mounted or "").rstrip("/")
        cache["path"] = (
            cache["path"].removeprefix(f"{root}/").strip("/") if root else cache["path"].strip("/")
        )


def _scaling(made: Imported, given: Values) -> None:
    asked = given.take("tags.autoscaling")
    scaling = given.take("main.autoscaling") or {}
    if not asked:
        if scaling:
            made.note("dropped", "main.autoscaling", "tags.autoscaling is off.")
        return
    made.serve("scaling.min", scaling.get("minReplicas", 1))
    made.serve("scaling.max", scaling.get("maxReplicas"))
    for metric in scaling.get("metrics", ()):
        pods = metric.get("pods", {})
        named = METRICS.get(pods.get("metric", {}).get("name", ""))
        if named is None:
            made.note(
                "missing", "main.autoscaling.metrics", "scale by queue_time, or by a query of your own."
            )
            continue
        made.serve("scaling.metric", named)
        made.serve("scaling.target", float(quantity(pods["target"]["averageValue"])))


def _way_in(made: Imported, given: Values, namespace: str) -> None:
    istio, traefik = given.take("tags.istioGateway"), given.take("tags.traefikBalancing")
    if istio and traefik:
        made.note("corrected", "tags.traefikBalancing", "one way in is enough: istio.", "T-96")
    if istio or traefik:
        made.serve("expose.type", "istio" if istio else "traefik")
        made.serve("expose.path", f"/{namespace or 'default'}/triton-inference-server")
    password = given.take("tags.istioBasicAuth.main.passwordBase64")
    if given.take("tags.istioBasicAuth.main.enable"):
        secret = f"{made.service['name']}-auth"
        made.serve("expose.auth.basic", secret)
        entry = {"name": secret, "kind": "basic-auth"}
        put(entry, "password", _decoded(made, password))
        made.secrets.append(entry)
        message = "the chart sends passwords without TLS: write expose.tls, or allow_plaintext_auth."
        made.note("missing", "tags.istioBasicAuth.main", message)
    if given.take("istio.accessLogs.enable"):
        made.serve("expose.access_log", True)
    given.take("istio.accessLogs.namespace")


def _decoded(made: Imported, text: str | None) -> str | None:
    """The password behind base64, decoded once; nothing of it is told in a note."""
    path = "tags.istioBasicAuth.main.passwordBase64"
    password = _plain(text or "")
    if password is None:
        made.note("missing", path, "is no base64 of a printable text.", "T-105")
        return None
    if _TWICE.fullmatch(password) and _plain(password) is not None:
        made.note(
            "assumed", path, "still looks like base64 when it is decoded: was it encoded twice?", "T-105"
        )
    return password


def _plain(text: str) -> str | None:
    try:
        raw = base64.b64decode(text, validate=True)
        found = raw.decode()
    except (binascii.Error, ValueError):
        return None
    again = base64.b64encode(raw).decode()
    return (
        found.removesuffix("\n") if found.strip().isprintable() and found.strip() and again == text else None
    )


def _canary(made: Imported, given: Values) -> None:
    asked = given.take("tags.canary")
    primary = given.take("istio.virtualservice.primaryWeight")
    weight = given.take("istio.virtualservice.canaryWeight")
    logins = given.take("tags.istioBasicAuth.canary") or {}
    if not asked:
        given.take("canary")
        return
    overrides = _variant(made, given, "canary")
    changed = {key: value for key, value in overrides.items() if value != made.service.get(key)}
    made.serve("rollout.canary", {"weight": weight or 0, "overrides": changed})
    if primary is not None and weight is not None and primary + weight != 100:  # noqa: PLR2004 - percent
        made.note("corrected", "istio.virtualservice.primaryWeight", "is what the canary leaves of 100.")
    if logins.get("enable"):
        message = "one login is for all requests, whichever variant answers."
        made.note("dropped", "tags.istioBasicAuth.canary", message)


def _platform(made: Imported, given: Values) -> None:
    url, port = (given.take(f"prometheus-adapter.prometheus.{key}") for key in ("url", "port"))
    if url:
        put(made.cluster, "components.prometheus.url", f"{url}:{port}" if port else url)
    if given.take("prometheus-adapter.rules"):
        message = "the adapter's rules are made of the engines' series: filter adapter_rules."
        made.note("corrected", "prometheus-adapter.rules", message)
    if given.take("prometheus-adapter.namespaceOverride"):
        message = "the adapter is a component of the cluster, not of a service."
        made.note("dropped", "prometheus-adapter.namespaceOverride", message)
