# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._object_store import Local, Upload, wanted
from ansible_collections.inferops.serving.plugins.module_utils._plan import plan

from tests.unit._plan.inventory import BUCKET, CLAIM, fleet

WEIGHTS = {**BUCKET, "name": "weights", "prefix": "weights"}
GPT2 = {"name": "vllm_model", "source": "openai-community/gpt2", "store": "bucket"}
LLAMA = {
    "name": "llama",
    "source": "meta/llama",
    "store": "weights",
    "adapters": [{"name": "sql", "source": "lora/sql", "rank": 8}],
}
TRITON = {"name": "gpt2", "engine": "triton-vllm", "model": "vllm_model"}


def found(
    tmp_path: Path, *services: Mapping[str, Any], uploads: tuple[Mapping[str, Any], ...] = ()
) -> tuple[list[Upload], list[str]]:
    """The uploads of an inventory, and what is wrong with them."""
    models = [GPT2, LLAMA, {"name": "claimed", "source": "claimed", "store": "models"}]
    loaded = fleet(list(services), models=models, stores=[BUCKET, WEIGHTS, CLAIM])
    local = [Local(**{"model": None, "adapter": None, "repository": None, **each}) for each in uploads]
    scratch = tmp_path / "scratch"
    uploads_, problems = wanted(loaded, plan(loaded), local, scratch=scratch)
    return uploads_, [str(problem) for problem in problems]


def tree(root: Path, *files: str) -> str:
    for name in files:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("content", encoding="utf-8")
    return str(root)


def test_the_repository_that_a_service_reads_is_rendered(tmp_path: Path) -> None:
    (upload,), problems = found(tmp_path, TRITON)
    assert problems == []
    assert upload.path == "demo/model_repository"
    assert set(upload.files) == {"vllm_model/config.pbtxt", "vllm_model/1/model.json"}
    written = json.loads((upload.source / "vllm_model/1/model.json").read_text(encoding="utf-8"))
    assert written["model"] == "openai-community/gpt2"


def test_services_that_read_the_same_repository_share_one_upload(tmp_path: Path) -> None:
    uploads, problems = found(tmp_path, TRITON, {**TRITON, "name": "second"})
    assert problems == []
    assert [(each.origin, each.models) for each in uploads] == [
        ("llm_serving[gpt2, second]", ("vllm_model",))
    ]


def test_services_cannot_want_different_files_of_one_model_there(tmp_path: Path) -> None:
    other = {**TRITON, "name": "second", "engine_args": {"gpu_memory_utilization": 0.3}}
    _uploads, (problem,) = found(tmp_path, TRITON, other)
    assert problem.startswith(
        "V-12 llm_serving[second].model: its files of vllm_model differ from those of gpt2"
    )


def test_other_services_read_no_repository(tmp_path: Path) -> None:
    assert found(tmp_path, {"name": "chat", "engine": "vllm", "model": "llama"}) == ([], [])


def test_a_repository_of_the_users_own_is_left_as_it_is(tmp_path: Path) -> None:
    assert found(tmp_path, {**TRITON, "delivery": "repository"}) == ([], [])


@pytest.mark.parametrize(
    ("named", "path"),
    [
        ({"model": "llama"}, "demo/weights/meta/llama"),
        ({"model": "llama", "adapter": "sql"}, "demo/weights/lora/sql"),
    ],
)
def test_weights_go_where_services_look_for_them(tmp_path: Path, named: dict[str, str], path: str) -> None:
    src = tree(tmp_path / "weights", "config.json", "model.safetensors")
    (upload,), problems = found(tmp_path, uploads=({"src": src, **named},))
    assert (upload.path, problems) == (path, [])


def test_a_link_counts_as_what_it_leads_to_and_hidden_directories_stay(tmp_path: Path) -> None:
    src = Path(tree(tmp_path / "weights", "config.json", ".cache/huggingface/x", ".git/HEAD", "1/.keep"))
    blob = tmp_path / "blob"
    blob.write_bytes(b"12345")
    (src / "model.safetensors").symlink_to(blob)
    (upload,), _problems = found(tmp_path, uploads=({"src": str(src), "model": "llama"},))
    assert upload.files == {"config.json": 7, "model.safetensors": 5, "1/.keep": 7}


