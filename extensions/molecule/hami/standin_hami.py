# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stands in for what HAMi's programs cause, since simulated pods run nothing: the Job of its chart gives its
webhook a certificate authority, its device plugin registers the GPUs that a node has, and its scheduler asks
for them. ``standin_hami.py KUBECONFIG SECONDS``."""

from __future__ import annotations

import base64
import json
import sys
import time
from pathlib import Path
from typing import Any

import yaml
from kubernetes import config

WEBHOOK = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/hami-webhook"
CERTIFICATE = "/webhooks/0/clientConfig/caBundle"
NODES = "/api/v1/nodes"
MEANT = "?labelSelector=nvidia.com%2Fgpu%3Dpresent"
OK = 200
GPUS, SPLIT = 8, 10


class Cluster:
    def __init__(self, kubeconfig: str) -> None:
        self._api = config.new_client_from_config(kubeconfig)

    def get(self, path: str) -> dict[str, Any]:
        url = self._api.configuration.host + path
        return dict(json.loads(self._api.rest_client.pool_manager.request("GET", url).data))

    def patch(self, path: str, body: Any, kind: str) -> bool:
        answer = self._api.rest_client.pool_manager.request(
            "PATCH",
            self._api.configuration.host + path,
            body=json.dumps(body),
            headers={"Content-Type": f"application/{kind}+json"},
        )
        return bool(answer.status == OK)


def main(kubeconfig: str, seconds: str) -> None:
    cluster = Cluster(kubeconfig)
    for node in cluster.get(NODES + MEANT)["items"]:
        register(cluster, node["metadata"]["name"])
    end = time.monotonic() + float(seconds)
    certificate = [{"op": "add", "path": CERTIFICATE, "value": authority(kubeconfig)}]
    while not cluster.patch(WEBHOOK, certificate, "json-patch") and time.monotonic() < end:
        time.sleep(0.3)


def register(cluster: Cluster, name: str) -> None:
    gpus = [{"id": f"GPU-{name}-{index}", "count": SPLIT, "health": True} for index in range(GPUS)]
    told = {
        "hami.io/node-nvidia-register": json.dumps(gpus),
        "hami.io/node-handshake": time.strftime("Requesting_%Y-%m-%d %H:%M:%S"),
    }
    cluster.patch(f"{NODES}/{name}", {"metadata": {"annotations": told}}, "merge-patch")
    amounts = {"nvidia.com/gpu": str(GPUS * SPLIT)}
    status = {"status": {"capacity": amounts, "allocatable": amounts}}
    cluster.patch(f"{NODES}/{name}/status", status, "merge-patch")


def authority(kubeconfig: str) -> str:
    cluster = yaml.safe_load(Path(kubeconfig).read_text(encoding="utf-8"))["clusters"][0]["cluster"]
    file = cluster.get("certificate-authority")
    return (
        base64.b64encode(Path(file).read_bytes()).decode() if file else cluster["certificate-authority-data"]
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
