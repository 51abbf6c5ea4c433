# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All components that are recognised, in the order of their installation; removal goes the other way."""

from __future__ import annotations

from ..component import Component
from .adapter import ADAPTER
from .aidaptiv import AIDAPTIV
from .cert_manager import CERT_MANAGER
from .dcgm import DCGM
from .device_plugin import DEVICE_PLUGIN
from .gateway import GATEWAY
from .gfd import GFD
from .gpu_operator import GPU_OPERATOR
from .grafana import GRAFANA
from .hami import HAMI
from .inference_crds import INFERENCE_CRDS
from .istio import ISTIO
from .keda import KEDA
from .knative import KNATIVE
from .kserve import KSERVE
from .kueue import KUEUE
from .llmd import LLMD
from .lws import LWS
from .nfd import NFD
from .nfs_csi import NFS_CSI
from .prometheus import PROMETHEUS

COMPONENTS: dict[str, Component] = {
    component.name: component
    for component in (
        NFD,
        GPU_OPERATOR,
        DEVICE_PLUGIN,
        GFD,
        HAMI,
        DCGM,
        PROMETHEUS,
        ADAPTER,
        GRAFANA,
        NFS_CSI,
        AIDAPTIV,
        CERT_MANAGER,
        GATEWAY,
        INFERENCE_CRDS,
        ISTIO,
        KNATIVE,
        KEDA,
        LWS,
        KSERVE,
        LLMD,
        KUEUE,
    )
}
