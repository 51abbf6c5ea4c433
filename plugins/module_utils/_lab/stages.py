# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How simulated nodes, pods and volumes behave: kwok's Stage documents.

A pod says what shall happen to it by annotations `sim.lab/…`; docs/lab.md has the table. The selectors exclude each other, so that at most one
stage fits an object at any moment.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from .api import Object

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

# ---- pieces of the status templates
_START = '{{ $now := Now }}{{ $root := . }}{{ $ann := or .metadata.annotations dict }}'
_OOM = '{{ $oom := eq (or (index $ann "sim.lab/outcome") "") "oom-loop" }}'
_CODE = '{{ $code := or (index $ann "sim.lab/exit-code") "1" }}'
_NOW = "{{ $now | Quote }}"
_SINCE = "{{ or $root.status.startTime $now | Quote }}"
_COUNT = (
    "{{ $n := 0 }}{{ with $root.status.containerStatuses }}"
    "{{ $n = or (index . $i).restartCount 0 }}{{ end }}{{ $n }}"
)
_COUNT_ONE_MORE = _COUNT.replace("{{ $n }}", "{{ add1 $n }}")
_GATES = """
{{ range .spec.readinessGates }}
- {type: {{ .conditionType | Quote }}, status: "True", lastTransitionTime: {{ $now | Quote }}}
{{ end }}"""
_INIT_DONE = """
{{ with .spec.initContainers }}
initContainerStatuses:
{{ range . }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  imageID: ""
  ready: true
  restartCount: 0
  {{ if eq (or .restartPolicy "") "Always" }}
  started: true
  state: {running: {startedAt: {{ $now | Quote }}}}
  {{ else }}
  state: {terminated: {exitCode: 0, reason: Completed, startedAt: {{ $now | Quote }}, finishedAt: {{ $now | Quote }}}}
  {{ end }}
{{ end }}
{{ end }}"""
# PodIPsWith draws a new address at each call, hence only once in a pod's life.
_ADDRESSES = """
{{ if not .status.podIP }}
{{ $podIPs := PodIPsWith .spec.nodeName ( or .spec.hostNetwork false ) ( or .metadata.uid "" ) ( or .metadata.name "" ) ( or .metadata.namespace "" ) }}
{{ with NodeIPsWith .spec.nodeName }}
hostIP: {{ index . 0 | Quote }}
hostIPs: [{{ range $i, $ip := . }}{{ if $i }}, {{ end }}{ip: {{ $ip | Quote }}}{{ end }}]
{{ end }}
{{ with $podIPs }}
podIP: {{ index . 0 | Quote }}
podIPs: [{{ range $i, $ip := . }}{{ if $i }}, {{ end }}{ip: {{ $ip | Quote }}}{{ end }}]
{{ end }}
{{ end }}
startTime: {{ or .status.startTime $now | Quote }}"""  # noqa: E501


def documents(klab: Path) -> list[Object]:
    """Every stage of the lab; how a healthy node behaves is asked from kwok itself."""
    return [*_nodes(klab), *_healthy_pods(), *_jobs(), *_broken_images(), *_crashes(), *_never_started(), *_volumes()]


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
            _status(
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
    ready = _pod_status(ready=True, containers=_containers("true", "true", _running(_NOW)))
    yield _pod_stage("pod-ready", "Pending", ("ready", "fail", "stuck-terminating"), [soon], [ready])
    waiting = _pod_status(ready=False, containers=_containers("false", "true", _running(_NOW)))
    yield _pod_stage("pod-slow-start", "Pending", ("ready",), [late], [waiting])
    become_ready = _status(
        _START
        + _conditions(ready=True)
        + _GATES
        + _containers("true", "true", _running(_SINCE), count=_COUNT)
    )
    not_yet = [_not_in(_READY, "True"), _not_in(_OWNER, "Job")]
    yield _pod_stage("pod-slow-ready", "Running", ("ready",), [late, *not_yet], [become_ready], delay=("ready-after", 10000))
    # The annotation that broke a living pod is gone: it heals.
    yield _pod_stage("pod-heal", "Running", ("ready",), [soon, *not_yet], [become_ready])
    unhealthy = _event("Warning", "Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503")
    yield _pod_stage("pod-never-ready", "Pending", ("never-ready",), [], [waiting, unhealthy])
    broken = _status(
        _START + _conditions(ready=False) + _containers("false", "true", _running(_SINCE), count=_COUNT)
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
        return _status(
            _START
            + _CODE
            + _conditions(ready=False, reason=reason)
            + _containers("false", "false", f"{{terminated: {{{state}, startedAt: {_SINCE}, finishedAt: {_NOW}}}}}")
            + f"\nphase: {'Succeeded' if reason == 'PodCompleted' else 'Failed'}"
        )

    completed = ended("PodCompleted", "exitCode: 0, reason: Completed")
    yield _pod_stage("pod-complete", "Running", ("ready",), [_in(_OWNER, "Job")], [completed], delay=("run-for", 200))
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
                "Failed to pull image: rpc error: code = NotFound desc = failed to pull and unpack image: not found",
            ),
            _event("Warning", "Failed", "Error: ErrImagePull"),
            _pod_status(
                ready=False,
                containers=_containers("false", "false", _waiting("ErrImagePull", not_found)),
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
            _status(_START + _containers("false", "false", _waiting("ImagePullBackOff", backing_off))),
        ],
        delay=(None, 1000),
    )


