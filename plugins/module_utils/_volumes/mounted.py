# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Claims that pods mount. Deleted, such a claim stays on its way out until the last of them is gone, and then
takes the model with it, whatever its owner thinks by then."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from .._apply import ObjectSet
from .._apply.applyset import PART_OF_LABEL, set_id
from .._cluster import Client, Object
from .._fleet import Problem
from .finding import found
from .released import place

SHOWN = 5


def mounted(client: Client, claims: Sequence[Object]) -> list[Problem]:
    """One problem for each of the live claims that a pod mounts, or waits for."""
    namespaces = sorted({claim["metadata"]["namespace"] for claim in claims})
    lists = client.in_parallel(lambda here: client.list("v1", "Pod", namespace=here), namespaces)
    users: dict[tuple[str, str], list[str]] = defaultdict(list)
    for pod in (pod for pods in lists for pod in pods):
        if not pod["metadata"].get("deletionTimestamp"):
            for name in _claims_of(pod):
                users[pod["metadata"]["namespace"], name].append(pod["metadata"]["name"])
    return [_problem(claim, users[place(claim)]) for claim in claims if place(claim) in users]


def mounted_in(client: Client, sets: Sequence[ObjectSet]) -> list[Problem]:
    """The same for all claims that the sets own."""

    def claims(one: ObjectSet) -> list[Object]:
        ours = f"{PART_OF_LABEL}={set_id(one.name, one.namespace)}"
        return client.list("v1", "PersistentVolumeClaim", namespace=one.namespace, label_selector=ours)

    return mounted(client, [claim for found_here in client.in_parallel(claims, sets) for claim in found_here])


def _claims_of(pod: Object) -> set[str]:
    volumes = pod["spec"].get("volumes") or ()
    return {
        volume["persistentVolumeClaim"]["claimName"]
        for volume in volumes
        if "persistentVolumeClaim" in volume
    }


def _problem(claim: Object, pods: Sequence[str]) -> Problem:
    more = f" and {len(pods) - SHOWN} more" if len(pods) > SHOWN else ""
    message = f"claim {'/'.join(place(claim))} is mounted by {', '.join(sorted(pods)[:SHOWN])}{more}."
    hint = "Remove the services that use it, and run this again. Nothing was deleted."
    return found(claim, "", message, hint)
