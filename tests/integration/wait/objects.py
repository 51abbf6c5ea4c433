# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects whose pods behave as the lab's annotations say."""

from __future__ import annotations

from typing import Any

Object = dict[str, Any]
HASH = "inferops.serving/spec-hash"
MISSING_IMAGE = "registry.example/does-not-exist:1"


def played(outcome: str = "", **annotations: str) -> dict[str, str]:
    """Annotations of a pod template: what becomes of its pods."""
    found = {f"sim.lab/{name.replace('_', '-')}": value for name, value in annotations.items()}
    return {**found, **({"sim.lab/outcome": outcome} if outcome else {})}


def template(
    name: str,
    *,
    image: str = "model:1",
    annotations: dict[str, str] | None = None,
    gpus: int = 0,
    **spec: Any,
) -> Object:
    limits = {"resources": {"limits": {"nvidia.com/gpu": str(gpus)}}} if gpus else {}
    return {
        "metadata": {"labels": {"app": name}, "annotations": annotations or {}},
        "spec": {"containers": [{"name": "main", "image": image, **limits}], **spec},
    }


def deployment(name: str = "web", *, replicas: int = 1, **pods: Any) -> Object:
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": name}},
            "template": template(name, **pods),
        },
    }


def job(name: str = "convert", **pods: Any) -> Object:
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name},
        "spec": {"backoffLimit": 0, "template": template(name, restartPolicy="Never", **pods)},
    }


def daemon_set(name: str = "agent", *, nodes: int | None = None, **pods: Any) -> Object:
    expected = {"inferops.serving/expected-nodes": str(nodes)} if nodes is not None else {}
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": name, "annotations": expected},
        "spec": {"selector": {"matchLabels": {"app": name}}, "template": template(name, **pods)},
    }


def claim(name: str = "models", *, storage_class: str) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": storage_class,
            "resources": {"requests": {"storage": "1Gi"}},
        },
    }


def leader_workers(name: str = "group", *, image: str = "model:1", replicas: int = 1) -> Object:
    pods = {"spec": {"containers": [{"name": "main", "image": image}]}}
    return {
        "apiVersion": "leaderworkerset.x-k8s.io/v1",
        "kind": "LeaderWorkerSet",
        "metadata": {"name": name},
        "spec": {
            "replicas": replicas,
            "leaderWorkerTemplate": {"size": 2, "leaderTemplate": pods, "workerTemplate": pods},
        },
    }


def runtime(name: str = "sim") -> Object:
    amounts = {"cpu": "100m", "memory": "128Mi"}
    return {
        "apiVersion": "serving.kserve.io/v1alpha1",
        "kind": "ServingRuntime",
        "metadata": {"name": name},
        "spec": {
            "supportedModelFormats": [{"name": "sim", "version": "1", "autoSelect": True}],
            "containers": [
                {
                    "name": "kserve-container",
                    "image": "model:1",
                    "resources": {"requests": amounts, "limits": amounts},
                }
            ],
        },
    }


def inference_service(
    name: str = "lean",
    *,
    stamp: str | None = "1",
    image: str | None = None,
    runtime_name: str = "sim",
    uri: str = "hf://example/model",
    annotations: dict[str, str] | None = None,
    stopped: bool = False,
) -> Object:
    model: Object = {"modelFormat": {"name": "sim"}, "runtime": runtime_name, "storageUri": uri}
    if image:
        model["image"] = image
    return {
        "apiVersion": "serving.kserve.io/v1beta1",
        "kind": "InferenceService",
        "metadata": {
            "name": name,
            "annotations": {
                "serving.kserve.io/deploymentMode": "Standard",
                **({"serving.kserve.io/stop": "true"} if stopped else {}),
            },
        },
        "spec": {
            "predictor": {
                "annotations": {**({HASH: stamp} if stamp else {}), **(annotations or {})},
                "minReplicas": 1,
                "model": model,
            }
        },
    }


def llm_inference_service(
    name: str = "lean", *, stamp: str = "1", image: str = "model:1", **spec: Any
) -> Object:
    amounts = {"cpu": "100m", "memory": "128Mi"}
    container = {"name": "main", "image": image, "resources": {"requests": amounts, "limits": amounts}}
    return {
        "apiVersion": "serving.kserve.io/v1alpha2",
        "kind": "LLMInferenceService",
        "metadata": {"name": name},
        "spec": {
            "annotations": {HASH: stamp},
            "model": {"uri": "hf://example/model", "name": name},
            "replicas": 1,
            "template": {"containers": [container]},
            **spec,
        },
    }
