# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a cluster holds, read without any code of the collection: ``cluster.py KUBECONFIG FILE``.

Writes it into a file that is not there yet. Where it is there, fails with what is different now, if it still
is after a while: garbage is collected in the background.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kubernetes import config

PATIENCE = 30
OF_CONTROLLERS = {
    "apiservices",
    "componentstatuses",
    "controllerrevisions",
    "csinodes",
    "endpoints",
    "endpointslices",
    "events",
    "leases",
    "pods",
    "replicasets",
}
"""What comes and goes with other objects, and what changes all the time."""
OF_THE_SERVER = {"creationTimestamp", "generation", "managedFields", "resourceVersion", "uid"}
TIME_TO_LIVE = "node.alpha.kubernetes.io/ttl"
"""The controller manager's, on every node soon after it is there."""
UNREACHABLE = 500


class Cluster:
    def __init__(self, kubeconfig: str) -> None:
        self._client = config.new_client_from_config(kubeconfig)

    def holds(self) -> dict[str, Any]:
        """Objects by their addresses, less what nobody writes."""
        return {
            f"{path}/{obj['metadata'].get('namespace', '')}/{obj['metadata']['name']}": written(obj)
            for path in self._paths()
            for obj in self._get(path).get("items", ())
        }

    def _paths(self) -> Iterator[str]:
        groups = self._get("/apis")["groups"]
        for root in ("/api/v1", *(f"/apis/{each['preferredVersion']['groupVersion']}" for each in groups)):
            for kind in self._get(root).get("resources", ()):
                name = kind["name"]
                if "list" in kind["verbs"] and "/" not in name and name not in OF_CONTROLLERS:
                    yield f"{root}/{name}"

    def _get(self, path: str) -> Any:
        """Nothing, where a server beside the API server does not answer."""
        url = self._client.configuration.host + path
        answer = self._client.rest_client.pool_manager.request(
            "GET", url, headers={"Accept": "application/json"}
        )
        return {} if answer.status >= UNREACHABLE else json.loads(answer.data)


def written(obj: dict[str, Any]) -> dict[str, Any]:
    metadata = {key: value for key, value in obj["metadata"].items() if key not in OF_THE_SERVER}
    annotations = {
        key: value for key, value in metadata.pop("annotations", {}).items() if key != TIME_TO_LIVE
    }
    rest = {key: value for key, value in obj.items() if key not in ("metadata", "status")}
    return {**rest, "metadata": {**metadata, "annotations": annotations}}


def main(kubeconfig: str, file: str) -> None:
    cluster, record = Cluster(kubeconfig), Path(file)
    if not record.exists():
        record.write_text(json.dumps(cluster.holds()), encoding="utf-8")
        return
    before, end = json.loads(record.read_text(encoding="utf-8")), time.monotonic() + PATIENCE
    while (now := cluster.holds()) != before:
        if time.monotonic() > end:
            other = sorted(key for key in before.keys() | now.keys() if before.get(key) != now.get(key))
            sys.exit("\n".join(f"{key}\n  {before.get(key)}\n  {now.get(key)}" for key in other))
        time.sleep(1)


main(*sys.argv[1:])
