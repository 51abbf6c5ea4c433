# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""V-23: the version of Kubernetes, and what our pods use that an older one lacks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ..._catalogue.vllm import release
from ..._fleet import Problem
from ..._rules.finding import at, error, warning
from ..facts import Facts
from ..pods import PodGroup, Wanted

CODE = "V-23"

Spec = Mapping[str, Any]


def _is_any(spec: Spec) -> bool:
    return True


def _sleeps(spec: Spec) -> bool:
    hooks = [((each.get("lifecycle") or {}).get("preStop") or {}) for each in spec.get("containers") or ()]
    return any("sleep" in hook for hook in hooks)


def _has_sidecar(spec: Spec) -> bool:
    return any(each.get("restartPolicy") == "Always" for each in spec.get("initContainers") or ())


def _has_image_volume(spec: Spec) -> bool:
    return any("image" in volume for volume in spec.get("volumes") or ())


NEEDED: tuple[tuple[Callable[[Spec], bool], str, str], ...] = (
    (_is_any, "1.27", "strict validation of what is applied"),
    (_sleeps, "1.30", "the wait before the stop signal (preStop.sleep)"),
    (_has_sidecar, "1.29", "sidecar containers"),
    (_has_image_volume, "1.31", "image volumes"),
)
"""What a pod uses, since when it exists, its name."""

IMAGE_VOLUMES_BY_DEFAULT = "1.35"


def check(services: Sequence[Wanted], facts: Facts) -> Iterator[Problem]:
    for one in services:
        told: set[str] = set()
        for group in one.pods:
            yield from _older(one, group, facts.version, told)


def _older(one: Wanted, group: PodGroup, version: str, told: set[str]) -> Iterator[Problem]:
    for uses, since, name in NEEDED:
        if name in told or not uses(group.spec):
            continue
        if release(version) < release(since):
            told.add(name)
            message = f"{group.origin} uses {name}, which Kubernetes {version} lacks."
            yield error(CODE, at(one.plan), message, f"Kubernetes {since} or newer is needed.")
        elif uses is _has_image_volume and release(version) < release(IMAGE_VOLUMES_BY_DEFAULT):
            told.add(name)
            message = f"image volumes are behind the feature gate ImageVolume in Kubernetes {version}."
            yield warning(CODE, at(one.plan, "delivery"), message, "Turn the gate on, or use delivery: copy.")
