# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How simulated nodes, pods and volumes behave: kwok's Stage documents.

A pod says what shall happen to it by annotations `sim.lab/…`; docs/lab.md has the table. The selectors
exclude each other, so that at most one stage fits an object at any moment.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from .api import Object
from .stage_templates import (
    ADDRESSES,
    CODE,
    COUNT,
    COUNT_ONE_MORE,
    GATES,
    NOW,
    OOM,
    SINCE,
    START,
    conditions,
    containers,
    pod_status,
    running,
    status,
    waiting,
)

API_VERSION = "kwok.x-k8s.io/v1alpha1"

# ---- what a selector asks (jq expressions; an error in one counts as "no value")
_DELETED = ".metadata.deletionTimestamp"
_PHASE = ".status.phase"
_OUTCOME = (
    '(.metadata.annotations["sim.lab/outcome"] // '
    '(if ([.spec.containers[].image] | any(test("does-not-exist"))) then "image-pull" else "ready" end))'
)
_READY = '.status.conditions.[] | select( .type == "Ready" ) | .status'
_WAITING = ".status.containerStatuses.[].state.waiting.reason"
_INIT_WAITING = ".status.initContainerStatuses.[].state.waiting.reason"
_RUNNING = ".status.containerStatuses.[].state.running"
_OWNER = ".metadata.ownerReferences.[].kind"
_NODE_BROKEN = '.metadata.labels["node-not-ready.stage.kwok.x-k8s.io"]'


def documents(klab: Path) -> list[Object]:
    """Every stage of the lab; how a healthy node behaves is asked from kwok itself."""
    return [
        *_nodes(klab),
        *_healthy_pods(),
        *_jobs(),
        *_broken_images(),
        *_crashes(),
        *_never_started(),
        *_volumes(),
    ]


def _nodes(klab: Path) -> Iterator[Object]:
    import yaml

    text = subprocess.run([str(klab), "node-stages"], capture_output=True, text=True, check=True).stdout  # noqa: S603
    for stage in yaml.safe_load_all(text):
        if stage["metadata"]["name"] == "node-initialize":
            stage["spec"]["selector"]["matchExpressions"].append(_not_in(_NODE_BROKEN, "true"))
        yield stage
    yield _stage(
        "node-not-ready",
        "Node",
        [_in(_NODE_BROKEN, "true"), _in(_READY, "True")],
        [
            status(
                """
{{ $now := Now }}
conditions:
- lastHeartbeatTime: {{ $now | Quote }}
  lastTransitionTime: {{ $now | Quote }}
  message: simulated failure
  reason: KubeletNotReady
  status: "False"
  type: Ready"""
            )
        ],
    )


def _healthy_pods() -> Iterator[Object]:
    soon, late = _absent(_annotation("ready-after")), _present(_annotation("ready-after"))
    become = pod_status(ready=True, container_statuses=containers("true", "true", running(NOW)))
    yield _pod_stage("pod-ready", "Pending", ("ready", "fail", "stuck-terminating"), [soon], [become])
    not_ready = pod_status(ready=False, container_statuses=containers("false", "true", running(NOW)))
    yield _pod_stage("pod-slow-start", "Pending", ("ready",), [late], [not_ready])
    become_ready = status(
        START + conditions(ready=True) + GATES + containers("true", "true", running(SINCE), count=COUNT)
    )
    not_yet = [_not_in(_READY, "True"), _not_in(_OWNER, "Job")]
    yield _pod_stage(
        "pod-slow-ready",
        "Running",
        ("ready",),
        [late, *not_yet],
        [become_ready],
        delay=("ready-after", 10000),
    )
    # The annotation that broke a living pod is gone: it heals.
    yield _pod_stage("pod-heal", "Running", ("ready",), [soon, *not_yet], [become_ready])
    unhealthy = _event(
        "Warning", "Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503"
    )
    yield _pod_stage("pod-never-ready", "Pending", ("never-ready",), [], [not_ready, unhealthy])
    broken = status(
        START + conditions(ready=False) + containers("false", "true", running(SINCE), count=COUNT)
    )
    yield _pod_stage(
        "pod-no-longer-ready", "Running", ("never-ready",), [_in(_READY, "True")], [broken, unhealthy]
    )
    yield _stage(
        "pod-delete",
        "Pod",
        [_present(_DELETED), _not_in(_OUTCOME, "stuck-terminating")],
        [{"delete": True}],
        delay=("terminate-after", 0),
    )


