# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Models into a bucket: a real rclone, and a real server that minds signatures, regions and rights.

The tests of the first part tell one story of a repository for Triton, and run in their order.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._inventory import read

from tests.engines.rclone.bucket import (
    ACCESS,
    GUEST,
    REGION,
    SECRET,
    Ended,
    Server,
    command_lines,
    inventory,
    run_module,
)
from tests.support.playbook import ROOT, run_playbook

pytestmark = [pytest.mark.proof("E")]

GPT2 = {"name": "vllm_model", "source": "openai-community/gpt2", "store": "bucket"}
TRITON = {
    "name": "gpt2",
    "engine": "triton-vllm",
    "image": "nvcr.io/nvidia/tritonserver:26.06-vllm-python-py3",
    "model": "vllm_model",
    "engine_args": {"gpu_memory_utilization": 0.5, "enforce_eager": True},
}
RENDERED = ["vllm_model/1/model.json", "vllm_model/config.pbtxt"]
LARGE = 201 * 2**20
"""Bytes of a file that is sent in parts."""
UNREACHED = "Check scheme, host, port and proxies: this machine has to reach it."

Run = Callable[..., Ended]


@pytest.fixture
def run(rclone: Path, server: Server, tmp_path: Path) -> Run:
    def runs(
        options: dict[str, Any],
        *,
        check: bool = False,
        meanwhile: Callable[[], None] | None = None,
        **given: Any,
    ) -> Ended:
        every = {**options, "rclone": str(rclone), "ca_cert": str(server.ca), **given}
        return run_module(every, tmp_path, check=check, meanwhile=meanwhile)

    return runs


def store(server: Server, name: str, /, **given: Any) -> dict[str, Any]:
    reached = {"endpoint": server.endpoint, "region": REGION, "bucket": name, "secret": "keys"}
    return {"name": "bucket", "kind": "s3", **reached, **given}


def listed(path: Path) -> list[str]:
    return sorted(str(each.relative_to(path)) for each in path.rglob("*") if each.is_file())


def made(root: Path, files: dict[str, str]) -> str:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return str(root)


@pytest.fixture(scope="module")
def demo(server: Server) -> Path:
    return server.bucket("demo")


@pytest.fixture
def site(server: Server) -> dict[str, Any]:
    return inventory(store(server, "demo"), models=[GPT2], services=[TRITON])


@pytest.mark.req("S4-09")
def test_check_mode_lists_what_would_be_sent(run: Run, site: dict[str, Any], demo: Path) -> None:
    foretold = run(site, check=True)
    assert foretold.result["changed"] is True
    assert sorted(foretold.upload["sent"]) == RENDERED
    assert "vllm_model/config.pbtxt (" in foretold.result["diff"][0]["after"]
    assert listed(demo) == []


@pytest.mark.req("S4-07", "S4-08", "S4-10")
@pytest.mark.proof("E", "H")
def test_a_rendered_repository_is_sent_and_no_process_shows_a_key(
    run: Run, site: dict[str, Any], demo: Path, tmp_path: Path
) -> None:
    seen: set[str] = set()
    sent = run(site, meanwhile=lambda: seen.update(command_lines()))
    assert sent.result["changed"] is True, sent.output
    assert listed(demo / "model_repository") == RENDERED
    assert listed(demo) == [f"model_repository/{each}" for each in RENDERED]
    assert any("rclone copy " in command for command in seen)
    assert not [each for each in seen if "topsecret" in each]
    assert "topsecret" not in sent.output
    assert listed(tmp_path) == []


@pytest.mark.req("S4-09")
def test_a_second_upload_sends_nothing(run: Run, site: dict[str, Any], demo: Path) -> None:
    before = {each: (demo / "model_repository" / each).stat().st_mtime_ns for each in RENDERED}
    again = run(site)
    assert (again.result["changed"], again.upload["sent"], again.upload["unchanged"]) == (False, [], 2)
    assert {each: (demo / "model_repository" / each).stat().st_mtime_ns for each in RENDERED} == before


@pytest.mark.req("S4-09")
def test_only_what_differs_is_sent_and_extras_go_on_request(
    run: Run, site: dict[str, Any], demo: Path
) -> None:
    root = demo / "model_repository"
    made(root, {"vllm_model/2/model.json": "old", "theirs/config.pbtxt": "theirs"})
    made(demo, {"README": "theirs"})
    size = (root / "vllm_model/1/model.json").stat().st_size
    site["llm_serving"] = [{**TRITON, "engine_args": {"gpu_memory_utilization": 0.6, "enforce_eager": True}}]
    mended = run(site)
    assert mended.upload["sent"] == ["vllm_model/1/model.json"]
    assert (root / "vllm_model/1/model.json").stat().st_size == size
    assert (mended.upload["extra"], mended.upload["deleted"]) == (["vllm_model/2/model.json"], [])
    assert (root / "vllm_model/2/model.json").exists()
    cleared = run(site, delete=True)
    assert (cleared.upload["sent"], cleared.upload["deleted"]) == ([], ["vllm_model/2/model.json"])
    assert listed(demo) == sorted(
        ["README", *(f"model_repository/{e}" for e in [*RENDERED, "theirs/config.pbtxt"])]
    )


@pytest.mark.req("S4-10")
def test_a_nested_tree_in_the_bucket_is_an_error_and_nothing_is_sent(
    run: Run, site: dict[str, Any], demo: Path
) -> None:
    root = demo / "model_repository"
    shutil.rmtree(root)
    made(root, {f"model_repository/{each}": "nested" for each in RENDERED})
    for mode in ("apply", "verify"):
        refused = run(site, mode=mode)
        assert refused.result["failed"]
        assert "demo/model_repository/model_repository is no model but holds some" in refused.result["msg"]
    assert listed(root) == [f"model_repository/{each}" for each in RENDERED]


