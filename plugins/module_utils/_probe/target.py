# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is to be asked and all that is known of how it can be reached."""

from __future__ import annotations

from dataclasses import dataclass

from .._served import Place
from .._workload import SecretKey
from .asking import Question
from .slo import Slo


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
class Target(Place):
    """One served model.

    Basic authentication is the gateway's and goes only where an address is asked; the API key is the engine's
    and goes everywhere.
    """

    question: Question
    verify_tls: bool = True
    ca: str | None = None
    api_key: str | SecretKey | None = None
    basic: Basic | BasicSecret | None = None
    slo: Slo | None = None
    engine: str | None = None
    platform: str | None = None
