# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The products that come as bundles: where their releases lie, and what proves that they work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .._catalogue.aidaptiv import DEVICE, DEVICE_LABEL
from .._cluster import Object

GITHUB = "https://github.com"
REGISTER, HANDSHAKE = "hami.io/node-nvidia-register", "hami.io/node-handshake"
"""By these HAMi's device plugin and scheduler tell each other what a node has."""


@dataclass(frozen=True, kw_only=True)
class Product:
    """``release`` is the address of a version, empty where the user must say where it comes from. ``probe``
    is an object of which a dry run shows that the product's webhooks answer. ``needs`` are kinds (API group,
    kind) of other products that must be served before. ``used_by`` are kinds whose objects keep it."""

    name: str
    namespace: str
    release: str = ""
    probe: Object | None = None
    needs: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    used_by: tuple[tuple[str, str], ...] = ()
    dangers: Mapping[str, str] = field(default_factory=dict)
    """Words that must not stand in a manifest, and what they would do."""
    api: str = ""
    """Group and version of the aggregated API that it answers for. An API has one owner at a time."""
    webhook: str = ""
    """A webhook for pods that is passed over in silence where nobody gave it a certificate authority."""
    shares: bool = False
    """Whether it gives out shares of GPUs, on every node that it is meant for."""
    driver: str = ""
    """A CSI driver that has to be on every GPU node."""
    resource: str = ""
    """What it advertises on nodes; pods that ask for it keep it."""
    mark: str = ""
    """Label of the nodes that it found such devices on."""
    scheduler: str = ""
    """The scheduler that it brings; pods that name it keep it."""
    makes: tuple[tuple[str, str, str], ...] = ()
    """What its own programs make in its namespace (API version, kind, name), and may leave there."""
    notes: tuple[str, ...] = ()
    """Annotations that its own programs leave on nodes."""

    def address(self, version: str) -> str:
        return self.release.format(version=version, number=version.removeprefix("v"))


def _probe(api_version: str, kind: str, spec: Mapping[str, Any], *, namespace: str | None = None) -> Object:
    where = {"namespace": namespace} if namespace else {}
    metadata = {"name": "inferops-probe", **where}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, "spec": dict(spec)}


_POD = {"spec": {"containers": [{"name": "main", "image": "probe"}]}}

PRODUCTS: dict[str, Product] = {
    product.name: product
    for product in (
        Product(
            name="cert_manager",
            namespace="cert-manager",
            release=GITHUB + "/cert-manager/cert-manager/releases/download/{version}/cert-manager.yaml",
            probe=_probe("cert-manager.io/v1", "Issuer", {"selfSigned": {}}, namespace="default"),
            used_by=(("cert-manager.io", "Certificate"),),
        ),
        Product(
            name="gateway",
            namespace="kube-system",
            release=GITHUB + "/kubernetes-sigs/gateway-api/releases/download/{version}/standard-install.yaml",
            used_by=(
                ("gateway.networking.k8s.io", "Gateway"),
                ("gateway.networking.k8s.io", "HTTPRoute"),
            ),
        ),
        Product(
            name="inference_crds",
            namespace="kube-system",
            release=GITHUB
            + "/kubernetes-sigs/gateway-api-inference-extension/releases/download/{version}/manifests.yaml",
            used_by=(("inference.networking.k8s.io", "InferencePool"),),
        ),
        Product(
            name="keda",
            namespace="keda",
            release=GITHUB + "/kedacore/keda/releases/download/v{number}/keda-{number}.yaml",
            used_by=(("keda.sh", "ScaledObject"),),
        ),
        Product(
            name="lws",
            namespace="lws-system",
            release=GITHUB + "/kubernetes-sigs/lws/releases/download/{version}/manifests.yaml",
            probe=_probe(
                "leaderworkerset.x-k8s.io/v1",
                "LeaderWorkerSet",
                {"replicas": 1, "leaderWorkerTemplate": {"size": 1, "workerTemplate": _POD}},
                namespace="default",
            ),
            used_by=(("leaderworkerset.x-k8s.io", "LeaderWorkerSet"),),
        ),
        Product(
            name="kserve",
            namespace="kserve",
            release=GITHUB + "/kserve/kserve/releases/download/{version}/kserve.yaml",
            probe=_probe(
                "serving.kserve.io/v1beta1",
                "InferenceService",
                {"predictor": {"containers": [{"name": "kserve-container", "image": "probe"}]}},
                namespace="default",
            ),
            needs={"cert_manager": ("cert-manager.io", "Certificate")},
            used_by=(
                ("serving.kserve.io", "InferenceService"),
                ("serving.kserve.io", "LLMInferenceService"),
            ),
        ),
        Product(
            name="kueue",
            namespace="kueue-system",
            release=GITHUB + "/kubernetes-sigs/kueue/releases/download/{version}/manifests.yaml",
            probe=_probe("kueue.x-k8s.io/v1beta2", "ResourceFlavor", {}),
            used_by=(("kueue.x-k8s.io", "Workload"),),
        ),
        Product(
            name="nfs_csi",
            namespace="kube-system",
            release=GITHUB
            + "/kubernetes-csi/csi-driver-nfs/archive/refs/tags/{version}.tar.gz#deploy/{version}/*csi-nfs*",
            driver="nfs.csi.k8s.io",
        ),
        Product(
            name="hami",
            namespace="kube-system",
            webhook="vgpu.hami.io",
            shares=True,
            notes=(REGISTER, HANDSHAKE),
            scheduler="hami-scheduler",
        ),
        Product(
            name="aidaptiv",
            namespace="aidaptivcache-operator",
            resource=DEVICE,
            mark=DEVICE_LABEL,
            makes=(
                ("apps/v1", "DaemonSet", "aidaptivcache-device-plugin"),
                ("apps/v1", "DaemonSet", "aidaptivcache-node-discovery"),
                ("v1", "Service", "aidaptivcache-service"),
            ),
            dangers={"skip_firmware_check": "any NVMe device could be formatted as a cache"},
        ),
        Product(name="prometheus", namespace="monitoring"),
        Product(name="adapter", namespace="monitoring", api="custom.metrics.k8s.io/v1beta1"),
    )
}
