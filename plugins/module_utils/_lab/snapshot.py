# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An etcd directory in which all definitions are installed already: installing them costs half a minute,
copying it a blink.

It holds nothing that depends on a lab's ports, authorities or nodes.
"""

from __future__ import annotations

import concurrent.futures
import os
import random
import shutil
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from . import controllers, controlplane, pki, processes, waiting
from .api import Api, Object
from .build import Progress, fingerprint, locked
from .config import PORTS, Config, LabError
from .manifests import Manifests, crd_groups

FORMAT = "1"
KEPT = 8
# below the range from which Linux takes the ports of outgoing connections
FREE_PORTS = range(20000, 32000)
PARALLEL = 4


def restore(config: Config, klab: Path, manifests: Manifests, progress: Progress) -> None:
    """Puts the prepared etcd directory into a new lab."""
    snapshot = _ensure(config, klab, manifests, progress)
    with tempfile.TemporaryDirectory(dir=config.directory) as temporary:
        copy = Path(temporary) / "etcd"
        shutil.copytree(snapshot, copy)
        copy.rename(config.directory / "etcd")
    os.utime(snapshot.parent)


def install(api: Api, config: Config, manifests: Manifests, processes_: Sequence[processes.Process]) -> None:
    """Brings definitions and the controllers' surroundings into a running API server."""
    definitions = manifests.definitions(crd_groups(config))
    _apply_all(api, definitions)
    waiting.until(
        "the custom resources in discovery", lambda: waiting.all_served(api, definitions), processes_
    )
    surroundings = controllers.objects(config, manifests)
    _apply_all(api, [obj for obj in surroundings if obj["kind"] == "Namespace"])
    _apply_all(api, [obj for obj in surroundings if obj["kind"] != "Namespace"])


def free_port() -> int:
    """The first of a block of ports that is enough for a lab and on which nobody listens."""
    for _attempt in range(100):
        first = random.choice(FREE_PORTS)  # noqa: S311
        if not processes.taken(range(first, first + len(PORTS))):
            return first
    raise LabError(f"no {len(PORTS)} free ports in a row between {FREE_PORTS.start} and {FREE_PORTS.stop}.")


def _ensure(config: Config, klab: Path, manifests: Manifests, progress: Progress) -> Path:
    status = klab.stat()
    facts = (FORMAT, manifests.key, klab, status.st_size, status.st_mtime_ns, crd_groups(config))
    key = fingerprint(
        [], repr((*facts, controllers.wanted(config), repr(controllers.objects(config, manifests))))
    )
    snapshot = config.cache / f"snapshot-{key}" / "etcd"
    with locked(config.cache / ".snapshot.lock", progress):
        if not snapshot.is_dir():
            _make(config, klab, manifests, snapshot, progress)
            _drop_old(config.cache)
    return snapshot


def _make(config: Config, klab: Path, manifests: Manifests, target: Path, progress: Progress) -> None:
    start = time.monotonic()
    progress("installing the custom resource definitions once; later labs start from this snapshot")
    with tempfile.TemporaryDirectory(dir=config.cache) as temporary:
        workshop = replace(config, directory=Path(temporary), port=free_port())
        pki.ensure(workshop.directory, workshop.pki, workshop.address)
        started = [controlplane.etcd(workshop, klab), controlplane.apiserver(workshop, klab)]
        try:
            for process in started:
                process.start()
            api = Api(workshop.kubeconfig)
            waiting.until("the API server", lambda: api.raw("GET", "/readyz") == b"ok", started)
            install(api, workshop, manifests, started)
        finally:
            processes.stop(workshop.directory, [process.name for process in reversed(started)])
        target.parent.mkdir(parents=True)
        (workshop.directory / "etcd").rename(target)
    progress(f"installed the custom resource definitions in {time.monotonic() - start:.0f} s")


def _apply_all(api: Api, objects: Sequence[Object]) -> None:
    with concurrent.futures.ThreadPoolExecutor(PARALLEL) as pool:
        for future in [pool.submit(api.apply, obj) for obj in objects]:
            future.result()


def _drop_old(cache: Path) -> None:
    snapshots = sorted(cache.glob("snapshot-*"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in snapshots[KEPT:]:
        shutil.rmtree(path)
