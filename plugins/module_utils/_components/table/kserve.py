# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""KServe, also where OpenShift AI brings it."""

from __future__ import annotations

from ..component import Component
from ..signs import Definition, Operand, Thing, deployment

KSERVE = Component(
    name="kserve",
    title="KServe",
    signs=(
        deployment(
            named="kserve-controller-manager", images=("kserve-controller",), unless=("kserve-localmodel",)
        ),
        deployment(named="llmisvc-controller-manager", images=("llmisvc-controller",)),
        Operand(
            group="datasciencecluster.opendatahub.io",
            kind="DataScienceCluster",
            switch=("components", "kserve", "managed"),
        ),
        Thing(
            group="admissionregistration.k8s.io",
            kind="MutatingWebhookConfiguration",
            name="inferenceservice.serving.kserve.io",
        ),
        Definition(name="inferenceservices.serving.kserve.io"),
        Definition(name="llminferenceservices.serving.kserve.io"),
    ),
)