def _jobs() -> Iterator[Object]:
    def ended(reason: str, state: str) -> Object:
        return status(
            START
            + CODE
            + conditions(ready=False, reason=reason)
            + containers(
                "false", "false", f"{{terminated: {{{state}, startedAt: {SINCE}, finishedAt: {NOW}}}}}"
            )
            + f"\nphase: {'Succeeded' if reason == 'PodCompleted' else 'Failed'}"
        )

    completed = ended("PodCompleted", "exitCode: 0, reason: Completed")
    yield _pod_stage(
        "pod-complete", "Running", ("ready",), [_in(_OWNER, "Job")], [completed], delay=("run-for", 200)
    )
    why = '{{ if eq $code "137" }}OOMKilled{{ else }}Error{{ end }}'
    failed = ended("PodFailed", f"exitCode: {{{{ $code }}}}, reason: {why}")
    yield _pod_stage("pod-fail", "Running", ("fail",), [], [failed], delay=("run-for", 200))


def _broken_images() -> Iterator[Object]:
    outcome = ("image-pull",)
    not_found = '{{ printf "failed to pull and unpack image %q: not found" $c.image | Quote }}'
    backing_off = '{{ printf "Back-off pulling image %q: ErrImagePull" $c.image | Quote }}'
    yield _pod_stage(
        "pod-image-pull-error",
        "Pending",
        outcome,
        [_absent(_WAITING)],
        [
            _event("Normal", "Pulling", "Pulling image"),
            _event(
                "Warning",
                "Failed",
                "Failed to pull image: rpc error: code = NotFound desc = "
                "failed to pull and unpack image: not found",
            ),
            _event("Warning", "Failed", "Error: ErrImagePull"),
            pod_status(
                ready=False,
                container_statuses=containers("false", "false", waiting("ErrImagePull", not_found)),
                phase="Pending",
            ),
        ],
    )
    yield _pod_stage(
        "pod-image-pull-backoff",
        "Pending",
        outcome,
        [_in(_WAITING, "ErrImagePull")],
        [
            _event("Warning", "Failed", "Error: ImagePullBackOff"),
            status(START + containers("false", "false", waiting("ImagePullBackOff", backing_off))),
        ],
        delay=(None, 1000),
    )


def _crashes() -> Iterator[Object]:
    outcomes = ("crash-loop", "oom-loop")
    first = pod_status(ready=False, container_statuses=containers("false", "true", running(NOW)))
    yield _pod_stage("pod-crash-first", "Pending", outcomes, [], [first])
    words = "back-off 10s restarting failed container=%s pod=%s"
    message = f'{{{{ printf "{words}" $c.name $root.metadata.name | Quote }}}}'
    code = '{{ if $oom }}137{{ else }}{{ or (index $ann "sim.lab/exit-code") "1" }}{{ end }}'
    reason = "{{ if $oom }}OOMKilled{{ else }}Error{{ end }}"
    died = f"{{terminated: {{exitCode: {code}, reason: {reason}, startedAt: {NOW}, finishedAt: {NOW}}}}}"
    crashed = containers(
        "false", "false", waiting("CrashLoopBackOff", message), count=COUNT_ONE_MORE, last=died
    )
    yield _pod_stage(
        "pod-crash-back-off",
        "Running",
        outcomes,
        [_present(_RUNNING)],
        [
            _event("Warning", "BackOff", "Back-off restarting failed container"),
            status(START + OOM + conditions(ready=False) + crashed),
        ],
        delay=("run-for", 500),
    )
    again = containers(
        "false",
        "true",
        running(NOW),
        count=COUNT,
        last="{{ (index $root.status.containerStatuses $i).lastState | toJson }}",
    )
    yield _pod_stage(
        "pod-crash-restart",
        "Running",
        outcomes,
        [_in(_WAITING, "CrashLoopBackOff")],
        [status(START + conditions(ready=False) + again)],
        delay=("back-off", 10000),
    )