@pytest.mark.req("S4-07", "S4-10")
def test_a_repository_of_ones_own_is_sent_to_its_root(run: Run, server: Server, tmp_path: Path) -> None:
    bucket = server.bucket("own")
    files = {"a/config.pbtxt": "a", "a/1/model.py": "a", "b/config.pbtxt": "b", "b/1/.keep": ""}
    src = made(tmp_path / "here/model_repository", files)
    options = inventory(store(server, "own", prefix="triton/models"), models=[])
    nested = run(options, uploads=[{"src": str(Path(src).parent), "repository": "bucket"}])
    assert f"Write src: {src}." in nested.result["msg"]
    assert listed(bucket) == []
    run(options, uploads=[{"src": src, "repository": "bucket"}])
    assert listed(bucket / "triton/models") == sorted(files)


@pytest.mark.req("S4-11")
def test_weights_are_sent_to_where_kserve_fetches_them(run: Run, server: Server, tmp_path: Path) -> None:
    """As they lie in the hub's cache, behind links; the largest is sent in parts."""
    server.bucket("weights")
    blob = tmp_path / "blob"
    with blob.open("wb") as file:
        file.truncate(LARGE)
    src = Path(made(tmp_path / "snapshot", {"config.json": "{}", ".cache/lock": ""}))
    (src / "model.safetensors").symlink_to(blob)
    model = {"name": "llama", "source": "meta/llama", "store": "bucket"}
    chat = {"name": "chat", "model": "llama", "engine": "vllm", "platform": "kserve"}
    bucket = store(server, "weights", prefix="hf")
    options = inventory(bucket, models=[model], services=[chat])
    uploads = [{"src": str(src), "model": "llama"}]
    sent = run(options, uploads=uploads)
    assert (sent.upload["size"], sent.result["changed"]) == (LARGE + 2, True), sent.output
    (plan,) = read(options).plans
    fetched = server.root / plan.location.uri.removeprefix("s3://")
    assert fetched == server.root / "weights/hf/meta/llama"
    assert listed(fetched) == ["config.json", "model.safetensors"]
    assert (fetched / "model.safetensors").stat().st_size == LARGE
    again = run(options, uploads=uploads)
    assert (again.result["changed"], again.upload["unchanged"]) == (False, 2)


@pytest.mark.req("S4-12")
def test_every_fault_of_a_bucket_is_told_at_once_and_nothing_is_sent(
    run: Run, server: Server, tmp_path: Path
) -> None:
    bucket = server.bucket("checked")
    src = made(tmp_path / "weights", {"config.json": "{}"})
    pair = {"access_key": ACCESS, "secret_key": SECRET}
    faults: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
        "good": ({}, {}),
        "unknown": ({}, {"access_key": "AKnottopsecret"}),
        "secret": ({}, {"secret_key": "SKnottopsecret"}),
        "guest": ({}, {"access_key": GUEST}),
        "absent": ({"bucket": "nowhere"}, {}),
        "region": ({"region": "ru-1"}, {}),
        "trust": ({"verify_tls": True}, {}),
        "other": ({"endpoint": server.endpoint.replace("https:", "http:")}, {}),
        "silent": ({"endpoint": "https://127.0.0.1:1"}, {}),
    }
    stores = [
        store(server, "checked", **{"name": name, "secret": name, "verify_tls": False, **given})
        for name, (given, _keys) in faults.items()
    ]
    options = inventory(
        *stores,
        models=[{"name": name, "source": f"m/{name}", "store": name} for name in faults],
        secrets=[{"name": name, "kind": "s3", **pair, **keys} for name, (_given, keys) in faults.items()],
    )
    refused = run(options, uploads=[{"src": src, "model": name} for name in faults], ca_cert=None)
    told = {one["path"]: one["hint"] for one in refused.result["problems"]}
    assert told == {
        "llm_secrets[unknown].access_key": "Write a key of this server, or correct llm_stores[].endpoint.",
        "llm_secrets[secret].secret_key": "Write both keys of one pair.",
        "llm_secrets[guest]": "Give their owner the rights to list, read and write, or name other keys.",
        "llm_stores[absent].bucket": "Make it there, or write the name of one that exists.",
        "llm_stores[region].region": f"Write {REGION}.",
        "llm_stores[trust].endpoint": "Give the file of its authority in the option ca_cert, or write"
        " verify_tls: false.",
        "llm_stores[other].endpoint": UNREACHED,
        "llm_stores[silent].endpoint": UNREACHED,
    }
    assert "topsecret" not in refused.output
    assert listed(bucket) == []


@pytest.mark.req("S4-08")
def test_the_playbook_shows_no_key_at_the_highest_verbosity(
    rclone: Path, server: Server, tmp_path: Path
) -> None:
    server.bucket("shown")
    hosts = tmp_path / "hosts.ini"
    hosts.write_text("[llm_clusters]\nhere\n", encoding="utf-8")
    variables = inventory(
        store(server, "shown"),
        models=[GPT2],
        services=[TRITON],
        secrets=[{"name": "keys", "kind": "s3", "env": "UP"}],
    )
    shown = run_playbook(
        ROOT / "playbooks/models.yml",
        *("-i", str(hosts), "-vvvv", "--diff"),
        variables={**variables, "models_rclone": str(rclone), "models_ca_cert": str(server.ca)},
        environ={"UP_ACCESS_KEY_ID": ACCESS, "UP_SECRET_ACCESS_KEY": SECRET},
    )
    assert (shown.status, shown.changed) == (0, 1), shown.output
    assert listed(server.root / "shown/model_repository") == RENDERED
    assert "topsecret" not in shown.output
