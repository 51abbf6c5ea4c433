# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bringing a lab up, down and away, and saying how it is."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import (
    build,
    controllers,
    controlplane,
    etcd,
    nodes,
    pki,
    processes,
    program,
    snapshot,
    stages,
    waiting,
)
from .api import Api
from .build import Progress
from .config import PORTS, Config, LabError
from .manifests import Manifests, crd_groups, manifests
from .processes import Process

MARKER = "inferops-lab.json"
SERVERS = ("kwok", "kube-scheduler", "kube-controller-manager", "kube-apiserver", "etcd")


@dataclass
class Result:
    """What was done, in words; nothing when the lab was as wanted."""

    actions: list[str] = field(default_factory=list)


def up(config: Config, progress: Progress) -> Result:
    """Makes the lab run as configured. Whatever is as wanted already stays untouched."""
    config.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    _refuse_foreign(config.directory)
    if not (config.directory / MARKER).exists():
        (config.directory / MARKER).write_text(json.dumps({"address": config.address}))
    with build.locked(config.directory / ".lock", progress):
        return _Bringing(config, progress).run()


def down(directory: Path) -> Result:
    """Ends the lab's processes; its state stays."""
    alive = processes.stop(directory, ["keeper"])  # first, for it starts others
    alive += processes.stop(directory, _order_of_end(processes.recorded(directory)))
    return Result([f"{name} stopped" for name in alive])


def remove(directory: Path) -> Result:
    """Ends the lab's processes and deletes its directory."""
    if not directory.exists():
        return Result()
    _refuse_foreign(directory)
    result = down(directory)
    shutil.rmtree(directory)
    result.actions.append(f"{directory} deleted")
    return result


def status(directory: Path) -> dict[str, Any]:
    """Processes with number, memory and ports; where the lab is reached."""
    alive = processes.running(directory)
    facts = []
    for name in _order_of_end(processes.recorded(directory))[::-1]:
        process = alive.get(name)
        facts.append(
            {
                "name": name,
                "running": process is not None,
                "pid": process.pid if process else None,
                "memory_mib": processes.memory_mib(process.pid) if process else 0,
                "ports": processes.listening_ports(process.pid) if process else [],
            }
        )
    marker = _read_marker(directory)
    return {
        "state": "present" if "kube-apiserver" in alive else "stopped" if marker else "absent",
        "address": marker.get("address"),
        "kubeconfig": str(directory / "admin.kubeconfig") if marker else None,
        "processes": facts,
        "memory_mib": sum(fact["memory_mib"] for fact in facts),
    }


