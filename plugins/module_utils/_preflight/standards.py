# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What keeps a pod out of a namespace that enforces a Pod Security Standard."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

LABEL = "pod-security.kubernetes.io/enforce"

_ADDABLE = frozenset(
    (
        "AUDIT_WRITE",
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "FSETID",
        "KILL",
        "MKNOD",
        "NET_BIND_SERVICE",
        "SETFCAP",
        "SETGID",
        "SETPCAP",
        "SETUID",
        "SYS_CHROOT",
    )
)
_VOLUMES = frozenset(
    (
        "configMap",
        "csi",
        "downwardAPI",
        "emptyDir",
        "ephemeral",
        "image",
        "persistentVolumeClaim",
        "projected",
        "secret",
    )
)
"""Kinds of volumes that the standard ``restricted`` knows."""
_PROFILES = ("RuntimeDefault", "Localhost")

Pod = Mapping[str, Any]


def violations(pod: Pod, level: str) -> list[str]:
    """Which fields the standard forbids; nothing for ``privileged`` and for words that are none of it."""
    if level == "baseline":
        return list(_baseline(pod))
    return [*_baseline(pod), *_restricted(pod)] if level == "restricted" else []


def _containers(pod: Pod) -> list[Mapping[str, Any]]:
    return [*(pod.get("initContainers") or ()), *(pod.get("containers") or ())]


def _baseline(pod: Pod) -> Iterator[str]:
    for field in ("hostNetwork", "hostPID", "hostIPC"):
        if pod.get(field):
            yield field
    if _is_unconfined(pod):
        yield "seccompProfile Unconfined"
    for volume in pod.get("volumes") or ():
        if "hostPath" in volume:
            yield f"volume {volume['name']} of type hostPath"
    for container in _containers(pod):
        security = container.get("securityContext") or {}
        if security.get("privileged"):
            yield f"container {container['name']} privileged"
        added = set((security.get("capabilities") or {}).get("add") or ()) - _ADDABLE
        if added:
            yield f"container {container['name']} adding capabilities {', '.join(sorted(added))}"
        if _is_unconfined(container):
            yield f"container {container['name']} with seccompProfile Unconfined"
        if any(port.get("hostPort") for port in container.get("ports") or ()):
            yield f"container {container['name']} with a hostPort"


def _is_unconfined(part: Mapping[str, Any]) -> bool:
    profile = (part.get("securityContext") or {}).get("seccompProfile") or {}
    return profile.get("type") == "Unconfined"


def _restricted(pod: Pod) -> Iterator[str]:
    shared = pod.get("securityContext") or {}
    for volume in pod.get("volumes") or ():
        unknown = set(volume) - {"name"} - _VOLUMES - {"hostPath"}
        if unknown:
            yield f"volume {volume['name']} of type {', '.join(sorted(unknown))}"
    if shared.get("runAsUser") == 0:
        yield "runAsUser 0"
    for container in _containers(pod):
        name, security = container["name"], container.get("securityContext") or {}
        if security.get("allowPrivilegeEscalation") is not False:
            yield f"container {name} without allowPrivilegeEscalation: false"
        capabilities = security.get("capabilities") or {}
        if "ALL" not in (capabilities.get("drop") or ()):
            yield f"container {name} without capabilities.drop: [ALL]"
        if set(capabilities.get("add") or ()) & (_ADDABLE - {"NET_BIND_SERVICE"}):
            yield f"container {name} adding capabilities"
        if security.get("runAsNonRoot", shared.get("runAsNonRoot")) is not True:
            yield f"container {name} without runAsNonRoot: true"
        if security.get("runAsUser") == 0:
            yield f"container {name} with runAsUser 0"
        profile = security.get("seccompProfile") or shared.get("seccompProfile") or {}
        if profile.get("type") not in _PROFILES:
            yield f"container {name} without a seccompProfile"
