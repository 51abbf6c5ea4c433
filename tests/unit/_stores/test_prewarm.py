# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._objects import service_objects

from tests.unit._plan.inventory import main_container, planned, pod, rendered, variables

CACHE = {"store": "sfs", "path": "hf_cache", "prewarm": True}
HUB = {"name": "llama", "source": "org/llama", "store": "hub"}


def job(**given: Any) -> dict[str, Any]:
    return rendered(**{"model": HUB, "cache": CACHE, **given})["Job"]


@pytest.mark.req("S4-17")
def test_it_fills_the_cache_that_servers_only_read() -> None:
    objects = rendered(model=HUB, cache=CACHE)
    spec = objects["Job"]["spec"]["template"]["spec"]
    (container,) = spec["containers"]
    assert container["args"] == ["org/llama"]
    assert container["image"] == main_container(objects)["image"], "an image that has the hub's library"
    where = variables(container)["HF_HOME"]
    assert where == variables(main_container(objects))["HF_HOME"]
    (written,) = (mount for mount in container["volumeMounts"] if where.startswith(mount["mountPath"] + "/"))
    assert "readOnly" not in written
    (read,) = (mount for mount in main_container(objects)["volumeMounts"] if mount["name"] == "cache")
    assert read["readOnly"] is True
    assert variables(main_container(objects))["HF_HUB_OFFLINE"] == "1"
    assert "HF_HUB_OFFLINE" not in variables(container)


def test_it_comes_before_the_servers() -> None:
    kinds = [each["kind"] for each in service_objects(planned(model=HUB, cache=CACHE))]
    assert kinds.index("Job") < kinds.index("Deployment")


def test_it_takes_no_gpu_and_no_place_among_the_servers() -> None:
    template = job()["spec"]["template"]
    assert not any("gpu" in name for name in template["spec"]["containers"][0]["resources"]["limits"])
    assert "inferops.serving/service" not in template["metadata"]["labels"]


@pytest.mark.req("S1-81", "S4-21")
def test_no_proxy_keeps_it_from_ending() -> None:
    assert job()["spec"]["template"]["metadata"]["labels"]["sidecar.istio.io/inject"] == "false"


def test_what_it_shows_the_hub() -> None:
    (container,) = job(model={**HUB, "revision": "v1"})["spec"]["template"]["spec"]["containers"]
    assert container["args"] == ["org/llama@v1"]
    assert variables(container)["HF_TOKEN"] == {"name": "token", "key": "password"}


def test_adapters_of_the_hub_come_along() -> None:
    model = {**HUB, "adapters": [{"name": "sql", "source": "org/sql", "rank": 8}]}
    (container,) = job(model=model, lora={"enabled": True, "max_rank": 8})["spec"]["template"]["spec"][
        "containers"
    ]
    assert container["args"] == ["org/llama", "org/sql"]


def test_it_stays_as_it_is_until_it_has_something_else_to_do() -> None:
    name = job()["metadata"]["name"]
    assert job(scaling={"min": 3})["metadata"]["name"] == name
    assert job(model={**HUB, "source": "org/other"})["metadata"]["name"] != name


@pytest.mark.parametrize(
    "given",
    [
        {"cache": {"store": "sfs"}},
        {"model": {"store": "models"}},
        {"engine": "simulator"},
        {"stores": [{"name": "hub", "kind": "hf", "offline": True}, {"name": "sfs", "kind": "pvc"}]},
    ],
)
def test_nothing_to_do(given: dict[str, Any]) -> None:
    made = rendered(**{"model": HUB, "cache": CACHE, **given})
    assert "Job" not in made
    assert pod(made)


@pytest.mark.parametrize("platform", ["kserve", "llmd"])
def test_on_other_platforms(platform: str) -> None:
    assert job(platform=platform)["metadata"]["name"].startswith("chat-prewarm-")
