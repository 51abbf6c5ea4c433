# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Manifests of KServe: an InferenceService, its ServingRuntime, and the files of a model repository."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from .container import arguments, environment, resources
from .imported import Imported

_PREFIX = "serving.kserve.io/"
_KNATIVE = "autoscaling.knative.dev/"
_ENGINES = {"triton": "triton-vllm", "vllm": "vllm"}
_MODES = {"RawDeployment": "Standard", "Serverless": "Knative", "Standard": "Standard", "Knative": "Knative"}
_SCALED_BY = ("minReplicas", "maxReplicas", "scaleTarget", "scaleMetric")
_READ = ("InferenceService", "ServingRuntime", "ClusterServingRuntime", "ConfigMap")

Object = Mapping[str, Any]


def read(values: Object | Sequence[Object], name: str, namespace: str) -> Imported:
    objects = [values] if isinstance(values, Mapping) else list(values)
    made = Imported()
    for other in objects:
        if other.get("kind") not in _READ:
            made.note(
                "unknown", str(other.get("kind")), "is not read; its meaning has to be written by hand."
            )
    service: Object = next((each for each in objects if each.get("kind") == "InferenceService"), {})
    runtimes = {
        each["metadata"]["name"]: each for each in objects if "ServingRuntime" in str(each.get("kind"))
    }
    metadata = service.get("metadata", {})
    predictor = service.get("spec", {}).get("predictor", {})
    model = predictor.get("model", {})
    runtime = runtimes.get(model.get("runtime"), next(iter(runtimes.values()), {}))
    container: Object = next(iter(runtime.get("spec", {}).get("containers", ())), {})
    made.service = {
        "name": name or metadata.get("name"),
        "platform": "kserve",
        "engine": _engine(made, model, runtime),
    }
    if home := namespace or metadata.get("namespace"):
        made.service["namespace"] = home
    made.model = {"name": made.service["name"]}
    annotations = _annotations(made, metadata)
    _scaling(made, predictor, annotations, _mode(made, annotations))
    _container(made, container, model)
    _files(made, objects)
    _model(made, model.get("storageUri") or predictor.get("model", {}).get("storage", {}).get("path"))
    _pod(made, {**runtime.get("spec", {}), **predictor})
    made.service["model"] = made.model["name"]
    return made


def _engine(made: Imported, model: Object, runtime: Object) -> str:
    formats = [each["name"] for each in runtime.get("spec", {}).get("supportedModelFormats", ())]
    named = str(model.get("modelFormat", {}).get("name") or next(iter(formats), ""))
    engine = _ENGINES.get(named.lower())
    if engine is None:
        made.note(
            "assumed",
            "spec.predictor.model.modelFormat",
            f"{named or 'nothing'} tells no engine; vllm is taken.",
        )
    return engine or "vllm"


def _annotations(made: Imported, metadata: Object) -> dict[str, str]:
    found = dict(metadata.get("annotations") or {})
    if "annotation" in metadata:
        made.note(
            "corrected", "metadata.annotation", "is called annotations; the API drops the other.", "T-03"
        )
        found |= metadata["annotation"] or {}
    return found


def _mode(made: Imported, annotations: dict[str, str]) -> str:
    written = annotations.pop(f"{_PREFIX}deploymentMode", None)
    if written is not None:
        mode = _MODES[written]
        if mode != written:
            made.note(
                "corrected", f"metadata.annotations.{_PREFIX}deploymentMode", f"{written} is {mode} today."
            )
    else:
        mode = "Knative" if any(key.startswith(_KNATIVE) for key in annotations) else "Standard"
        made.note(
            "assumed",
            "metadata.annotations",
            f"no deployment mode is said; {mode} is what the rest fits.",
            "T-05",
        )
    made.serve("kserve.mode", mode)
    return mode


