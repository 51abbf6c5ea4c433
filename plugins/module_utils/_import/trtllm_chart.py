# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The values of the multi-node chart of Triton with TensorRT-LLM."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._catalogue.models import HUB_IDS
from .imported import Imported
from .values import Values

PLACES: dict[str, str] = {
    "gpu": "gpu.product",
    "model.name": "llm_models[].name",
    "model.persistentVolumeClaim": "cache.store",
    "model.pullSecret": "llm_secrets[].existing",
    "model.skipConversion": "conversion.enabled",
    "model.tensorrtLlm.conversion.cpu": "conversion.resources.cpu",
    "model.tensorrtLlm.conversion.gpu": "conversion.resources.gpu",
    "model.tensorrtLlm.conversion.memory": "conversion.resources.memory",
    "model.tensorrtLlm.dataType": "conversion.data_type",
    "model.tensorrtLlm.enable": "engine",
    "model.tensorrtLlm.parallelism.pipeline": "topology.pipeline",
    "model.tensorrtLlm.parallelism.tensor": "topology.tensor",
    "triton.image.name": "image",
    "triton.image.pullPolicy": "image_pull_policy",
    "triton.image.pullSecrets": "pull_secrets",
    "triton.resources.cpu": "resources.cpu",
    "triton.resources.memory": "resources.memory",
    "triton.resources.ephemeralStorage": "resources.ephemeral",
    "logging.initialization.verbose": "conversion.options.verbose",
    "logging.tritonServer.useIso8601": "engine_args.log_iso8601",
    "logging.tritonServer.verbose": "engine_args.log_verbose",
    "kubernetes.labels": "labels",
    "kubernetes.noService": "expose.type",
    "kubernetes.serviceAccount": "service_account",
    "kubernetes.tolerations": "tolerations",
}
"""Every key of the chart and where the inventory has it."""

NO_PLACE = {
    "kubernetes.hostRootPath": ("the chart accepts it and reads it nowhere.", "T-35"),
}
"""Keys that go nowhere, and why."""

_AS_IT_IS = (
    "gpu",
    "model.tensorrtLlm.conversion.cpu",
    "model.tensorrtLlm.conversion.gpu",
    "model.tensorrtLlm.conversion.memory",
    "model.tensorrtLlm.dataType",
    "model.tensorrtLlm.parallelism.pipeline",
    "model.tensorrtLlm.parallelism.tensor",
    "triton.image.name",
    "triton.image.pullPolicy",
    "logging.tritonServer.useIso8601",
    "kubernetes.labels",
    "kubernetes.serviceAccount",
    "kubernetes.tolerations",
)


def read(values: Mapping[str, Any], name: str, namespace: str) -> Imported:
    given, made = Values(values), Imported()
    model = given.take("model.name")
    made.service = {
        "name": name or model,
        "model": model,
        "engine": "triton-trtllm",
        "platform": "leader-workers",
    }
    if namespace:
        made.service["namespace"] = namespace
    _model(made, given, model)
    for key in _AS_IT_IS:
        made.serve(PLACES[key], given.take(key))
    _conversion(made, given)
    _pod(made, given)
    if given.take("kubernetes.noService"):
        made.serve("expose.type", "none")
        message = "true leaves out the Service, whatever the comment beside it says."
        made.note("corrected", "kubernetes.noService", message, "T-18")
    for key, (reason, trap) in NO_PLACE.items():
        if given.take(key) is not None:
            made.note("dropped", key, reason, trap)
    for path in given.rest():
        made.note("unknown", path, "the chart has no such key and ignores it.")
    return made


def _model(made: Imported, given: Values, model: str | None) -> None:
    made.model = {"name": model}
    source = HUB_IDS.get(str(model))
    if source is not None:
        made.model["source"] = source
        made.note("assumed", "model.name", f"{model} is {source} on the hub.")
    secret = given.take("model.pullSecret")
    if secret is not None:
        made.secrets.append({"name": secret, "kind": "hf-token", "existing": secret})
        made.stores.append({"name": "hub", "kind": "hf", "secret": secret})
        made.model |= {"store": "hub", "gated": True}
    claim = given.take("model.persistentVolumeClaim")
    if claim is not None:
        made.stores.append({"name": claim, "kind": "pvc", "claim": claim})
        made.serve("cache.store", claim)


def _conversion(made: Imported, given: Values) -> None:
    skip = given.take("model.skipConversion")
    if skip is not None:
        made.serve("conversion.enabled", not skip)
        message = (
            f"{str(skip).lower()} {'skips' if skip else 'does'} the conversion; the guide says the opposite."
        )
        made.note("corrected", "model.skipConversion", message, "T-17")
    if given.take("model.tensorrtLlm.enable") is False:
        made.service |= {"engine": "triton-vllm", "platform": "deployment"}
        made.service.pop("conversion", None)
        message = "the chart does not do what it says; vLLM is an engine of its own here."
        made.note("corrected", "model.tensorrtLlm.enable", message, "T-34")
    elif given.take("logging.initialization.verbose"):
        made.serve("conversion.options.verbose", True)


def _pod(made: Imported, given: Values) -> None:
    for key in ("cpu", "memory", "ephemeralStorage"):
        amount = given.take(f"triton.resources.{key}")
        if amount is not None:
            home = PLACES[f"triton.resources.{key}"]
            made.serve(home, {"request": str(amount), "limit": str(amount)})
        if key == "cpu" and str(amount).endswith("m"):
            message = f"the chart makes 0 of {amount}; here it counts as it is written."
            made.note("corrected", "triton.resources.cpu", message, "T-36")
    secrets = [
        one["name"] if isinstance(one, Mapping) else one
        for one in given.take("triton.image.pullSecrets") or ()
    ]
    made.secrets += [{"name": one, "kind": "registry", "existing": one} for one in secrets]
    made.serve("pull_secrets", secrets or None)
    if given.take("logging.tritonServer.verbose"):
        made.serve("engine_args.log_verbose", 1)
