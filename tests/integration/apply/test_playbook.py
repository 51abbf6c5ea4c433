# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules as people run them: ansible-playbook against a real API server."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.inferops.serving.plugins.module_utils._cluster import Client

from .samples import (
    Object,
    autoscaler,
    claim,
    config_map,
    definition,
    deployment,
    inference_service,
    job,
    leader_workers,
    namespace_object,
    secret,
    service,
    widget,
)

pytestmark = [pytest.mark.proof("P"), pytest.mark.proof("A")]

REPOSITORY = Path(__file__).parents[3]
VALUES = ("first-secret-value", "second-secret-value")


def play(
    lab: Any, folder: Path, tasks: list[dict[str, Any]], *arguments: str
) -> subprocess.CompletedProcess[str]:
    options = {"kubeconfig": str(lab.kubeconfig)}
    book = [
        {
            "hosts": "localhost",
            "gather_facts": False,
            "connection": "local",
            "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
            "module_defaults": {
                "inferops.serving.apply_set": options,
                "inferops.serving.apply_set_info": options,
            },
            "tasks": tasks,
        }
    ]
    path = folder / "play.yml"
    path.write_text(yaml.safe_dump(book, sort_keys=False))
    return subprocess.run(
        [str(Path(sys.executable).parent / "ansible-playbook"), "-i", "localhost,", str(path), *arguments],
        env={**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(REPOSITORY / ".collections")},
        capture_output=True,
        text=True,
        check=False,
    )


def apply_task(name: str, namespace: str, objects: list[Object] | None, **options: Any) -> dict[str, Any]:
    given = {} if objects is None else {"objects": objects}
    return {
        "name": "Apply",
        "inferops.serving.apply_set": {"name": name, "namespace": namespace, **given, **options},
        "register": "result",
    }