def test_a_repository_goes_to_the_root_that_triton_is_told(tmp_path: Path) -> None:
    src = tree(tmp_path / "repository", "a/config.pbtxt", "a/1/model.py", "b/config.pbtxt", "README.md")
    (upload,), problems = found(tmp_path, uploads=({"src": src, "repository": "bucket"},))
    assert (upload.path, upload.models, problems) == ("demo/model_repository", ("a", "b"), [])
    assert "README.md" not in upload.files
    assert upload.owns("a/2/model.py")
    assert not upload.owns("c/config.pbtxt")


@pytest.mark.req("S4-10")
@pytest.mark.parametrize(
    ("files", "named", "told"),
    [
        (["model_repository/m/config.pbtxt"], {"repository": "bucket"}, "one level too deep"),
        (["config.pbtxt", "1/model.py"], {"repository": "bucket"}, "is a model, and no directory of models"),
        (["m/1/model.py"], {"repository": "bucket"}, "has no config.pbtxt"),
        (["README.md"], {"repository": "bucket"}, "no directory with a model"),
        (["llama/config.json"], {"model": "llama"}, "one level too deep"),
    ],
)
def test_a_directory_of_the_wrong_layout_is_refused(
    tmp_path: Path, files: list[str], named: dict[str, str], told: str
) -> None:
    src = tree(tmp_path / "here", *files)
    uploads, problems = found(tmp_path, uploads=({"src": src, **named},))
    assert uploads == []
    assert any("V-12 uploads[0].src" in problem and told in problem for problem in problems)


def test_a_directory_that_a_bucket_cannot_hold_is_refused(tmp_path: Path) -> None:
    src = Path(tree(tmp_path / "here", "ensemble/config.pbtxt"))
    (src / "ensemble" / "1").mkdir()
    _uploads, (problem,) = found(tmp_path, uploads=({"src": str(src), "repository": "bucket"},))
    assert "a bucket has no empty directories" in problem


@pytest.mark.parametrize(
    ("named", "told"),
    [
        ({"model": "lama"}, "V-20 uploads[0].model: lama is no entry of llm_models. Did you mean llama?"),
        ({"repository": "buckt"}, "V-20 uploads[0].repository: buckt is no entry of llm_stores."),
        ({"model": "llama", "adapter": "sqll"}, "Did you mean sql?"),
        ({"model": "claimed"}, "claimed lies in store models of kind pvc, and uploads go into buckets."),
        ({"model": "llama", "src": "/not/here"}, "V-12 uploads[0].src: /not/here is no directory here."),
    ],
)
def test_what_cannot_be_uploaded_is_told(tmp_path: Path, named: dict[str, str], told: str) -> None:
    src = tree(tmp_path / "weights", "config.json")
    uploads, problems = found(tmp_path, uploads=({"src": src, **named},))
    assert uploads == []
    assert any(told in problem for problem in problems)


def test_two_sources_never_share_a_directory(tmp_path: Path) -> None:
    src = tree(tmp_path / "repository", "vllm_model/config.pbtxt")
    _uploads, (problem,) = found(tmp_path, TRITON, uploads=({"src": src, "repository": "bucket"},))
    assert "its files would lie among those of uploads[0], in demo/model_repository/vllm_model" in problem
    again = {"src": tree(tmp_path / "weights", "config.json"), "model": "llama"}
    _uploads, (problem,) = found(tmp_path, uploads=(again, again))
    assert "in demo/weights/meta/llama" in problem


def test_models_of_two_sources_can_lie_side_by_side(tmp_path: Path) -> None:
    src = tree(tmp_path / "repository", "other/config.pbtxt")
    uploads, problems = found(tmp_path, TRITON, uploads=({"src": src, "repository": "bucket"},))
    assert problems == []
    assert {each.path for each in uploads} == {"demo/model_repository"}