def _never_started() -> Iterator[Object]:
    restarting = waiting("CrashLoopBackOff", "back-off 10s restarting failed init container")
    yield _pod_stage(
        "pod-init-fail",
        "Pending",
        ("init-fail",),
        [_absent(_INIT_WAITING)],
        [
            _event("Warning", "BackOff", "Back-off restarting failed init container"),
            status(
                START
                + conditions(ready=False, initialized=False)
                + containers("false", "false", restarting, count="1", kind="initContainer")
                + containers("false", "false", "{waiting: {reason: PodInitializing}}")
                + ADDRESSES
                + "\nphase: Pending"
            ),
        ],
    )
    yield _pod_stage(
        "pod-config-error",
        "Pending",
        ("config-error",),
        [_absent(_WAITING)],
        [
            _event("Warning", "Failed", "Error: configmap not found"),
            pod_status(
                ready=False,
                container_statuses=containers(
                    "false", "false", waiting("CreateContainerConfigError", "configmap not found")
                ),
                phase="Pending",
            ),
        ],
    )


def _volumes() -> Iterator[Object]:
    """An external provisioner for classes of `sim.lab/provisioner`: the real PV controller does the rest."""
    yield _stage(
        "pvc-provision",
        "PersistentVolumeClaim",
        [
            _absent(_DELETED),
            _in('.metadata.annotations["volume.kubernetes.io/storage-provisioner"]', "sim.lab/provisioner"),
            _absent(".spec.volumeName"),
            _in(f'{_annotation("outcome")} // "bound"', "bound"),
        ],
        [
            {
                "apply": {
                    "template": """
apiVersion: v1
kind: PersistentVolume
metadata:
  name: pvc-{{ .metadata.uid }}
  annotations:
    pv.kubernetes.io/provisioned-by: sim.lab/provisioner
spec:
  accessModes: {{ .spec.accessModes | toJson }}
  capacity: {storage: {{ .spec.resources.requests.storage | Quote }}}
  persistentVolumeReclaimPolicy: Delete
  storageClassName: {{ .spec.storageClassName | Quote }}
  volumeMode: {{ or .spec.volumeMode "Filesystem" }}
  claimRef:
    apiVersion: v1
    kind: PersistentVolumeClaim
    name: {{ .metadata.name | Quote }}
    namespace: {{ .metadata.namespace | Quote }}
    uid: {{ .metadata.uid | Quote }}
  csi:
    driver: sim.lab
    volumeHandle: {{ .metadata.uid | Quote }}
"""
                }
            }
        ],
        delay=("ready-after", 0),
    )
    yield _stage(
        "pv-delete",
        "PersistentVolume",
        [
            _absent(_DELETED),
            _in('.metadata.annotations["pv.kubernetes.io/provisioned-by"]', "sim.lab/provisioner"),
            _in(_PHASE, "Released"),
            _in(".spec.persistentVolumeReclaimPolicy", "Delete"),
        ],
        [{"delete": True}],
    )


def _stage(
    name: str,
    kind: str,
    when: Sequence[Object],
    steps: Sequence[Object],
    *,
    delay: tuple[str | None, int] | None = None,
) -> Object:
    """`delay`: the annotation that gives it, and milliseconds where the annotation is absent."""
    spec: dict[str, Any] = {
        "resourceRef": {"apiGroup": "v1", "kind": kind},
        "selector": {"matchExpressions": list(when)},
        "steps": list(steps),
    }
    if delay:
        annotation, milliseconds = delay
        spec["delay"] = {"durationMilliseconds": milliseconds}
        if annotation:
            spec["delay"]["durationFrom"] = {"expressionFrom": _annotation(annotation)}
    return {"apiVersion": API_VERSION, "kind": "Stage", "metadata": {"name": name}, "spec": spec}


def _pod_stage(
    name: str,
    phase: str,
    outcomes: Sequence[str],
    more: Sequence[Object],
    steps: Sequence[Object],
    *,
    delay: tuple[str | None, int] | None = None,
) -> Object:
    when = [_absent(_DELETED), _in(_PHASE, phase), _in(_OUTCOME, *outcomes), *more]
    return _stage(name, "Pod", when, steps, delay=delay)


def _annotation(name: str) -> str:
    return f".metadata.annotations[{json.dumps('sim.lab/' + name)}]"


def _in(key: str, *values: str) -> Object:
    return {"key": key, "operator": "In", "values": list(values)}


def _not_in(key: str, *values: str) -> Object:
    return {"key": key, "operator": "NotIn", "values": list(values)}


def _present(key: str) -> Object:
    return {"key": key, "operator": "Exists"}


def _absent(key: str) -> Object:
    return {"key": key, "operator": "DoesNotExist"}


def _event(kind: str, reason: str, message: str) -> Object:
    return {"event": {"type": kind, "reason": reason, "message": message}}
