# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from tests.unit._engines.aidaptiv import OTTERSCALE, served
from tests.unit._plan.inventory import main_container, planned, pod


@pytest.mark.req("S3-43")
@pytest.mark.parametrize("port", [None, 8299])
def test_one_port_leads_to_the_server(port: int | None) -> None:
    objects = served(expose={"type": "nodeport", **({"port": port} if port else {})})
    container = main_container(objects)
    (listens,) = container["ports"]
    (offered,) = objects["Service"]["spec"]["ports"]
    assert f"--port={listens['containerPort']}" in container["args"]
    assert offered["targetPort"] == listens["name"]
    assert offered["port"] == (port or listens["containerPort"])
    probes = [container[f"{each}Probe"]["httpGet"]["port"] for each in ("startup", "readiness", "liveness")]
    assert set(probes) == {listens["name"]}


@pytest.mark.req("S3-41")
def test_a_script_is_never_on_the_servers_command_line() -> None:
    script = "echo before; rm -rf /data/old"
    objects = served(delivery="legacy-prescript", prescript={"script": script})
    container = main_container(objects)
    assert not [each for each in (*container["command"], *container["args"]) if "echo" in each]
    assert pod(objects)["initContainers"][0]["args"] == [script]
    assert set(container["lifecycle"]) == {"preStop"}
    assert set(container["lifecycle"]["preStop"]) == {"sleep"}


@pytest.mark.req("S3-15")
@pytest.mark.parametrize(
    ("given", "strategy"),
    [
        ({"kv_offload": {"ssd_gb": 500}}, "Recreate"),
        ({"kv_offload": {"ssd_gb": 500}, "scaling": {"min": 2}}, "RollingUpdate"),
        ({}, "RollingUpdate"),
        ({"rollout": {"strategy": "recreate"}}, "Recreate"),
    ],
)
def test_a_single_copy_with_devices_gives_them_back_first(given: dict[str, Any], strategy: str) -> None:
    found = served(**given)["Deployment"]["spec"]["strategy"]
    assert found["type"] == strategy
    assert found.get("rollingUpdate", {"maxSurge": 0})["maxSurge"] == 0


@pytest.mark.req("S3-17", "S3-40")
def test_the_server_has_no_privilege_and_tolerates_the_gpu_taint() -> None:
    spec = pod(served(delivery="legacy-prescript", prescript={"script": "true"}))
    (container,) = spec["containers"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
    }
    assert {"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"} in spec["tolerations"]


@pytest.mark.req("S3-55")
def test_user_and_group_of_the_pod_can_be_those_of_the_disk() -> None:
    security = pod(served(run_as={"user": 0, "group": 6}))["securityContext"]
    assert (security["runAsUser"], security["fsGroup"], security["runAsNonRoot"]) == (0, 6, False)
    assert pod(served())["securityContext"]["runAsNonRoot"] is True


@pytest.mark.req("S3-09")
@pytest.mark.parametrize(
    ("given", "scheduler"),
    [
        ({"gpu": {"mode": "vgpu"}}, "hami-scheduler"),
        ({"gpu": {"mode": "vgpu"}, "topology": {"placement": {"scheduler": "own"}}}, "own"),
        ({"gpu": {"mode": "vgpu"}, "topology": {"placement": {"scheduler": ""}}}, None),
        ({}, None),
    ],
)
def test_shares_of_gpus_are_for_their_own_scheduler(given: dict[str, Any], scheduler: str | None) -> None:
    assert pod(served(cluster=OTTERSCALE, **given)).get("schedulerName") == scheduler


@pytest.mark.req("S3-12", "S3-13")
@pytest.mark.parametrize(
    ("image", "registry", "pulled"),
    [
        ("docker.io/library/aidaptiv:1", {}, "docker.io/library/aidaptiv:1"),
        (
            "docker.io/library/aidaptiv:1",
            {"prefix": "mirror.example/x"},
            "mirror.example/x/library/aidaptiv:1",
        ),
        ("own.example/aidaptiv:1", {"prefix": "mirror.example/x"}, "own.example/aidaptiv:1"),
    ],
)
def test_the_vendors_name_is_looked_up_in_the_mirror(
    image: str, registry: dict[str, Any], pulled: str
) -> None:
    assert planned(engine="aidaptiv", image=image, cluster={"registry": registry}).image == pulled
