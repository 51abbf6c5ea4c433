# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""V-23, as far as the inventory tells: shares of GPUs need HAMi, and a privileged script must be let in."""

from __future__ import annotations

from collections.abc import Iterator

from .._catalogue.pins import pinned
from .._catalogue.vllm import release
from .._fleet import Fleet, Problem
from .._plan import ServicePlan
from .finding import Plans, at, error, warning

CODE = "V-23"

DENIES_PRIVILEGE_SINCE = "2.10.0"
"""First version of HAMi that refuses a pod with a privileged container and shares of a GPU."""
ENFORCE = "pod-security.kubernetes.io/enforce"


def check(fleet: Fleet, plans: Plans) -> Iterator[Problem]:
    for plan in plans:
        if plan.gpu_mode == "vgpu":
            yield from _scheduler(plan)
        if plan.engine.loads_model and plan.service.delivery == "legacy-prescript":
            yield from _privilege(plan)


def _scheduler(plan: ServicePlan) -> Iterator[Problem]:
    """Whether HAMi sends such pods to its scheduler by itself is seen in the cluster."""
    hami = plan.cluster.components.hami
    if hami.state == "absent":
        hint = "Write gpu.mode: resource, or let HAMi be there."
        yield error(CODE, at(plan, "gpu.mode"), "vgpu needs HAMi, and components.hami is absent.", hint)
        return
    if plan.scheduler is not None or hami.state in ("present", "existing"):
        return
    hint = f"Remove it, or write {hami.scheduler}."
    message = "is empty: the default scheduler knows no shares of memory and leaves GPUs whole."
    yield warning(CODE, at(plan, "topology.placement.scheduler"), message, hint)


def _privilege(plan: ServicePlan) -> Iterator[Problem]:
    path = at(plan, "delivery")
    hint = "Write delivery: mount or copy with a store for the model; they need no privilege."
    level = next(
        (each.labels.get(ENFORCE) for each in plan.cluster.namespaces if each.name == plan.namespace), None
    )
    if level in ("restricted", "baseline"):
        message = f"namespace {plan.namespace} enforces {level}, which refuses the privileged script."
        yield error(CODE, path, message, hint)
    hami = plan.cluster.components.hami.version or str(pinned("hami", plan.cluster.version_preset))
    if plan.gpu_mode == "vgpu" and release(hami) >= release(DENIES_PRIVILEGE_SINCE):
        message = f"HAMi {hami} refuses pods that have a privileged container and shares of a GPU."
        yield error(CODE, path, message, hint)