def _crashes() -> Iterator[Object]:
    outcomes = ("crash-loop", "oom-loop")
    first = _pod_status(ready=False, containers=_containers("false", "true", _running(_NOW)))
    yield _pod_stage("pod-crash-first", "Pending", outcomes, [], [first])
    message = '{{ printf "back-off 10s restarting failed container=%s pod=%s" $c.name $root.metadata.name | Quote }}'
    died = (
        '{terminated: {exitCode: {{ if $oom }}137{{ else }}{{ or (index $ann "sim.lab/exit-code") "1" }}{{ end }}, '
        f"reason: {{{{ if $oom }}}}OOMKilled{{{{ else }}}}Error{{{{ end }}}}, startedAt: {_NOW}, finishedAt: {_NOW}}}}}"
    )
    crashed = _containers(
        "false", "false", _waiting("CrashLoopBackOff", message), count=_COUNT_ONE_MORE, last=died
    )
    yield _pod_stage(
        "pod-crash-back-off",
        "Running",
        outcomes,
        [_present(_RUNNING)],
        [
            _event("Warning", "BackOff", "Back-off restarting failed container"),
            _status(_START + _OOM + _conditions(ready=False) + crashed),
        ],
        delay=("run-for", 500),
    )
    again = _containers(
        "false",
        "true",
        _running(_NOW),
        count=_COUNT,
        last="{{ (index $root.status.containerStatuses $i).lastState | toJson }}",
    )
    yield _pod_stage(
        "pod-crash-restart",
        "Running",
        outcomes,
        [_in(_WAITING, "CrashLoopBackOff")],
        [_status(_START + _conditions(ready=False) + again)],
        delay=("back-off", 10000),
    )


def _never_started() -> Iterator[Object]:
    restarting = _waiting("CrashLoopBackOff", "back-off 10s restarting failed init container")
    yield _pod_stage(
        "pod-init-fail",
        "Pending",
        ("init-fail",),
        [_absent(_INIT_WAITING)],
        [
            _event("Warning", "BackOff", "Back-off restarting failed init container"),
            _status(
                _START
                + _conditions(ready=False, initialized=False)
                + _containers("false", "false", restarting, count="1", kind="initContainer")
                + _containers("false", "false", "{waiting: {reason: PodInitializing}}")
                + _ADDRESSES
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
            _pod_status(
                ready=False,
                containers=_containers(
                    "false", "false", _waiting("CreateContainerConfigError", "configmap not found")
                ),
                phase="Pending",
            ),
        ],
    )


def _volumes() -> Iterator[Object]:
    """An external provisioner and deleter for classes of `sim.lab/provisioner`: the real PV controller does the rest."""
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
    name: str, kind: str, when: Sequence[Object], steps: Sequence[Object], *, delay: tuple[str | None, int] | None = None
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


def _status(template: str) -> Object:
    return {"patch": {"subresource": "status", "root": "status", "template": template}}


def _pod_status(*, ready: bool, containers: str, phase: str = "Running") -> Object:
    """The first status of a pod whose init containers are through."""
    gates = _GATES if ready else ""
    return _status(
        _START + _conditions(ready=ready) + gates + containers + _INIT_DONE + _ADDRESSES + f"\nphase: {phase}"
    )


def _conditions(*, ready: bool, initialized: bool = True, reason: str = "ContainersNotReady") -> str:
    def condition(kind: str, holds: bool, why: str) -> str:
        because = "" if holds else f", reason: {why}"
        return f'- {{type: {kind}, status: "{holds}", lastTransitionTime: {_NOW}{because}}}'

    return "\n".join(
        (
            "\nconditions:",
            condition("PodReadyToStartContainers", True, ""),
            condition("Initialized", initialized, "ContainersNotInitialized"),
            condition("Ready", ready, reason),
            condition("ContainersReady", ready, reason),
        )
    )


def _containers(
    ready: str, started: str, state: str, *, count: str = "0", last: str | None = None, kind: str = "container"
) -> str:
    last_state = f"\n  lastState: {last}" if last else ""
    return f"""
{kind}Statuses:
{{{{ range $i, $c := .spec.{kind}s }}}}
- name: {{{{ $c.name | Quote }}}}
  image: {{{{ $c.image | Quote }}}}
  imageID: ""
  ready: {ready}
  started: {started}
  restartCount: {count}{last_state}
  state: {state}
{{{{ end }}}}"""


def _running(since: str) -> str:
    return f"{{running: {{startedAt: {since}}}}}"


def _waiting(reason: str, message: str) -> str:
    return f"{{waiting: {{reason: {reason}, message: {message}}}}}"
