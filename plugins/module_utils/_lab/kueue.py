# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kueue, with the kinds that serve models and none of those that train them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from .api import Object
from .config import Config

FRAMEWORKS = {
    "job": "batch/job",
    "pod": "pod",
    "deployment": "deployment",
    "statefulset": "statefulset",
    "leaderworkerset": "leaderworkerset.x-k8s.io/leaderworkerset",
}
"""Integrations by the name of their webhooks."""
OWN_KINDS = ("clusterqueue", "cohort", "resourceflavor", "workload")


def command(config: Config, programs: Mapping[str, Path], home: Path, serving: Path) -> tuple[str, ...]:
    file = home / "config.yaml"
    configuration = {
        "apiVersion": "config.kueue.x-k8s.io/v1beta2",
        "kind": "Configuration",
        "namespace": "kueue-system",
        "webhook": {"port": config.port_of("kueue"), "certDir": str(serving)},
        "leaderElection": {"leaderElect": False},
        "metrics": {"bindAddress": "0"},
        "health": {"healthProbeBindAddress": f"127.0.0.1:{config.port_of('kueue-health')}"},
        "internalCertManagement": {"enable": False},
        "clientConnection": {"qps": 300, "burst": 500},
        "integrations": {"frameworks": list(FRAMEWORKS.values())},
    }
    file.write_text(json.dumps(configuration, indent=1))
    # the aggregated API for pending workloads needs a Service in front of it
    return (str(programs["kueue"]), f"--config={file}", "--feature-gates=VisibilityOnDemand=false")


def narrow(registration: Object, *, exempt: Sequence[str]) -> None:
    """Keeps the webhooks of kinds that exist here, and keeps them away from the controllers' namespaces:
    they refuse everything while nobody answers."""
    kinds = {webhook["name"]: webhook["name"].partition(".")[0][1:] for webhook in registration["webhooks"]}
    registration["webhooks"] = [
        webhook for webhook in registration["webhooks"] if kinds[webhook["name"]] in (*FRAMEWORKS, *OWN_KINDS)
    ]
    for webhook in registration["webhooks"]:
        if kinds[webhook["name"]] in FRAMEWORKS:
            others = {
                "key": "kubernetes.io/metadata.name",
                "operator": "NotIn",
                "values": ["kube-system", *exempt],
            }
            webhook["namespaceSelector"] = {"matchExpressions": [others]}
