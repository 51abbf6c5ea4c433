# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Presets that KServe asks for and does not bring: those of copies whose stages lie in several pods.

KServe looks for them in the namespace of the service first. All services of a namespace share them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..._names import MANAGED_BY_LABEL, MANAGER

if TYPE_CHECKING:
    from ..._fleet import Fleet, Service
    from ..._fleet.records import Topology

CERTIFICATES = "/var/run/kserve/tls"
_NAME = "kserve-config-llm-{part}worker-pipeline-parallel"
_SECRET = "{{ ChildName .ObjectMeta.Name `-kserve-self-signed-certs` }}"  # noqa: S105 - a template of a name
_DRAIN = 15


def preset_objects(fleet: Fleet) -> list[dict[str, Any]]:
    """The presets that the services of each namespace need."""
    needed = {(each.namespace, part) for each in fleet.services for part in _parts(each)}
    return [_preset(namespace, part) for namespace, part in sorted(needed)]


def _parts(service: Service) -> list[str]:
    if service.platform != "llmd" or service.llmd.provider != "kserve" or service.state == "absent":
        return []
    prefill = service.prefill
    if prefill is None:
        return [""] if _in_stages(service.topology) else []
    return ["prefill-"] if _in_stages(prefill.topology) else []


def _in_stages(topology: Topology) -> bool:
    return topology.pipeline > 1 and topology.pods != "single"


def _preset(namespace: str, part: str) -> dict[str, Any]:
    """What the other presets add to our pods too: certificates, and a wait before the stop signal."""
    pod = {
        "containers": [
            {
                "name": "main",
                "lifecycle": {"preStop": {"sleep": {"seconds": _DRAIN}}},
                "volumeMounts": [{"name": "tls-certs", "mountPath": CERTIFICATES, "readOnly": True}],
            }
        ],
        "volumes": [{"name": "tls-certs", "secret": {"secretName": _SECRET}}],
    }
    workload = {"template": pod, "worker": pod}
    return {
        "apiVersion": "serving.kserve.io/v1alpha2",
        "kind": "LLMInferenceServiceConfig",
        "metadata": {
            "name": _NAME.format(part=part),
            "namespace": namespace,
            "labels": {MANAGED_BY_LABEL: MANAGER},
        },
        "spec": {"prefill": workload} if part else workload,
    }
