# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pieces of the status that a stage writes, as kwok's Go templates for YAML."""

from __future__ import annotations

from .api import Object

START = "{{ $now := Now }}{{ $root := . }}{{ $ann := or .metadata.annotations dict }}"
OOM = '{{ $oom := eq (or (index $ann "sim.lab/outcome") "") "oom-loop" }}'
CODE = '{{ $code := or (index $ann "sim.lab/exit-code") "1" }}'
NOW = "{{ $now | Quote }}"
SINCE = "{{ or $root.status.startTime $now | Quote }}"
COUNT = (
    "{{ $n := 0 }}{{ with $root.status.containerStatuses }}"
    "{{ $n = or (index . $i).restartCount 0 }}{{ end }}{{ $n }}"
)
COUNT_ONE_MORE = COUNT.replace("{{ $n }}", "{{ add1 $n }}")
GATES = """
{{ range .spec.readinessGates }}
- {type: {{ .conditionType | Quote }}, status: "True", lastTransitionTime: {{ $now | Quote }}}
{{ end }}"""
INIT_DONE = """
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
  state:
    terminated:
      {exitCode: 0, reason: Completed, startedAt: {{ $now | Quote }}, finishedAt: {{ $now | Quote }}}
  {{ end }}
{{ end }}
{{ end }}"""
# PodIPsWith draws a new address at each call, hence only once in a pod's life.
ADDRESSES = """
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


def status(template: str) -> Object:
    return {"patch": {"subresource": "status", "root": "status", "template": template}}


def pod_status(*, ready: bool, container_statuses: str, phase: str = "Running") -> Object:
    """The first status of a pod whose init containers are through."""
    gates = GATES if ready else ""
    return status(
        START
        + conditions(ready=ready)
        + gates
        + container_statuses
        + INIT_DONE
        + ADDRESSES
        + f"\nphase: {phase}"
    )


def conditions(*, ready: bool, initialized: bool = True, reason: str = "ContainersNotReady") -> str:
    def condition(kind: str, holds: bool, why: str) -> str:
        because = "" if holds else f", reason: {why}"
        return f'- {{type: {kind}, status: "{holds}", lastTransitionTime: {NOW}{because}}}'

    return "\n".join(
        (
            "\nconditions:",
            condition("PodReadyToStartContainers", True, ""),
            condition("Initialized", initialized, "ContainersNotInitialized"),
            condition("Ready", ready, reason),
            condition("ContainersReady", ready, reason),
        )
    )


def containers(
    ready: str,
    started: str,
    state: str,
    *,
    count: str = "0",
    last: str | None = None,
    kind: str = "container",
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


def running(since: str) -> str:
    return f"{{running: {{startedAt: {since}}}}}"


def waiting(reason: str, message: str) -> str:
    return f"{{waiting: {{reason: {reason}, message: {message}}}}}"
