# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ways to reach a served model, one file each."""

from __future__ import annotations

from .address import NO_ADDRESS, by_address
from .job import by_job
from .port_forward import by_port_forward
from .site import JobOptions, Outcome, Site, Way

WAYS: dict[str, Way] = {"address": by_address, "port-forward": by_port_forward, "job": by_job}
# A Job makes objects, so it is only used where it is asked for.
BY_ITSELF = ("address", "port-forward")

__all__ = ["BY_ITSELF", "NO_ADDRESS", "WAYS", "JobOptions", "Outcome", "Site", "Way"]
