# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._fleet import Secret, Store
from ansible_collections.inferops.serving.plugins.module_utils._object_store import RcloneFailed
from ansible_collections.inferops.serving.plugins.module_utils._object_store.rclone import Remote
from ansible_collections.inferops.serving.plugins.module_utils._object_store.reach import remotes

from tests.unit._plan.inventory import BUCKET, fleet

KEYS = Secret(name="keys", kind="s3", access_key="AKIA", secret_key="hidden")


def remote(tmp_path: Path, script: str = "exit 0", **given: Any) -> Remote:
    """A program that says what rclone would."""
    program = tmp_path / "rclone"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)
    entry = {name: value for name, value in BUCKET.items() if name != "secret"}
    store = Store(**{**entry, **given})
    return Remote.of(store, program=str(program), keys=KEYS, ca_file="/ca.pem")


@pytest.mark.req("S4-08")
def test_a_bucket_is_told_by_variables_alone(tmp_path: Path) -> None:
    told = remote(tmp_path).environment
    assert told["RCLONE_CONFIG"] == ""
    assert {name: value for name, value in told.items() if name.startswith("RCLONE_CONFIG_STORE_")} == {
        "RCLONE_CONFIG_STORE_TYPE": "s3",
        "RCLONE_CONFIG_STORE_PROVIDER": "Other",
        "RCLONE_CONFIG_STORE_ENV_AUTH": "false",
        "RCLONE_CONFIG_STORE_NO_CHECK_BUCKET": "true",
        "RCLONE_CONFIG_STORE_FORCE_PATH_STYLE": "true",
        "RCLONE_CONFIG_STORE_REGION": "ru-1",
        "RCLONE_CONFIG_STORE_ENDPOINT": "https://s3.ru-1.storage.selcloud.ru",
        "RCLONE_CONFIG_STORE_ACCESS_KEY_ID": "AKIA",
        "RCLONE_CONFIG_STORE_SECRET_ACCESS_KEY": "hidden",
    }
    assert told["RCLONE_CA_CERT"] == "/ca.pem"


def test_keys_never_show_in_what_a_remote_looks_like(tmp_path: Path) -> None:
    assert "hidden" not in repr(remote(tmp_path))


@pytest.mark.req("S4-08")
def test_variables_of_the_machine_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RCLONE_DUMP", "RCLONE_CONFIG_STORE_TYPE", "AWS_CA_BUNDLE", "AWS_PROFILE"):
        monkeypatch.setenv(name, "elsewhere")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy")
    told = remote(tmp_path).environment
    assert "elsewhere" not in told.values()
    assert told["HTTPS_PROXY"] == "http://proxy"


def test_what_is_no_error_in_the_log_is_not_told(tmp_path: Path) -> None:
    script = """echo '{"level":"info","msg":"fine"}' >&2; echo 'panic' >&2
echo '{"level":"error","msg":"error listing: bad","object":"a"}' >&2; exit 4"""
    with pytest.raises(RcloneFailed) as failed:
        remote(tmp_path, script).listing("demo")
    assert str(failed.value) == "panic\na error listing: bad"
    assert not failed.value.no_bucket


@pytest.mark.req("S4-12")
def test_a_region_that_rclone_mends_by_itself_is_an_error_all_the_same(tmp_path: Path) -> None:
    """What reads the bucket later does not mend it."""
    script = (
        """echo '{"level":"notice","msg":"Switched region to \\"eu\\" from \\"ru-1\\""}' >&2; echo '[]'"""
    )
    with pytest.raises(RcloneFailed, match="Switched region"):
        remote(tmp_path, script).listing("demo")


def test_news_of_a_long_transfer_get_through(tmp_path: Path) -> None:
    stats = '"bytes":2000000000,"totalBytes":8000000000,"speed":100000000'
    script = f"""echo '{{"level":"info","msg":"x","stats":{{{stats}}}}}' >&2"""
    lines: list[str] = []
    remote(tmp_path, script).copy("/src", "demo", ["a"], lines.append)
    assert lines == ["2.0 of 8.0 GB sent, 100 MB/s"]


def test_keys_that_are_in_the_cluster_alone_come_from_the_usual_variables(tmp_path: Path) -> None:
    loaded = fleet(
        [],
        models=[],
        stores=[BUCKET],
        secrets=[{"name": "keys", "kind": "s3", "existing": "s3-keys"}],
    )
    stores = loaded.stores.values()
    environ = {"AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "hidden"}
    ways, keys, problems = remotes(loaded, stores, program="rclone", ca_file=None, environ=environ)
    assert problems == []
    assert [(each.access_key, each.secret_key) for each in keys] == [("AKIA", "hidden")]
    assert ways["bucket"].environment["RCLONE_CONFIG_STORE_ACCESS_KEY_ID"] == "AKIA"
    _ways, _keys, (problem,) = remotes(loaded, stores, program="rclone", ca_file=None, environ={})
    assert problem.path == "llm_secrets[keys].env"
    assert "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY not set" in problem.message
