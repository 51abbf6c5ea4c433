# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Applying objects with nothing to change: bare requests, our engine, whole playbooks, other tools."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import uuid
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ansible_collections.inferops.serving.plugins.module_utils._lab.config import LabError

from tests.support.helm import HELM, HELM_SOURCES
from tests.support.programs import built

from . import ROOT, WORK, Object, Row, best, objects, ratio

THREADS = 8
TRIES = 3
PLAYBOOKS = Path(__file__).with_name("playbooks")
COLLECTIONS = WORK / "collections"


class Field:
    """A namespace with the objects, on the cluster of a kubeconfig."""

    def __init__(self, kubeconfig: Path, number: int) -> None:
        from kubernetes import client, config

        self.kubeconfig = kubeconfig
        config.load_kube_config(str(kubeconfig))
        self.api = client.CoreV1Api()
        self.number = number
        self.made: list[str] = []

    def namespace(self) -> str:
        name = f"bench-{uuid.uuid4().hex[:6]}"
        self.api.create_namespace({"metadata": {"name": name}})
        self.made.append(name)
        return name

    def clear(self) -> None:
        for name in self.made:
            self.api.delete_namespace(name)

    def manifest(self, namespace: str, number: int | None = None) -> Path:
        path = WORK / f"{namespace}.json"
        items = objects(number or self.number, namespace)
        path.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": items}), encoding="utf-8")
        return path


def bare(field: Field, threads: int) -> float:
    """Strict server-side apply of every object over one warm pool: the floor under everybody."""
    from kubernetes import client

    configuration = client.Configuration.get_default_copy()
    configuration.connection_pool_maxsize = threads
    pool = client.ApiClient(configuration).rest_client.pool_manager
    namespace = field.namespace()
    query = "fieldManager=bench&fieldValidation=Strict"
    headers = {"Content-Type": "application/apply-patch+yaml"}
    if token := configuration.get_api_key_with_prefix("authorization"):
        headers["Authorization"] = token

    def patch(obj: Object) -> None:
        group = "api/v1" if obj["apiVersion"] == "v1" else f"apis/{obj['apiVersion']}"
        url = (
            f"{configuration.host}/{group}/namespaces/{namespace}"
            f"/{obj['kind'].lower()}s/{obj['metadata']['name']}?{query}"
        )
        response = pool.request("PATCH", url, body=json.dumps(obj), headers=headers)
        if response.status >= 300:
            raise RuntimeError(response.data.decode())

    items = objects(field.number, namespace)
    with ThreadPoolExecutor(threads) as executor:

        def once() -> float:
            started = time.monotonic()
            list(executor.map(patch, items))
            return time.monotonic() - started

        once()
        return best(once, of=TRIES)


def engine(field: Field, threads: int) -> tuple[float, int]:
    """Our engine, from connected to finished, and the requests it sent."""
    from ansible_collections.inferops.serving.plugins.module_utils._apply import ObjectSet, apply
    from ansible_collections.inferops.serving.plugins.module_utils._cluster import Client, connect

    namespace = field.namespace()
    wanted = ObjectSet(name="bench", namespace=namespace, objects=objects(field.number, namespace))
    requests = 0

    def once() -> float:
        nonlocal requests
        requests = 0
        client = connect({"kubeconfig": str(field.kubeconfig)}, concurrency=threads)
        client.version()
        send = client.request

        def counting(*args: object, **options: object) -> object:
            nonlocal requests
            requests += 1
            return send(*args, **options)  # type: ignore[arg-type]

        client.request = counting  # type: ignore[assignment]
        started = time.monotonic()
        (outcome,) = apply(client, [wanted])
        if outcome.diagnosis:
            raise RuntimeError(str(outcome.diagnosis))
        return time.monotonic() - started

    assert Client
    once()
    return best(once, of=TRIES), requests


def playbook(field: Field, name: str, **variables: object) -> float:
    """A whole ansible-playbook run, after one that made the objects."""
    command = [
        str(Path(sys.executable).with_name("ansible-playbook")),
        "--inventory",
        "localhost,",
        "--extra-vars",
        json.dumps(variables),
        str(PLAYBOOKS / f"{name}.yml"),
    ]
    environment = {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": f"{ROOT / '.collections'}{os.pathsep}{COLLECTIONS}",
        "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
        "K8S_AUTH_KUBECONFIG": str(field.kubeconfig),
    }
    return _timed(command, environment)


