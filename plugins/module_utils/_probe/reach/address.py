# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""By address: the URL that was given, or the addresses that the service publishes, one after the other."""

from __future__ import annotations

from ..._served.published import Address, addresses
from ..asking import Credentials, NotReached, ask, basic, bearer, open_url
from ..secret import api_key, login
from ..target import Target
from .site import Outcome, Site

NO_ADDRESS = "NoAddress"


def by_address(target: Target, site: Site, deadline: float) -> Outcome:
    outcome, silences, code = None, [], NO_ADDRESS
    for address in _reachable(target, site):
        try:
            outcome = _ask_at(address, target, site, deadline)
        except NotReached as silence:
            silences.append(f"{address}: {silence.detail}")
            code = silence.code
        else:
            if not outcome.verdict.passing:
                return outcome
    if outcome is not None:
        return outcome
    raise NotReached(code, "; ".join(silences) or "no address is published outside the cluster")


def _reachable(target: Target, site: Site) -> list[Address]:
    return [address for address in addresses(target, site.client) if not address.internal]


def _ask_at(address: Address, target: Target, site: Site, deadline: float) -> Outcome:
    door = open_url(
        address.url,
        through=address.through,
        verify_tls=target.verify_tls,
        ca=target.ca,
        credentials=_credentials(target, site),
    )
    return Outcome(verdict=ask(door, target.question, deadline=deadline), via=str(address))


def _credentials(target: Target, site: Site) -> Credentials:
    user = login(target, site.client)
    if user:
        return basic(user.username, user.password)
    return bearer(api_key(target, site.client))