@dataclass
class _Bringing:
    """One walk from what is there to what is wanted."""

    config: Config
    progress: Progress
    result: Result = field(default_factory=Result)
    started: list[Process] = field(default_factory=list)

    def run(self) -> Result:
        config, directory = self.config, self.config.directory
        programs = build.binaries(config, self.progress)
        material = manifests(config, self.progress)
        klab = programs["klab"]
        before = _read_marker(directory)
        if pki.ensure(directory, config.pki, config.address):
            down(directory)  # nothing that runs would trust the new certificates
        is_new = not (directory / "etcd").exists()
        if is_new:
            snapshot.restore(config, klab, material, self.progress)
        surroundings = [material.key, crd_groups(config), controllers.wanted(config)]
        unchanged = is_new or before.get("surroundings") == json.loads(json.dumps(surroundings))

        store = self._ensure(controlplane.etcd(config, klab))
        waiting.until("etcd", lambda: etcd.answers(config), [store])
        controllers.connect_conversion(config)
        server = self._ensure(controlplane.apiserver(config, klab))
        api = Api(config.kubeconfig)
        waiting.until("the API server", lambda: api.raw("GET", "/readyz") == b"ok", self.started)
        if not unchanged:
            snapshot.install(api, config, material, self.started)
            controllers.connect_conversion(config)
            self.result.actions.append("definitions installed")
        others = [
            self._ensure(controlplane.controller_manager(config, klab)),
            self._ensure(controlplane.scheduler(config, klab)),
            self._ensure_kwok(api, klab),
            *self._controllers(api, programs, material),
            self._ensure(program.process(config, programs["llm-d-inference-sim"])),
        ]
        self._nodes(api, build.kubernetes_version(config))
        self._wait_for_controllers(api, material)
        waiting.until(
            "the default service account",
            lambda: api.get("/api/v1/namespaces/default/serviceaccounts/default") is not None,
            [server, *others],
        )
        marker = {"address": config.address, "surroundings": surroundings}
        (directory / MARKER).write_text(json.dumps(marker))
        return self.result

    def _ensure(self, process: Process) -> Process:
        self.started.append(process)
        if self._runs(process):
            return process
        processes.stop(process.directory, [process.name])
        self._refuse_taken_ports(process.name)
        process.start()
        self.result.actions.append(f"{process.name} started")
        return process

    def _runs(self, process: Process) -> bool:
        current = processes.running(process.directory).get(process.name)
        return current is not None and current.argv == process.argv

    def _is_fresh(self, name: str) -> bool:
        return f"{name} started" in self.result.actions

    def _refuse_taken_ports(self, name: str) -> None:
        own = [port for port in PORTS if port == name or port.startswith(f"{name}-")]
        busy = processes.taken(self.config.port_of(port) for port in own)
        if busy:
            raise LabError(
                f"port {busy[0]} is taken by another process, but {name} of this lab needs it. "
                f"Choose another `port`: a lab uses {len(PORTS)} ports from there on."
            )

    def _ensure_kwok(self, api: Api, klab: Path) -> Process:
        text = json.dumps(stages.documents(klab))
        file = self.config.directory / f"stages-{build.fingerprint([], text)}.yaml"
        if not file.exists():
            file.write_text("\n---\n".join(json.dumps(stage) for stage in json.loads(text)))
        process = controlplane.kwok(self.config, klab, file)
        if not self._runs(process):
            processes.stop(process.directory, [process.name])
            # a new kwok would leave a node alone until its predecessor's lease ends
            api.request("DELETE", "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases")
            nodes.move(api, self.config.port_of("kwok"))
        return self._ensure(process)

    def _controllers(self, api: Api, programs: dict[str, Path], material: Manifests) -> list[Process]:
        wanted = controllers.wanted(self.config)
        for secret in controllers.certificates(self.config):
            api.apply(secret)
        for name in controllers.NAMESPACES:
            if name not in wanted and processes.stop(self.config.directory, [name]):
                controllers.disconnect(api, self.config, material, name)
                self.result.actions.append(f"{name} stopped")
        return [self._ensure(controllers.process(self.config, programs, name)) for name in wanted]

    def _nodes(self, api: Api, version: str) -> None:
        wanted = list(nodes.expand(self.config.nodes))
        did = nodes.reconcile(api, wanted, kwok_port=self.config.port_of("kwok"), version=version)
        self.result.actions += did
        if did or self._is_fresh("kwok"):
            names = [node.name for node in wanted]
            waiting.until(
                f"{len(names)} nodes to be Ready", lambda: nodes.all_ready(api, names), self.started
            )

    def _wait_for_controllers(self, api: Api, material: Manifests) -> None:
        wanted = controllers.wanted(self.config)
        for name in wanted:
            url = controllers.health_url(self.config, name)
            if url is not None:
                waiting.until(f"{name} to be ready", lambda url=url: waiting.answers(url), self.started)  # type: ignore[misc]
            if name in PORTS:
                port = self.config.port_of(name)
                waiting.until(f"{name}'s webhooks", lambda port=port: waiting.accepts(port), self.started)  # type: ignore[misc]
        if any(self._is_fresh(name) for name in wanted):
            controllers.connect(api, self.config, material)


def _order_of_end(names: Sequence[str]) -> list[str]:
    """Who is used by others ends after them."""
    return sorted(names, key=lambda name: SERVERS.index(name) if name in SERVERS else -1)


def _read_marker(directory: Path) -> dict[str, Any]:
    try:
        return dict(json.loads((directory / MARKER).read_text()))
    except FileNotFoundError:
        return {}


def _refuse_foreign(directory: Path) -> None:
    """A lab is put into, and deleted from, only a directory of its own."""
    if any(directory.iterdir()) and not (directory / MARKER).exists():
        raise LabError(
            f"{directory} holds other files and is no lab's directory. Choose another `dir`, or empty it."
        )