def kubectl(program: str, field: Field, manifest: Path) -> float:
    command = [
        program,
        "apply",
        "--server-side",
        "--filename",
        str(manifest),
        "--kubeconfig",
        str(field.kubeconfig),
    ]
    return _timed(command, dict(os.environ))


def helm(program: Path, field: Field, namespace: str) -> float:
    chart = WORK / "chart"
    shutil.rmtree(chart, ignore_errors=True)
    (chart / "templates").mkdir(parents=True)
    (chart / "Chart.yaml").write_text("apiVersion: v2\nname: bench\nversion: 0.1.0\n", encoding="utf-8")
    for item in objects(field.number, namespace):
        text = json.dumps(item)
        (chart / "templates" / f"{item['metadata']['name']}.yaml").write_text(text, encoding="utf-8")
    command = [str(program), "upgrade", "--install", "bench", str(chart), "--namespace", namespace]
    return _timed([*command, "--kubeconfig", str(field.kubeconfig)], dict(os.environ))


def kubernetes_core() -> str:
    """Puts kubernetes.core below the build folder; says why where that does not work."""
    if (COLLECTIONS / "ansible_collections" / "kubernetes" / "core").exists():
        return ""
    requirements = ROOT / "requirements" / "bench.txt"
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--requirement",
        str(requirements),
    ]
    done = subprocess.run([*command, "--dest", str(WORK)], check=False, capture_output=True, text=True)
    wheels = sorted(WORK.glob("ansible-*.whl"))
    if done.returncode or not wheels:
        return f"kubernetes.core could not be fetched: {done.stderr.strip().splitlines()[-1:]}"
    with zipfile.ZipFile(wheels[-1]) as wheel:
        members = [
            name for name in wheel.namelist() if name.startswith("ansible_collections/kubernetes/core/")
        ]
        wheel.extractall(COLLECTIONS, members)
    return ""


def rows(field: Field, *, kubectl_program: str | None, helm_program: Path | None) -> Iterator[Row]:
    floor = {threads: bare(field, threads) for threads in (1, THREADS)}
    for threads, seconds in floor.items():
        mine, requests = engine(field, threads)
        name = f"bare PATCHes, {threads} at a time"
        yield ratio(f"apply engine, {threads} at a time", mine, to=seconds, name=name, limit=1.3)
    yield Row(
        what="requests of the apply engine",
        measured=str(requests),
        compared=f"objects: {field.number}",
        wanted="N + a constant",
        met=requests <= field.number + 30,
    )

    manifest = field.manifest(field.namespace())
    mine = _warm(lambda: playbook(field, "apply_set", manifest=str(manifest), set_namespace=manifest.stem))
    empty = _warm(lambda: playbook(field, "empty"))
    yield ratio("playbook: apply_set", mine, to=empty, name="empty playbook")

    if missing := kubernetes_core():
        yield Row(what="playbook: kubernetes.core", measured="not run", compared=missing)
    else:
        theirs = field.manifest(field.namespace())
        listed = _warm(lambda: playbook(field, "core_list", manifest=str(theirs)))
        yield ratio("playbook: apply_set", mine, to=listed, name="kubernetes.core, one task", limit=0.5)
        few = field.manifest(field.namespace(), 100)
        looped = playbook(field, "core_loop", manifest=str(few))
        hundred = field.manifest(field.namespace(), 100)
        ours = _warm(lambda: playbook(field, "apply_set", manifest=str(hundred), set_namespace=hundred.stem))
        yield ratio(
            "playbook: apply_set, 100 objects", ours, to=looped, name="kubernetes.core, loop", limit=0.04
        )

    if kubectl_program:
        other = field.manifest(field.namespace())
        seconds = _warm(lambda: kubectl(kubectl_program, field, other))
        yield ratio("playbook: apply_set", mine, to=seconds, name="kubectl apply --server-side")
    else:
        yield Row(what="kubectl apply --server-side", measured="not run", compared="no kubectl found")
    try:
        program = helm_program or built(HELM, HELM_SOURCES)
    except LabError as error:
        yield Row(what="helm upgrade", measured="not run", compared=str(error))
        return
    namespace = field.namespace()
    seconds = _warm(lambda: helm(program, field, namespace))
    yield ratio("playbook: apply_set", mine, to=seconds, name="helm upgrade", limit=1.0)


def _warm(function: object) -> float:
    function()  # type: ignore[operator]
    return best(function, of=TRIES)  # type: ignore[arg-type]


def _timed(command: list[str], environment: dict[str, str]) -> float:
    started = time.monotonic()
    done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
    return time.monotonic() - started
