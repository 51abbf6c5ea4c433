# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is to be asked and all that is known of how it can be reached."""

from __future__ import annotations

from dataclasses import dataclass

from .._workload import SecretKey
from .asking import Question
from .slo import Slo


@dataclass(frozen=True, kw_only=True)
class Publisher:
    """An object of the target's namespace that says where the model is served."""

    api_version: str
    kind: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Basic:
    """HTTP basic authentication, which a gateway asks for."""

    username: str
    password: str


@dataclass(frozen=True, kw_only=True)
class BasicSecret:
    """The same, in a Secret of type ``kubernetes.io/basic-auth`` of the target's namespace."""

    name: str


@dataclass(frozen=True, kw_only=True)
class Target:
    """One served model.

    Basic authentication is the gateway's and goes only where an address is asked; the API key is the engine's
    and goes everywhere.
    """

    name: str
    question: Question
    namespace: str = "default"
    url: str | None = None
    through: str | None = None
    verify_tls: bool = True
    ca: str | None = None
    published: str | None = None
    """URL under which an inventory publishes it; whether it leads there is another question."""
    publishers: tuple[Publisher, ...] = ()
    pod: str | None = None
    selector: str | None = None
    port: int | None = None
    api_key: str | SecretKey | None = None
    basic: Basic | BasicSecret | None = None
    slo: Slo | None = None
    engine: str | None = None
    platform: str | None = None

    @property
    def in_cluster(self) -> bool:
        """Whether it is known as something of the cluster, not by a URL alone."""
        return bool(self.publishers or self.pod or self.selector)
