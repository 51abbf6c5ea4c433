# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole inventory as records."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .cluster import Cluster
from .models import Model
from .secrets import Secret
from .serving import Service
from .stores import Store


@dataclass(frozen=True, kw_only=True)
class Fleet:
    cluster: Cluster
    secrets: dict[str, Secret]
    stores: dict[str, Store]
    models: dict[str, Model]
    services: tuple[Service, ...]

    @property
    def specifications(self) -> Iterator[Service]:
        """The services and their canaries."""
        for service in self.services:
            yield service
            if service.canary is not None:
                yield service.canary
