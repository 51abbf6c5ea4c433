# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real endpoint picker with the arguments and the configuration that we render, asked by a real Envoy."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._cluster import connect
from ansible_collections.inferops.serving.plugins.module_utils._objects import service_objects

from tests.engines.envoy.bootstrap import MANAGER, ROUTER
from tests.engines.envoy.proxy import Envoy, free_port
from tests.engines.epp.pods import loopback, place, simulated
from tests.integration.conftest import Lab
from tests.unit._plan.inventory import planned

pytestmark = [pytest.mark.proof("E", stand_in="the picker of the inference extension, and a simulator")]

Object = dict[str, Any]

CHOSEN = "x-gateway-destination-endpoint"
EXTERNAL = "type.googleapis.com/envoy.extensions.filters.http.ext_proc.v3.ExternalProcessor"
HTTP2 = "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
TLS = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext"


def address(port: int) -> Object:
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}


def gateway(listen: int, picker: int) -> Object:
    """What a gateway makes of an InferencePool: it asks the picker by TLS, and goes where the picker says."""
    streamed = {
        **{f"{side}_header_mode": "SEND" for side in ("request", "response")},
        **{f"{side}_body_mode": "FULL_DUPLEX_STREAMED" for side in ("request", "response")},
        **{f"{side}_trailer_mode": "SEND" for side in ("request", "response")},
    }
    asking = {
        "@type": EXTERNAL,
        "grpc_service": {"envoy_grpc": {"cluster_name": "picker"}, "timeout": "20s"},
        "processing_mode": streamed,
        "message_timeout": "20s",
    }
    where = {"header": {"key": "x-pod", "value": "%UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%"}}
    route = {
        "match": {"prefix": "/"},
        "route": {"cluster": "chosen", "timeout": "0s"},
        "response_headers_to_add": [where],
    }
    manager = {
        "@type": MANAGER,
        "stat_prefix": "gateway",
        "route_config": {"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": [route]}]},
        "http_filters": [
            {"name": "envoy.filters.http.ext_proc", "typed_config": asking},
            {"name": "envoy.filters.http.router", "typed_config": {"@type": ROUTER}},
        ],
    }
    connection = {"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}
    endpoint = {"endpoint": {"address": address(picker)}}
    trusting = {
        "alpn_protocols": ["h2"],
        "validation_context": {"trust_chain_verification": "ACCEPT_UNTRUSTED"},
    }
    clusters = [
        {
            "name": "picker",
            "type": "STATIC",
            "load_assignment": {"cluster_name": "picker", "endpoints": [{"lb_endpoints": [endpoint]}]},
            "typed_extension_protocol_options": {
                "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
                    "@type": HTTP2,
                    "explicit_http_config": {"http2_protocol_options": {}},
                }
            },
            "transport_socket": {
                "name": "envoy.transport_sockets.tls",
                "typed_config": {"@type": TLS, "common_tls_context": trusting},
            },
        },
        {
            "name": "chosen",
            "type": "ORIGINAL_DST",
            "lb_policy": "CLUSTER_PROVIDED",
            "original_dst_lb_config": {"use_http_header": True, "http_header_name": CHOSEN},
        },
    ]
    listener = {"address": address(listen), "filter_chains": [{"filters": [connection]}]}
    return {"static_resources": {"listeners": [listener], "clusters": clusters}}


@contextmanager
def picking(program: Path, lab: Lab, objects: dict[tuple[str, str], Object], folder: Path) -> Iterator[int]:
    """The picker of the rendered Deployment; only its ports and the path of its file are this machine's."""
    container = objects["Deployment", "chat-epp"]["spec"]["template"]["spec"]["containers"][0]
    file = folder / "epp.yaml"
    file.write_text(objects["ConfigMap", "chat-epp"]["data"]["epp.yaml"], encoding="utf-8")
    here = {f"--{name}": free_port() for name in ("grpc-port", "grpc-health-port", "metrics-port")}
    mine = {**{name: str(port) for name, port in here.items()}, "--config-file": str(file)}
    arguments = [
        f"{name}={mine[name]}" if (name := word.partition("=")[0]) in mine else word
        for word in container["args"]
    ]
    log = (folder / "epp.log").open("w+")
    process = subprocess.Popen(
        [program, *arguments],
        env={**os.environ, "KUBECONFIG": str(lab.kubeconfig), "POD_NAME": "picker"},
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    try:
        end = time.monotonic() + 60
        while b"inference_pool_ready_pods" not in _metrics(here["--metrics-port"]):
            assert process.poll() is None, (folder / "epp.log").read_text()[-3000:]
            assert time.monotonic() < end, "the picker does not see its pool"
            time.sleep(0.2)
        yield here["--grpc-port"]
    finally:
        process.terminate()
        process.wait()
        log.close()


def _metrics(port: int) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/metrics")
        return connection.getresponse().read()
    except OSError:
        return b""
    finally:
        connection.close()


def ask(port: int, prompt: str) -> tuple[int, str]:
    """Status of an answer, and the address of the pod that gave it."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    body = json.dumps({"model": "llama", "prompt": prompt, "max_tokens": 5})
    try:
        connection.request("POST", "/v1/completions", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        return answer.status, answer.getheader("x-pod", "")
    finally:
        connection.close()


@pytest.mark.req("S2-35")
def test_requests_reach_the_pods_of_the_pool_and_prompts_come_back_to_theirs(
    lab: Lab, envoy: Envoy, picker: Path, simulator: Path, tmp_path: Path
) -> None:
    client = connect({"kubeconfig": str(lab.kubeconfig)})
    namespace = lab.namespace("picker")
    plan = planned(platform="llmd", engine="simulator", namespace=namespace)
    objects = {(each["kind"], each["metadata"]["name"]): each for each in service_objects(plan)}
    pool = objects["InferencePool", "chat"]
    client.apply(pool)
    (port,) = (each["number"] for each in pool["spec"]["targetPorts"])
    addresses = [loopback(), loopback()]
    listen = free_port()
    with ExitStack() as stack:
        for number, each in enumerate(addresses):
            stack.enter_context(simulated(simulator, "llama", each, port))
            template = objects["Deployment", "chat"]["spec"]["template"]
            place(client, template, name=f"chat-{number}", namespace=namespace, address=each)
        door = stack.enter_context(picking(picker, lab, objects, tmp_path))
        stack.enter_context(envoy.running(gateway(listen, door), listen, tmp_path))
        end = time.monotonic() + 30
        while ask(listen, "hello")[0] != 200:
            assert time.monotonic() < end, ((tmp_path / "epp.log").read_text()[-3000:], ask(listen, "hello"))
            time.sleep(0.5)
        different = [ask(listen, f"{number} " * 400) for number in range(20)]
        assert {status for status, _pod in different} == {200}
        assert {pod for _status, pod in different} == set(addresses)
        again = {ask(listen, "the same long beginning of a prompt " * 100) for _ in range(10)}
        assert len(again) == 1
    client.delete({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
