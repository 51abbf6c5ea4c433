# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of a cluster that detection looks at, read once for all components."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

from .._cluster import ApiError, Client, Object, Resource


@dataclass(frozen=True, kw_only=True)
class Listing:
    """All objects of a kind, or those of one name in all namespaces. ``bare``: their metadata is enough."""

    group: str
    kind: str
    name: str = ""
    bare: bool = False

    def __str__(self) -> str:
        return f"{self.kind}.{self.group}" if self.group else self.kind


DAEMON_SETS = Listing(group="apps", kind="DaemonSet")
DEPLOYMENTS = Listing(group="apps", kind="Deployment")
NODES = Listing(group="", kind="Node")
DEFINITIONS = Listing(group="apiextensions.k8s.io", kind="CustomResourceDefinition", bare=True)


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """``unread`` are the listings that the account may not read."""

    objects: Mapping[Listing, Sequence[Object]] = field(default_factory=dict)
    unread: frozenset[Listing] = frozenset()

    def of(self, listing: Listing) -> Sequence[Object]:
        return self.objects.get(listing, ())


def read(client: Client, listings: Iterable[Listing]) -> Snapshot:
    """Reads every listing at the same time. A kind that is not served has no objects."""
    wanted = sorted(set(listings), key=lambda each: (each.group, each.kind, each.name))
    served = [(each, found) for each in wanted if (found := client.served(each.group, each.kind))]

    def fetch(job: tuple[Listing, Resource]) -> Sequence[Object] | None:
        listing, resource = job
        try:
            return client.list(
                resource.api_version,
                listing.kind,
                field_selector=f"metadata.name={listing.name}" if listing.name else None,
                metadata_only=listing.bare,
            )
        except ApiError as error:
            if error.status in (HTTPStatus.FORBIDDEN, HTTPStatus.SERVICE_UNAVAILABLE):
                return None
            if error.not_found:
                return ()
            raise

    answers = dict(zip([each for each, _found in served], client.in_parallel(fetch, served), strict=True))
    return Snapshot(
        objects={each: objects for each, objects in answers.items() if objects is not None},
        unread=frozenset(each for each, objects in answers.items() if objects is None),
    )
