# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The CSI driver for NFS."""

from __future__ import annotations

from ..component import Component
from ..signs import Thing, daemon_set, deployment

AGENT = "nfsplugin"
"""The image of its programs."""

NFS_CSI = Component(
    name="nfs_csi",
    title="CSI driver for NFS",
    signs=(
        daemon_set(named="csi-nfs-node", images=(AGENT,)),
        deployment(named="csi-nfs-controller", images=(AGENT,)),
        Thing(group="storage.k8s.io", kind="CSIDriver", name="nfs.csi.k8s.io"),
    ),
)
