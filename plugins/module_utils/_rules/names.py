# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""V-20: names and labels."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .._fleet import Fleet, Problem
from .._fleet.records.stores import VOLUMES
from .._names import MANAGED_BY_LABEL, PREFIX
from .._plan import ServicePlan
from .._platforms.leader_workers import copies
from .finding import Plans, at, error

CODE = "V-20"

LONGEST_LABEL = 63
LONGEST_NAME = 253
OWNED = (
    "app",
    "pod-rank",
    "app.kubernetes.io/component",
    "app.kubernetes.io/name",
    "app.kubernetes.io/instance",
    MANAGED_BY_LABEL,
)
"""Label keys that our selectors use."""
OWNED_PREFIXES = (PREFIX, "serving.kserve.io/", "applyset.kubernetes.io/")

_REVISION = "0123456789"
"""As long as the hash that a StatefulSet puts after its own name in a label of its pods."""

_SERVICE = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_OBJECT = re.compile(r"[a-z0-9]([-.a-z0-9]*[a-z0-9])?")
_TRITON_MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_KEY = re.compile(r"([a-z0-9]([-.a-z0-9]*[a-z0-9])?/)?[A-Za-z0-9]([-._A-Za-z0-9]{0,61}[A-Za-z0-9])?")
_VALUE = re.compile(r"([A-Za-z0-9]([-._A-Za-z0-9]{0,61}[A-Za-z0-9])?)?")


def check(fleet: Fleet, plans: Plans) -> Iterator[Problem]:
    for plan in plans:
        yield from _service(plan)
        yield from _labels(plan)
        yield from _served(plan)
    yield from _of_pools(plans)
    yield from _objects(fleet)


def _service(plan: ServicePlan) -> Iterator[Problem]:
    name, path = plan.name, at(plan, "name")
    if not _SERVICE.fullmatch(name):
        yield error(
            CODE, path, "must match [a-z]([-a-z0-9]*[a-z0-9])?.", f"Write for example {_suggested(name)}."
        )
    longest = _longest_label(plan)
    if len(longest) > LONGEST_LABEL:
        message = f"makes {longest}, which is longer than {LONGEST_LABEL} characters."
        yield error(CODE, path, message, f"Shorten it by {len(longest) - LONGEST_LABEL}.")
    if not _LABEL.fullmatch(plan.namespace) or len(plan.namespace) > LONGEST_LABEL:
        hint = "Use lower-case letters, digits and hyphens."
        yield error(CODE, at(plan, "namespace"), f"{plan.namespace} is no name of a namespace.", hint)


def _longest_label(plan: ServicePlan) -> str:
    """The longest part of a host name that the platform makes of the service's name."""
    if plan.platform.name == "kserve":
        return f"{plan.name}-predictor-{plan.namespace}"
    if plan.platform.name == "llmd":
        made = {"kserve": f"{plan.name}-kserve-workload-svc", "native": f"{plan.name}-prefill-group"}
        return made[plan.service.llmd.provider]
    if plan.platform.name == "leader-workers":
        return max((f"{copy.name}-worker{plan.pods_per_copy}" for copy in copies(plan)), key=len)
    if plan.platform.name == "lws":
        return f"{plan.name}-{max(plan.service.scaling.min, plan.service.scaling.max or 0)}-{_REVISION}"
    return plan.name


def _labels(plan: ServicePlan) -> Iterator[Problem]:
    service = plan.service
    for key, value in service.labels.items():
        path = at(plan, f"labels.{key}")
        if key in OWNED or key.startswith(OWNED_PREFIXES):
            yield error(CODE, path, "key is used by our selectors.", "Choose another.")
        elif not _KEY.fullmatch(key) or not _VALUE.fullmatch(value):
            hint = "Use up to 63 letters, digits, hyphens, underscores and dots."
            yield error(CODE, path, "is no legal label.", hint)
    for key in service.annotations:
        if key.startswith(PREFIX):
            yield error(
                CODE, at(plan, f"annotations.{key}"), f"keys below {PREFIX} are ours.", "Choose another."
            )
    for key in service.env:
        if not key or "=" in key or any(character.isspace() for character in key):
            yield error(
                CODE, at(plan, f"env.{key}"), "is no name of a variable.", "Use letters, digits, underscores."
            )
    if "PYTHONPATH" in service.env and plan.platform.name == "kserve":
        yield error(CODE, at(plan, "env.PYTHONPATH"), "is refused by KServe.", "Remove it.")


def _served(plan: ServicePlan) -> Iterator[Problem]:
    model = plan.model
    path = f"llm_models[{model.name}]"
    if len(set(model.served_names)) < len(model.served_names):
        yield error(CODE, f"{path}.served_names", "has a name twice.", "Remove one.")
    if plan.engine.protocol == "triton":
        if not _TRITON_MODEL.fullmatch(model.name):
            message = "is the name of Triton's model directory and cannot have these characters."
            yield error(CODE, f"{path}.name", message, "Use letters, digits, dots, hyphens, underscores.")
        if model.served_names and set(model.served_names) != {model.name}:
            message = f"Triton knows the model by its directory alone, which is {model.name}."
            yield error(CODE, f"{path}.served_names", message, "Remove it, or rename the model.")


def _of_pools(plans: Plans) -> Iterator[Problem]:
    """Clients name an objective without its pool, so a name is there once in a namespace."""
    taken: dict[tuple[str, str, str], str] = {}
    for plan in plans:
        for key in ("objectives", "model_rewrites"):
            for name in getattr(plan.service.router, key):
                owner = taken.setdefault((plan.namespace, key, name), plan.name)
                path = at(plan, f"router.{key}.{name}")
                if owner != plan.name:
                    yield error(CODE, path, f"service {owner} has one of this name.", "Choose another.")
                elif not _OBJECT.fullmatch(name):
                    hint = f"Write for example {_suggested(name)}."
                    yield error(CODE, path, "is no name of an object.", hint)


def _objects(fleet: Fleet) -> Iterator[Problem]:
    for secret in fleet.secrets.values():
        yield from _object(f"llm_secrets[{secret.name}].name", secret.existing or secret.name)
    for store in fleet.stores.values():
        if store.kind in VOLUMES:
            yield from _object(
                f"llm_stores[{store.name}].{'claim' if store.claim else 'name'}", store.claim or store.name
            )
    for namespace in fleet.cluster.namespaces:
        if not _LABEL.fullmatch(namespace.name):
            hint = f"Write for example {_suggested(namespace.name)}."
            yield error(
                CODE, f"llm_cluster.namespaces[{namespace.name}].name", "is no name of a namespace.", hint
            )


def _object(path: str, name: str) -> Iterator[Problem]:
    if not _OBJECT.fullmatch(name) or len(name) > LONGEST_NAME:
        yield error(CODE, path, f"{name} is no name of an object.", f"Write for example {_suggested(name)}.")


def _suggested(name: str) -> str:
    """A legal name near a wrong one: ``8B_Chat`` becomes ``chat-8b``."""
    words = [word for word in re.split(r"[^a-z0-9]+", name.lower()) if word]
    words.sort(key=lambda word: not word[0].isalpha())
    return "-".join(words)[:LONGEST_LABEL] if words and words[0][0].isalpha() else "-".join(["model", *words])
