# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._fleet import Store
from ansible_collections.inferops.serving.plugins.module_utils._object_store import Upload, missing
from ansible_collections.inferops.serving.plugins.module_utils._object_store.comparison import compare
from ansible_collections.inferops.serving.plugins.module_utils._object_store.layout import layout_problems
from ansible_collections.inferops.serving.plugins.module_utils._object_store.rclone import Object

STORE = Store(name="bucket", kind="s3", bucket="demo")
FILES = {"m/config.pbtxt": "config", "m/1/model.json": "{}"}


@pytest.fixture
def upload(tmp_path: Path) -> Upload:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return Upload(origin="here", store=STORE, path="demo/model_repository", source=tmp_path, models=("m",))


def there(**other: str) -> dict[str, Object]:
    """What a bucket lists when it holds these files."""
    texts = {**FILES, **{name.replace("__", "/"): text for name, text in other.items()}}
    return {
        name: Object(size=len(text), md5=hashlib.md5(text.encode()).hexdigest())  # noqa: S324
        for name, text in texts.items()
    }


def test_what_is_alike_is_not_sent(upload: Upload) -> None:
    found = compare(upload, there())
    assert (found.due, found.extra, found.unchanged, found.size) == ((), (), 2, 0)


def test_an_empty_bucket_gets_all(upload: Upload) -> None:
    found = compare(upload, {})
    assert sorted(found.new) == sorted(FILES)
    assert (found.changed, found.size) == ((), 8)


@pytest.mark.parametrize(
    "object_", [Object(size=6, md5="0" * 32), Object(size=7, md5=""), Object(size=6, md5="")]
)
def test_another_size_another_checksum_or_none_means_another_file(upload: Upload, object_: Object) -> None:
    found = compare(upload, {**there(), "m/config.pbtxt": object_})
    assert (found.new, found.changed, found.size) == ((), ("m/config.pbtxt",), 6)


def test_only_files_of_the_own_models_are_extra(upload: Upload) -> None:
    found = compare(upload, there(m__2__model="old", other__config="theirs", README="theirs"))
    assert found.extra == ("m/2/model",)


def test_all_that_lies_below_a_model_of_weights_is_its_own(upload: Upload) -> None:
    weights = Upload(origin="here", store=STORE, path="demo/m", source=upload.source)
    assert compare(weights, there(old="old")).extra == ("old",)


def test_what_is_missing_is_named(upload: Upload) -> None:
    absent = [str(each) for each in missing([compare(upload, {})])]
    assert absent == [
        "V-12 here: m/config.pbtxt, m/1/model.json is missing in demo/model_repository. Upload it."
    ]
    assert missing([compare(upload, there())]) == []


@pytest.mark.req("S4-10")
def test_models_one_level_too_deep_in_a_bucket_are_found(upload: Upload) -> None:
    (problem,) = layout_problems(upload, ["model_repository/m/config.pbtxt", "m/config.pbtxt"])
    assert problem.path == "llm_stores[bucket].prefix"
    assert "demo/model_repository/model_repository is no model but holds some" in problem.message


@pytest.mark.req("S4-10")
@pytest.mark.parametrize(
    "paths", [[], ["m/config.pbtxt", "m/1/model.json"], ["m/config.pbtxt", "m/1/config.pbtxt"]]
)
def test_a_repository_in_order_is_none(upload: Upload, paths: list[str]) -> None:
    assert list(layout_problems(upload, paths)) == []