def _scaling(made: Imported, predictor: Object, annotations: dict[str, str], mode: str) -> None:
    minimum, maximum, target, metric = (predictor.get(key) for key in _SCALED_BY)
    annotated = annotations.pop(f"{_KNATIVE}target", None)
    if annotated is not None:
        path = f"metadata.annotations.{_KNATIVE}target"
        made.note("corrected", path, "follows from scaling.target.", "T-04")
        target = int(annotated) if target is None else target
    for key in list(annotations):
        if key.startswith((_KNATIVE, _PREFIX)):
            made.note("dropped", f"metadata.annotations.{key}", "follows from scaling, kserve and state.")
            del annotations[key]
    made.serve("annotations", annotations or None)
    made.serve("scaling.min", minimum)
    if maximum is None and minimum is not None:
        maximum = max(minimum, 1)
        message = f"without it Knative scales without end, and Standard mode not at all: {maximum}."
        made.note("assumed", "spec.predictor.maxReplicas", message, "T-01")
    made.serve("scaling.max", maximum)
    if target is None:
        return
    made.serve("scaling.metric", metric or ("concurrency" if mode == "Knative" else "cpu"))
    made.serve("scaling.target", target)
    message = f"{target} is the load of one copy, not a number of copies; for more copies raise scaling.min."
    made.note("assumed", "spec.predictor.scaleTarget", message, "T-02")


def _container(made: Imported, container: Object, model: Object) -> None:
    """The runtime's container, with what the model says otherwise."""
    made.serve("image", container.get("image"))
    env = [*(container.get("env") or ()), *(model.get("env") or ())]
    resources(made, container.get("resources") or {})
    resources(made, model.get("resources") or {})
    environment(made, env)
    command = [*(container.get("command") or ()), *(container.get("args") or ())]
    arguments(made, [*command, *(model.get("args") or ())])


def _files(made: Imported, objects: Sequence[Object]) -> None:
    """The model.json of a repository; its other files follow."""
    for each in objects:
        for key, text in (each.get("data") or {}).items() if each.get("kind") == "ConfigMap" else ():
            if key.endswith("model.json"):
                _keys(made, json.loads(text))


def _keys(made: Imported, written: dict[str, Any]) -> None:
    source = written.pop("model", None)
    if source:
        made.model["source"] = source
    switches = [
        f"--{name}={json.dumps(value)}"
        for name, value in written.items()
        if not isinstance(value, (bool, str))
    ]
    texts = [f"--{name}={value}" for name, value in written.items() if isinstance(value, str)]
    flags = [
        f"--{'' if value else 'no-'}{name}" for name, value in written.items() if isinstance(value, bool)
    ]
    arguments(made, [*switches, *texts, *flags], of_triton=True)


def _model(made: Imported, uri: str | None) -> None:
    if not uri:
        return
    parts = urlsplit(uri)
    path = parts.path.strip("/")
    if parts.scheme == "pvc":
        made.stores.append({"name": parts.netloc, "kind": "pvc", "claim": parts.netloc})
        made.model |= {"store": parts.netloc, "source": path or made.model.get("source", "")}
    elif parts.scheme == "s3":
        made.stores.append({"name": parts.netloc, "kind": "s3", "bucket": parts.netloc})
        made.model |= {"store": parts.netloc, "source": path}
        made.note("missing", "spec.predictor.model.storageUri", "write endpoint and secret of the bucket.")
    elif parts.scheme == "hf":
        made.model["source"] = f"{parts.netloc}/{path}"
    else:
        made.note("missing", "spec.predictor.model.storageUri", f"{uri} is in no store that is known here.")


def _pod(made: Imported, spec: Object) -> None:
    for volume in spec.get("volumes") or ():
        memory = (volume.get("emptyDir") or {}).get("medium") == "Memory"
        if memory:
            made.serve("shm_size", volume["emptyDir"].get("sizeLimit"))
            made.note(
                "assumed", f"volumes.{volume['name']}", "is shared memory, no storage: shm_size.", "T-11"
            )
        else:
            made.note("unknown", f"volumes.{volume.get('name')}", "write a store for it.")
    made.serve("node_selector", spec.get("nodeSelector") or None)
    made.serve("tolerations", spec.get("tolerations") or None)
    made.serve("service_account", spec.get("serviceAccountName"))
    if "containerConcurrency" in spec:
        made.note(
            "dropped",
            "spec.predictor.containerConcurrency",
            "engines batch requests; scaling.target bounds them.",
        )
