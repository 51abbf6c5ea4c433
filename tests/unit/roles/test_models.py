# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from pathlib import Path

import yaml
from ansible_collections.inferops.serving.plugins.module_utils._catalogue.pins import PINS
from ansible_collections.inferops.serving.plugins.module_utils._inventory import read
from ansible_collections.inferops.serving.plugins.modules.object_store import UPLOAD

from tests.unit.roles.test_roles import ROOT, load, options


def test_the_role_brings_the_rclone_that_copies_models_in_the_cluster() -> None:
    assert load("models", "defaults/main.yml")["models_rclone_version"] == PINS["rclone"].current


def test_the_role_offers_what_its_module_offers_of_an_upload() -> None:
    assert set(options("models")["models_uploads"]["options"]) == set(UPLOAD)


def test_the_inventory_of_the_page_is_a_good_one_and_goes_where_the_page_says() -> None:
    text = Path(ROOT, "docs/models.md").read_text(encoding="utf-8")
    example, uploads = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    specification = read(yaml.safe_load(example))
    assert [str(problem) for problem in specification.problems] == []
    assert [plan.location.uri for plan in specification.plans] == [
        "s3://https://s3.example:443/triton-demo/model_repository",
        "s3://triton-demo/weights/meta/llama-3-8b",
    ]
    named = {value for each in yaml.safe_load(uploads)["models_uploads"] for value in each.values()}
    assert {"llama-8b", "demo"} <= named
