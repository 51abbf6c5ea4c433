# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""V-23: StorageClasses that the pods' own volumes ask for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..._fleet import Problem
from ..._rules.finding import at, error
from ..facts import Facts
from ..pods import Wanted

CODE = "V-23"


def check(services: Sequence[Wanted], facts: Facts) -> Iterator[Problem]:
    if facts.classes is None:
        return
    present = sorted(each["metadata"]["name"] for each in facts.classes)
    for one in services:
        for group in one.pods:
            for volume in group.spec.get("volumes") or ():
                template = (volume.get("ephemeral") or {}).get("volumeClaimTemplate") or {}
                wanted = (template.get("spec") or {}).get("storageClassName")
                if wanted and wanted not in present:
                    message = f"volume {volume['name']} asks for StorageClass {wanted}, which does not exist."
                    yield error(CODE, at(one.plan), message, f"There are: {', '.join(present) or 'none'}.")
