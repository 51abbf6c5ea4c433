# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""V-23: fields of a pod that Knative takes only with a feature flag."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ..._fleet import Problem
from ..._rules.finding import at, error
from ..facts import Facts, Object
from ..pods import PodGroup, Wanted, is_knative

CODE = "V-23"

Spec = Mapping[str, Any]
ON = ("enabled", "allowed")


def _field(name: str) -> Callable[[Spec], bool]:
    return lambda spec: bool(spec.get(name))


def _volume(kind: str) -> Callable[[Spec], bool]:
    return lambda spec: any(kind in volume for volume in spec.get("volumes") or ())


def _written_claim(spec: Spec) -> bool:
    claims = [volume.get("persistentVolumeClaim") for volume in spec.get("volumes") or ()]
    return any(claim and not claim.get("readOnly") for claim in claims)


def _adds_capabilities(spec: Spec) -> bool:
    contexts = [each.get("securityContext") or {} for each in spec.get("containers") or ()]
    return any((context.get("capabilities") or {}).get("add") for context in contexts)


def _reads_fields(spec: Spec) -> bool:
    sources = [
        (variable.get("valueFrom") or {})
        for each in spec.get("containers") or ()
        for variable in each.get("env") or ()
    ]
    return any("fieldRef" in source or "resourceFieldRef" in source for source in sources)


FLAGS: tuple[tuple[str, str, Callable[[Spec], bool], bool], ...] = (
    ("affinity", "kubernetes.podspec-affinity", _field("affinity"), False),
    ("nodeSelector", "kubernetes.podspec-nodeselector", _field("nodeSelector"), False),
    ("tolerations", "kubernetes.podspec-tolerations", _field("tolerations"), False),
    ("schedulerName", "kubernetes.podspec-schedulername", _field("schedulerName"), False),
    ("runtimeClassName", "kubernetes.podspec-runtimeclassname", _field("runtimeClassName"), False),
    ("priorityClassName", "kubernetes.podspec-priorityclassname", _field("priorityClassName"), False),
    ("hostIPC", "kubernetes.podspec-hostipc", _field("hostIPC"), False),
    ("hostAliases", "kubernetes.podspec-hostaliases", _field("hostAliases"), False),
    ("dnsPolicy", "kubernetes.podspec-dnspolicy", _field("dnsPolicy"), False),
    (
        "topologySpreadConstraints",
        "kubernetes.podspec-topologyspreadconstraints",
        _field("topologySpreadConstraints"),
        False,
    ),
    ("initContainers", "kubernetes.podspec-init-containers", _field("initContainers"), False),
    ("securityContext", "kubernetes.podspec-securitycontext", _field("securityContext"), False),
    ("capabilities.add", "kubernetes.containerspec-addcapabilities", _adds_capabilities, False),
    ("fieldRef", "kubernetes.podspec-fieldref", _reads_fields, False),
    ("emptyDir volumes", "kubernetes.podspec-volumes-emptydir", _volume("emptyDir"), True),
    ("hostPath volumes", "kubernetes.podspec-volumes-hostpath", _volume("hostPath"), False),
    ("csi volumes", "kubernetes.podspec-volumes-csi", _volume("csi"), False),
    ("ephemeral volumes", "kubernetes.podspec-volumes-ephemeral", _volume("ephemeral"), False),
    ("image volumes", "kubernetes.podspec-volumes-image", _volume("image"), False),
    (
        "claims",
        "kubernetes.podspec-persistent-volume-claim",
        _volume("persistentVolumeClaim"),
        False,
    ),
    ("claims that are written to", "kubernetes.podspec-persistent-volume-write", _written_claim, False),
)
"""What a pod has, the flag, how to see it, and whether the flag is on where nothing sets it."""


def needed_flags(spec: Spec) -> dict[str, str]:
    """The flags that a pod needs, each with what it is needed for."""
    return {flag: what for what, flag, has, _default in FLAGS if has(spec)}


def check(services: Sequence[Wanted], facts: Facts) -> Iterator[Problem]:
    if facts.knative_features is None:
        return
    for one in services:
        if any(is_knative(obj) for obj in one.objects):
            for group in one.pods:
                yield from _refused(one, group, facts.knative_features)


def _refused(one: Wanted, group: PodGroup, features: Mapping[str, str]) -> Iterator[Problem]:
    needed = needed_flags(_template(one.objects, group))
    by_default = {flag for _what, flag, _has, default in FLAGS if default}
    off = {flag: what for flag, what in needed.items() if not _is_on(flag, features, by_default)}
    if not off:
        return
    wanted = ", ".join(f"{flag}: enabled" for flag in off)
    misspelt = [f'{flag}: "{features[flag]}"' for flag in off if _is_unknown(features.get(flag))]
    message = f"Knative refuses {_listed(off.values())} of the pods."
    if misspelt:
        message += f" {' and '.join(misspelt)} is no word of Knative's, which takes it for off."
    hint = f"Set {wanted} in ConfigMap knative-serving/config-features, or use kserve.mode: Standard."
    yield error(CODE, at(one.plan), message, hint)


def _template(objects: Sequence[Object], group: PodGroup) -> Spec:
    """Adapters are fetched by a container that KServe puts into the Knative Service itself."""
    predictors = [obj["spec"]["predictor"] for obj in objects if is_knative(obj)]
    if any(predictor.get("storageUris") for predictor in predictors):
        return {
            **group.spec,
            "initContainers": [*(group.spec.get("initContainers") or ()), {"name": "storage"}],
        }
    return group.spec


def _is_on(flag: str, features: Mapping[str, str], by_default: set[str]) -> bool:
    """A word that Knative does not know leaves the default, which is off for nearly all."""
    value = features.get(flag)
    if value is None or _is_unknown(value):
        return flag in by_default
    return value.lower() in ON


def _is_unknown(value: str | None) -> bool:
    return value is not None and value.lower() not in (*ON, "disabled")


def _listed(words: Any) -> str:
    names = list(words)
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
