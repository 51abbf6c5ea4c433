# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""V-23: two device plugins on one node, which give the same GPU twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..._fleet import Problem
from ..._gpu_nodes.matching import bars, selects
from ..._gpu_nodes.selection import has_gpu, name_of
from ..._rules.finding import error
from ..facts import Facts, Object
from ..pods import Wanted
from ..supply import is_condition, taints_of

CODE = "V-23"
PATH = "llm_cluster.components"

NVIDIA, HAMI = "NVIDIA's device plugin", "HAMi's device plugin"


def check(services: Sequence[Wanted], facts: Facts) -> Iterator[Problem]:
    plugins: dict[str, list[Object]] = {NVIDIA: [], HAMI: []}
    for daemonset in facts.daemonsets or ():
        whose = _whose(daemonset)
        if whose:
            plugins[whose].append(daemonset)
    for node in facts.nodes or ():
        reaching = [[each for each in ones if _reaches(each, node)] for ones in plugins.values()]
        both = [ones[0] for ones in reaching if ones] if has_gpu(node) else []
        if len(both) > 1:
            names = " and ".join(
                f"{each['metadata']['namespace']}/{each['metadata']['name']}" for each in both
            )
            message = f"DaemonSets {names} both hand out the GPUs of node {name_of(node)}."
            hint = "Let each node have one of them: by node selectors, or by removing one."
            yield error(CODE, PATH, message, hint)
            return


def _whose(daemonset: Object) -> str | None:
    """By the images: names of releases are chosen by whoever installs them."""
    images = [each.get("image", "") for each in daemonset["spec"]["template"]["spec"]["containers"]]
    names = [image.rpartition("@")[0] or image for image in images]
    repositories = [name.rpartition("/")[2].partition(":")[0] for name in names]
    if "hami" in repositories:
        return HAMI
    return NVIDIA if "k8s-device-plugin" in repositories else None


def _reaches(daemonset: Object, node: Object) -> bool:
    pod = daemonset["spec"]["template"]["spec"]
    taints = [taint for taint in taints_of(node) if not is_condition(taint)]  # DaemonSets tolerate conditions
    return selects(pod, node) and not any(bars(taint, pod) for taint in taints)
