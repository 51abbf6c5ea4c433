# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A workload in the words of a pod."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from .._names import SPEC_HASH_ANNOTATION
from .._workload import ConfigFiles, Container, Env, EnvValue, Mount, PodField, Probe, SecretKey, Workload

if TYPE_CHECKING:
    from .._plan.facts import ServicePlan


def pod_fields(workload: Workload) -> dict[str, Any]:
    """The fields of a pod besides its main container and its volumes."""
    security: dict[str, Any] = {
        "runAsNonRoot": workload.user != 0,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    if workload.user is not None:
        security["runAsUser"] = workload.user
    group = workload.user if workload.group is None else workload.group
    if group is not None:
        security.update(fsGroup=group, fsGroupChangePolicy="OnRootMismatch")
    fields: dict[str, Any] = {
        "initContainers": [container(each) for each in workload.init],
        "schedulerName": workload.scheduler,
        "serviceAccountName": workload.service_account,
        "imagePullSecrets": [{"name": name} for name in workload.pull_secrets],
        "nodeSelector": dict(workload.node_selector),
        "affinity": deepcopy(workload.affinity),
        "tolerations": [dict(toleration) for toleration in workload.tolerations],
    }
    return {
        "automountServiceAccountToken": bool(workload.permissions),
        # A Service called vllm would give vLLM a variable VLLM_PORT that it takes for its own.
        "enableServiceLinks": False,
        "securityContext": security,
        "terminationGracePeriodSeconds": workload.grace_period,
        **{name: value for name, value in fields.items() if value},
    }


def container(spec: Container) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "imagePullPolicy": spec.pull_policy,
        "command": list(spec.command),
        "args": list(spec.args),
        "workingDir": spec.directory,
        "env": environment(spec.env),
        "ports": [
            {"name": port.name, "containerPort": port.number, "protocol": "TCP"} for port in spec.ports
        ],
        "startupProbe": _probe(spec.startup),
        "readinessProbe": _probe(spec.readiness),
        "livenessProbe": _probe(spec.liveness),
        "volumeMounts": [_mount(mount) for mount in spec.mounts],
    }
    if spec.drain_seconds:
        fields["lifecycle"] = {"preStop": {"sleep": {"seconds": spec.drain_seconds}}}
    return {
        "name": spec.name,
        "image": spec.image,
        **{name: value for name, value in fields.items() if value},
        "resources": resources(spec),
        "securityContext": _rights(spec),
    }


def _rights(spec: Container) -> dict[str, Any]:
    if spec.privileged:
        return {"privileged": True, "runAsUser": 0, "runAsNonRoot": False}
    capabilities: dict[str, Any] = {"drop": ["ALL"]}
    if spec.capabilities:
        capabilities["add"] = list(spec.capabilities)
    return {"allowPrivilegeEscalation": False, "capabilities": capabilities}


def resources(spec: Container) -> dict[str, Any]:
    return {"requests": dict(spec.resources.requests), "limits": dict(spec.resources.limits)}


def volumes(workload: Workload) -> list[dict[str, Any]]:
    return [{"name": volume.name, **deepcopy(volume.source)} for volume in workload.volumes]


def environment(env: Env) -> list[dict[str, Any]]:
    """A map of variables as the API's list, in the order of their names."""
    return [_variable(name, env[name]) for name in sorted(env)]


def _variable(name: str, value: EnvValue) -> dict[str, Any]:
    if isinstance(value, PodField):
        return {"name": name, "valueFrom": {"fieldRef": {"fieldPath": value.path}}}
    if isinstance(value, SecretKey):
        return {"name": name, "valueFrom": {"secretKeyRef": {"name": value.secret, "key": value.key}}}
    return {"name": name, "value": value}


def _mount(mount: Mount) -> dict[str, Any]:
    fields: dict[str, Any] = {"name": mount.volume, "mountPath": mount.path}
    if mount.sub_path is not None:
        fields["subPath"] = mount.sub_path
    if mount.read_only:
        fields["readOnly"] = True
    return fields


def _probe(probe: Probe | None) -> dict[str, Any] | None:
    if probe is None:
        return None
    delay = {"initialDelaySeconds": probe.pace.delay} if probe.pace.delay else {}
    return {
        "httpGet": {"path": probe.path, "port": probe.port},
        **delay,
        "periodSeconds": probe.pace.period,
        "timeoutSeconds": probe.pace.timeout,
        "failureThreshold": probe.pace.failures,
    }


def pod_annotations(plan: ServicePlan) -> dict[str, str]:
    return {**plan.workload.annotations, SPEC_HASH_ANNOTATION: plan.spec_hash}


def metadata(plan: ServicePlan, name: str, annotations: Mapping[str, str] | None = None) -> dict[str, Any]:
    fields: dict[str, Any] = {"name": name, "namespace": plan.namespace, "labels": dict(plan.labels)}
    if annotations:
        fields["annotations"] = dict(annotations)
    return fields


def config_maps(plan: ServicePlan) -> list[dict[str, Any]]:
    """The files of the servers and of the Jobs before them."""
    workloads = (plan.workload, *(job.workload for job in plan.workload.jobs))
    return [
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": metadata(plan, config.name),
            "data": {ConfigFiles.key(path): content for path, content in sorted(config.files.items())},
        }
        for workload in workloads
        for config in workload.config
    ]
