# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All that is known of how a served model can be reached."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Publisher:
    """An object of the place's namespace that says where the model is served."""

    api_version: str
    kind: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where one served model is found."""

    name: str
    namespace: str = "default"
    url: str | None = None
    through: str | None = None
    published: str | None = None
    """URL under which an inventory publishes it; whether it leads there is another question."""
    publishers: tuple[Publisher, ...] = ()
    pod: str | None = None
    selector: str | None = None
    port: int | None = None

    @property
    def in_cluster(self) -> bool:
        """Whether it is known as something of the cluster, not by a URL alone."""
        return bool(self.publishers or self.pod or self.selector)
