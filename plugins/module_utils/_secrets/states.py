# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the Secrets that services read are like now, without saying what is in them."""

from __future__ import annotations

from collections.abc import Iterable

from .._cluster import Client
from .._plan import ServicePlan
from .digest import digest


def secret_states(client: Client, plans: Iterable[ServicePlan]) -> dict[tuple[str, str], str]:
    """By namespace and name a mark that changes with the content; nothing for a Secret that is not there."""
    wanted = sorted({(plan.namespace, name) for plan in plans for name in plan.read_secrets})
    found = client.in_parallel(lambda at: client.get("v1", "Secret", at[1], at[0]), wanted)
    return {at: digest(secret) for at, secret in zip(wanted, found, strict=True) if secret is not None}