def results(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """The result that a task printed with verbosity 1."""
    text = done.stdout
    start = text.index("=> {") + 3
    found: dict[str, Any]
    found, _end = json.JSONDecoder().raw_decode(text[start:])
    return found


def summary(done: subprocess.CompletedProcess[str]) -> dict[str, str]:
    return {f"{one['kind']} {one['name']}": one["action"] for one in results(done)["actions"]}


@pytest.mark.req("XC-05", "XC-06")
@pytest.mark.proof("C")
def test_check_foretells_the_first_run_and_the_second_changes_nothing(
    lab: Any, client: Client, fresh: str, tmp_path: Path
) -> None:
    group = f"{fresh}.example.com"
    objects = [
        namespace_object(fresh),
        definition(group),
        widget(group, "w"),
        deployment("web", replicas=1),
        service("web"),
        secret("s", token=VALUES[0]),
        config_map("c"),
        job("once"),
        autoscaler("web"),
        claim("data"),
        inference_service("isvc"),
        leader_workers("group"),
    ]
    task = [apply_task("play", fresh, objects, wait=False)]
    foretold = play(lab, tmp_path, task, "--check", "--diff", "-v")
    assert foretold.returncode == 0, foretold.stdout
    assert client.get("v1", "Namespace", fresh) is None
    first = play(lab, tmp_path, task, "--diff", "-v")
    assert "changed=1" in first.stdout, first.stdout
    assert {
        name: action.replace("would-create", "created") for name, action in summary(foretold).items()
    } == summary(first)
    second = play(lab, tmp_path, task, "--diff", "-v")
    assert "changed=0" in second.stdout, second.stdout
    assert set(summary(second).values()) == {"unchanged"}
    checked = play(lab, tmp_path, task, "--check", "-v")
    assert "changed=0" in checked.stdout, checked.stdout

    gone = [apply_task("play", fresh, None, state="absent", wait_timeout=120)]
    foretold = play(lab, tmp_path, gone, "--check", "-v")
    assert client.get("apps/v1", "Deployment", "web", fresh) is not None
    removed = play(lab, tmp_path, gone, "-v")
    assert "changed=1" in removed.stdout, removed.stdout
    assert summary(removed)["PersistentVolumeClaim data"] == "kept"
    assert summary(removed)[f"Namespace {fresh}"] == "kept"
    assert {
        name: one.replace("would-delete", "deleted") for name, one in summary(foretold).items()
    } == summary(removed)
    again = play(lab, tmp_path, gone)
    assert "changed=0" in again.stdout, again.stdout


@pytest.mark.req("XC-06", "XC-13")
def test_secrets_show_at_no_verbosity(lab: Any, client: Client, namespace: str, tmp_path: Path) -> None:
    hidden = [*VALUES, *(base64.b64encode(value.encode()).decode() for value in VALUES)]
    source = tmp_path / "objects.yaml"
    source.write_text(yaml.safe_dump(secret("from-file", token=VALUES[1])))
    tasks = [
        apply_task("hidden", namespace, [secret("s", token=VALUES[0]), config_map("c")], wait=False),
        apply_task("hidden", namespace, [secret("s", token=VALUES[1]), config_map("c")], wait=False),
        apply_task("filed", namespace, None, src=str(source), wait=False),
        {
            "inferops.serving.apply_set_info": {
                "name": "hidden",
                "namespace": namespace,
                "objects": [secret("s", token=VALUES[0])],
            }
        },
    ]
    done = play(lab, tmp_path, tasks, "--diff", "-vvv")
    assert done.returncode == 0, done.stdout
    wrong = apply_task("hidden", namespace, [secret("s", token=VALUES[0])], wait_timeout="soon")
    failed = play(lab, tmp_path, [wrong], "-vvv")
    assert failed.returncode != 0
    broken = secret("s", token=VALUES[0])
    broken["metadata"]["name"] = "Not A Name"
    refused = play(lab, tmp_path, [apply_task("hidden", namespace, [broken])], "-vvv")
    assert refused.returncode != 0
    assert "Not A Name" in refused.stdout
    for text in hidden:
        for run in (done, failed, refused):
            assert text not in run.stdout + run.stderr
    assert "(secret, " in done.stdout


@pytest.mark.req("XC-04", "XC-10")
def test_a_failure_tells_everything(lab: Any, client: Client, namespace: str, tmp_path: Path) -> None:
    wrong = deployment("web")
    wrong["spec"]["template"]["spec"]["containers"][0]["imagee"] = "typo"
    missing = {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "w"}}
    done = play(lab, tmp_path, [apply_task("bad", namespace, [wrong, missing, {"kind": "ConfigMap"}])], "-v")
    assert done.returncode != 0
    assert {one["code"] for one in results(done)["diagnosis"]} == {"NotServed", "InvalidSpec"}
    done = play(lab, tmp_path, [apply_task("bad", namespace, [wrong, config_map("c")])], "-v")
    [diagnosis] = results(done)["diagnosis"]
    assert diagnosis["object"] == f"Deployment {namespace}/web"
    assert "imagee" in diagnosis["message"]


def test_options_that_do_not_go_together_are_refused(lab: Any, namespace: str, tmp_path: Path) -> None:
    done = play(lab, tmp_path, [apply_task("none", namespace, None)])
    assert done.returncode != 0
    assert "objects, src" in done.stdout
    done = play(lab, tmp_path, [apply_task("both", namespace, [config_map("c")], src="/nowhere.yaml")])
    assert done.returncode != 0
    assert "mutually exclusive" in done.stdout
    done = play(lab, tmp_path, [apply_task("file", namespace, None, src="/nowhere.yaml")])
    assert "/nowhere.yaml: No such file" in done.stdout
    done = play(lab, tmp_path, [apply_task("fast", namespace, [config_map("c")], wait_timeout=0)])
    assert "give wait_timeout more than 0" in done.stdout


def test_a_source_is_found_beside_the_playbook_and_can_be_a_directory(
    lab: Any, client: Client, namespace: str, tmp_path: Path
) -> None:
    folder = tmp_path / "files" / "bundle"
    folder.mkdir(parents=True)
    for obj in (config_map("one"), config_map("two")):
        (folder / f"{obj['metadata']['name']}.yaml").write_text(yaml.safe_dump(obj))
    info = {"name": "bundle", "namespace": namespace, "src": "bundle"}
    tasks = [
        apply_task("bundle", namespace, None, src="bundle"),
        {"inferops.serving.apply_set_info": info, "register": "info"},
        {
            "ansible.builtin.assert": {
                "that": ["info.drift == []", "info.members | length == 2", "info.owner.ours"]
            }
        },
    ]
    done = play(lab, tmp_path, tasks, "-v")
    assert done.returncode == 0, done.stdout
    assert summary(done) == {"ConfigMap one": "created", "ConfigMap two": "created"}
