# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HAMi, which shares GPUs between pods."""

from __future__ import annotations

from ..component import Component
from ..signs import Marked, Thing, daemon_set, deployment
from .device_plugin import HAMIS, OPERATORS, PLUGIN, PROVIDERS

HAMI = Component(
    name="hami",
    title="HAMi",
    signs=(
        HAMIS,
        daemon_set(images=("hami",)),
        deployment(
            named="hami-scheduler",
            images=("hami",),
            labels={"app.kubernetes.io/component": "hami-scheduler"},
        ),
        Thing(group="admissionregistration.k8s.io", kind="MutatingWebhookConfiguration", name="hami-webhook"),
        Marked(key="hami.io/node-nvidia-register", conclusive=False),
    ),
    rivals=(PLUGIN, PROVIDERS, OPERATORS),
)
