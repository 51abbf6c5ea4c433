# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How etcd, the API server, the controller manager, the scheduler and kwok are started."""

from __future__ import annotations

import ipaddress
import signal
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from .config import Config
from .nodes import POD_CIDR
from .pki import SERVICE_CIDR
from .processes import Process

NODE_LEASE_SECONDS = 40
KWOK_CRDS = ("ClusterPortForward", "ClusterLogs", "ClusterExec")
# Definitions of KServe's size make garbage at the start: collecting it rarely halves the time, and the limit
# brings that back once there is much of it. It must stay well above what a full cluster keeps alive (0.9 GiB
# with all definitions and some hundred services), or the server does nothing but collect.
APISERVER_MEMORY = {"GOGC": "400", "GOMEMLIMIT": "2GiB"}
# The defaults of 20 and 30 requests a second make the start 5 s slower.
CLIENT_RATE = ("--kube-api-qps=500", "--kube-api-burst=1000")


def etcd(config: Config, klab: Path) -> Process:
    pki = config.pki
    client = f"https://127.0.0.1:{config.port_of('etcd')}"
    peer = f"https://127.0.0.1:{config.port_of('etcd-peer')}"
    process = _process(
        config,
        klab,
        "etcd",
        "--name=lab",
        f"--data-dir={config.directory}/etcd",
        "--unsafe-no-fsync",  # the data is thrown away with the lab
        f"--listen-client-urls={client}",
        f"--advertise-client-urls={client}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster=lab={peer}",
        *(
            f"--{prefix}{option}"
            for prefix in ("", "peer-")
            for option in (
                "client-cert-auth",
                f"trusted-ca-file={pki}/ca.crt",
                f"cert-file={pki}/etcd.crt",
                f"key-file={pki}/etcd.key",
            )
        ),
        "--log-level=error",
        "--auto-compaction-mode=periodic",
        "--auto-compaction-retention=10m",
    )
    return replace(process, ends_by=signal.SIGTERM)  # its data is kept


def apiserver(config: Config, klab: Path) -> Process:
    pki = config.pki
    return _process(
        config,
        klab,
        "kube-apiserver",
        f"--etcd-servers=https://127.0.0.1:{config.port_of('etcd')}",
        f"--etcd-cafile={pki}/ca.crt",
        f"--etcd-certfile={pki}/etcd.crt",
        f"--etcd-keyfile={pki}/etcd.key",
        "--bind-address=127.0.0.1",
        f"--secure-port={config.port}",
        "--endpoint-reconciler-type=none",
        f"--tls-cert-file={pki}/apiserver.crt",
        f"--tls-private-key-file={pki}/apiserver.key",
        f"--client-ca-file={pki}/ca.crt",
        "--authorization-mode=Node,RBAC",
        "--enable-admission-plugins=NodeRestriction",
        "--allow-privileged=true",
        "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
        f"--service-account-key-file={pki}/service-account.pub",
        f"--service-account-signing-key-file={pki}/service-account.key",
        f"--service-cluster-ip-range={SERVICE_CIDR}",
        f"--requestheader-client-ca-file={pki}/front-proxy-ca.crt",
        "--requestheader-allowed-names=front-proxy-client",
        "--requestheader-username-headers=X-Remote-User",
        "--requestheader-group-headers=X-Remote-Group",
        "--requestheader-extra-headers-prefix=X-Remote-Extra-",
        f"--proxy-client-cert-file={pki}/front-proxy-client.crt",
        f"--proxy-client-key-file={pki}/front-proxy-client.key",
        f"--kubelet-client-certificate={pki}/kubelet-client.crt",
        f"--kubelet-client-key={pki}/kubelet-client.key",
        f"--kubelet-certificate-authority={pki}/ca.crt",
        # Every node carries ExternalDNS=localhost, where kwok listens; its InternalIP stays believable.
        "--kubelet-preferred-address-types=ExternalDNS,InternalIP",
        "--profiling=false",
        environment=APISERVER_MEMORY,
    )


def controller_manager(config: Config, klab: Path) -> Process:
    return _process(
        config,
        klab,
        "kube-controller-manager",
        *_component(config, "controller-manager", "kube-controller-manager"),
        f"--root-ca-file={config.pki}/ca.crt",
        f"--service-account-private-key-file={config.pki}/service-account.key",
        "--use-service-account-credentials=true",
        f"--cluster-signing-cert-file={config.pki}/ca.crt",
        f"--cluster-signing-key-file={config.pki}/ca.key",
        f"--service-cluster-ip-range={SERVICE_CIDR}",
    )


def scheduler(config: Config, klab: Path) -> Process:
    return _process(config, klab, "kube-scheduler", *_component(config, "scheduler", "kube-scheduler"))


def kwok(config: Config, klab: Path, stages: Path) -> Process:
    port = config.port_of("kwok")
    first_pods = next(ipaddress.ip_network(POD_CIDR).subnets(new_prefix=24))
    return _process(
        config,
        klab,
        "kwok",
        f"--config={stages}",
        f"--kubeconfig={config.directory}/kwok.kubeconfig",
        "--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake",
        f"--cidr={first_pods}",
        "--node-ip=127.0.0.1",
        f"--node-port={port}",
        f"--server-address=127.0.0.1:{port}",
        f"--tls-cert-file={config.pki}/kwok-server.crt",
        f"--tls-private-key-file={config.pki}/kwok-server.key",
        f"--node-lease-duration-seconds={NODE_LEASE_SECONDS}",
        f"--enable-crds={','.join(KWOK_CRDS)}",
    )


def _component(config: Config, user: str, name: str) -> Sequence[str]:
    kubeconfig = f"{config.directory}/{user}.kubeconfig"
    return (
        f"--kubeconfig={kubeconfig}",
        f"--authentication-kubeconfig={kubeconfig}",
        f"--authorization-kubeconfig={kubeconfig}",
        "--leader-elect=false",
        "--bind-address=127.0.0.1",
        f"--secure-port={config.port_of(name)}",
        f"--cert-dir={config.directory}/{user}",
        "--profiling=false",
        *CLIENT_RATE,
    )


def _process(
    config: Config, klab: Path, name: str, *arguments: str, environment: Mapping[str, str] | None = None
) -> Process:
    argv = (str(klab), name, *arguments)
    return Process(name=name, argv=argv, directory=config.directory, environment=environment or {})
