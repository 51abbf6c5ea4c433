# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Planning without a cluster, and what it costs a module to start."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from ansible_collections.inferops.serving.plugins.module_utils._inventory import read
from ansible_collections.inferops.serving.plugins.module_utils._objects import service_objects

from tests.support.combinations import inventory

from . import ROOT, Row, best

SIZES = (250, 500, 1000)
START = """\
import resource, sys
sys.argv = ["module"]
from ansible.module_utils.basic import AnsibleModule
from ansible_collections.inferops.serving.plugins.modules import services
from ansible_collections.inferops.serving.plugins.module_utils._cluster import connect
connect({"kubeconfig": KUBECONFIG}).version()
used = resource.getrusage(resource.RUSAGE_SELF)
print(used.ru_utime + used.ru_stime)
"""


def mixed(number: int) -> dict[str, Any]:
    """An inventory of that many services of all engines, platforms, stores and ways in."""
    everything = inventory()
    refused = {problem.path.partition("[")[2].partition("]")[0] for problem in read(everything).errors}
    legal = [entry for entry in everything["llm_serving"] if entry["name"] not in refused]
    entries = (_numbered(entry, index) for index, entry in enumerate(islice(cycle(legal), number)))
    return {**everything, "llm_serving": list(entries)}


def _numbered(entry: dict[str, Any], index: int) -> dict[str, Any]:
    expose = dict(entry["expose"])
    if "host" in expose:
        expose["host"] = f"n{index}.{expose['host']}"
    return {**entry, "name": f"{entry['name']}-{index}", "expose": expose}


def planning(number: int) -> float:
    """Seconds to read, check, plan and render that many services."""
    variables = mixed(number)

    def once() -> float:
        started = time.monotonic()
        specification = read(variables)
        errors = [each for each in specification.problems if each.severity == "error"]
        if errors:
            raise RuntimeError("\n".join(map(str, errors[:5])))
        made = sum(len(service_objects(plan)) for plan in specification.plans)
        if made < number:
            raise RuntimeError(f"{made} objects of {number} services")
        return time.monotonic() - started

    return best(once, of=2)


def module_start(kubeconfig: Path) -> float:
    """Seconds of processor time from nothing to the first answer of the server."""
    code = START.replace("KUBECONFIG", repr(str(kubeconfig)))
    environment = {"PYTHONPATH": str(ROOT / ".collections")}

    def once() -> float:
        done = subprocess.run(
            [sys.executable, "-c", code], env=environment, check=True, capture_output=True, text=True
        )
        return float(done.stdout)

    once()
    return best(once, of=3)


def rows(kubeconfig: Path) -> Iterator[Row]:
    each = {size: planning(size) / size for size in SIZES}
    for size, seconds in each.items():
        yield Row(
            what=f"plan and render {size} mixed services",
            measured=f"{seconds * 1000:.2f} ms each",
            wanted="< 3 ms each",
            met=seconds < 0.003,
        )
    growth = each[SIZES[-1]] / each[SIZES[0]]
    yield Row(
        what="plan and render, growth",
        measured=f"{SIZES[-1]} services",
        compared=f"{SIZES[0]} services, per service",
        ratio=growth,
        wanted="linear: ≤ 1.3",
        met=growth <= 1.3,
    )
    start = module_start(kubeconfig)
    yield Row(
        what="module start to first answer",
        measured=f"{start:.2f} s of CPU",
        wanted="< 0.5 s",
        met=start < 0.5,
    )
