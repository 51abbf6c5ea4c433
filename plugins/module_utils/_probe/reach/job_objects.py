# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The objects of the Job that asks inside the cluster: a suspended Job, and the ConfigMap it waits for.

The pod runs the files of `asking` as they are. It satisfies Pod Security `restricted` and has no token of a
service account; an API key reaches it by reference only.
"""

from __future__ import annotations

import inspect
import re
import time
from types import ModuleType
from typing import Any

from ..._names import MANAGED_BY_LABEL, MANAGER, PREFIX, PROGRAMS, SERVICE_LABEL, SIDECAR_LABEL
from ..._workload import SecretKey
from .. import asking
from ..asking import (
    NotReached,
    credentials,
    door,
    hearing,
    load,
    openai,
    process,
    rounds,
    talk,
    triton,
    triton_ensemble,
    triton_llmapi,
    url,
)
from ..target import Target
from .site import JobOptions

Object = dict[str, Any]
PROBE_LABEL = PREFIX + "probe"
SOURCES: tuple[ModuleType, ...] = (
    credentials,
    door,
    hearing,
    load,
    openai,
    process,
    rounds,
    talk,
    triton,
    triton_ensemble,
    triton_llmapi,
    url,
)
PACKAGE = "probe"
# The process ends by itself, with a verdict, before the Job's deadline kills it.
GRACE_SECONDS = 30


def job_object(*, name: str, target: Target, url: str, options: JobOptions, seconds: int) -> Object:
    """The suspended Job. Raises NotReached for an API key by value, which would have to be written down."""
    environment: list[Object] = [
        {"name": "PYTHONPATH", "value": PROGRAMS},
        {"name": "PYTHONDONTWRITEBYTECODE", "value": "1"},
        {"name": "PROBE_QUESTION", "value": f"{PROGRAMS}/{PACKAGE}/question.json"},
        {"name": "PROBE_URL", "value": url},
        {"name": "PROBE_UNTIL", "value": str(int(time.time()) + seconds)},
        {"name": "PROBE_TERMINATION_LOG", "value": "/dev/termination-log"},
    ]
    if isinstance(target.api_key, SecretKey):
        reference = {"name": target.api_key.secret, "key": target.api_key.key}
        environment.append({"name": "PROBE_API_KEY", "valueFrom": {"secretKeyRef": reference}})
    elif target.api_key:
        detail = "a Job takes its API key from a Secret, not by value"
        raise NotReached("NoCredentials", detail, passing=False)
    user = {"runAsUser": options.run_as_user} if options.run_as_user else {}
    container = {
        "name": "probe",
        "image": options.image,
        "command": ["python3", "-m", f"{PACKAGE}.{_name(process)}"],
        "env": environment,
        "resources": {
            "requests": {"cpu": "100m", "memory": "64Mi", "ephemeral-storage": "16Mi"},
            "limits": {"cpu": "1", "memory": "128Mi", "ephemeral-storage": "64Mi"},
        },
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": True,
        },
        "volumeMounts": [{"name": "probe", "mountPath": f"{PROGRAMS}/{PACKAGE}", "readOnly": True}],
    }
    labels = {MANAGED_BY_LABEL: MANAGER, SERVICE_LABEL: label(target.name), PROBE_LABEL: name}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name, "namespace": target.namespace, "labels": labels},
        "spec": {
            "suspend": True,
            "backoffLimit": 0,
            "activeDeadlineSeconds": seconds + GRACE_SECONDS,
            "ttlSecondsAfterFinished": 600,
            "template": {
                # A mesh's sidecar would keep the pod from ever completing.
                "metadata": {"labels": {PROBE_LABEL: name, SIDECAR_LABEL: "false"}},
                "spec": {
                    "restartPolicy": "Never",
                    "automountServiceAccountToken": False,
                    "enableServiceLinks": False,
                    "imagePullSecrets": [{"name": secret} for secret in options.pull_secrets],
                    "securityContext": {
                        "runAsNonRoot": True,
                        **user,
                        "seccompProfile": {"type": "RuntimeDefault"},
                    },
                    "containers": [container],
                    "volumes": [{"name": "probe", "configMap": {"name": name}}],
                },
            },
        },
    }


def label(name: str) -> str:
    """A name as part of object names and as the value of a label."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower())[:63].strip("-") or "target"


def config_map(job: Object, target: Target, *, owner: str) -> Object:
    """The program and the question, owned by the Job with the uid `owner`."""
    meta = job["metadata"]
    files = {f"{_name(module)}.py": inspect.getsource(module) for module in SOURCES}
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {
            "name": meta["name"],
            "namespace": meta["namespace"],
            "labels": meta["labels"],
            "ownerReferences": [
                {"apiVersion": job["apiVersion"], "kind": job["kind"], "name": meta["name"], "uid": owner}
            ],
        },
        "data": {
            **files,
            "__init__.py": inspect.getsource(asking),
            "question.json": target.question.to_json(),
        },
    }


def _name(module: ModuleType) -> str:
    return module.__name__.rpartition(".")[2]
