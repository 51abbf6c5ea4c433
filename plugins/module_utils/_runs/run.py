# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run from its objects to its log: a set of its own, applied, awaited, read and removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .._apply import Diagnosis, ObjectSet, Refused, apply, remove
from .._apply.engine import Say, silent
from .._apply.model import Outcome
from .._cluster import Client, ClusterError
from .._names import PREFIX

Object = dict[str, Any]
RUN_LABEL = PREFIX + "run"
"""On the pods of a run, which have no label of the service: nobody sends them requests."""
SET = "inferops-run-"
LOG_LINES = 500


NOT_RUN = "check mode, nothing ran"


@dataclass(frozen=True, kw_only=True)
class Run:
    """What is to be run for a service, and which pod tells what came of it."""

    name: str
    namespace: str
    objects: Sequence[Object]
    speaker: str
    """Label selector of the pod whose log is read."""


@dataclass(frozen=True, kw_only=True)
class Ended:
    """The log of a run that came to its end, or why it did not."""

    log: str = ""
    diagnosis: tuple[Diagnosis, ...] = ()


def carry_out(
    client: Client, run: Run, *, check_mode: bool = False, timeout: float, progress: Say = silent
) -> Ended:
    """Runs it to its end and removes it, with what an earlier run of this name may have left.

    In check mode the API server alone judges the objects.
    """
    owned = ObjectSet(name=SET + run.name, namespace=run.namespace, objects=list(run.objects))
    try:
        if check_mode:
            return _ended(apply(client, [owned], check_mode=True, progress=progress))
        remove(client, [owned], wait_timeout=timeout, progress=progress)
        try:
            ended = _ended(apply(client, [owned], wait_timeout=timeout, progress=progress))
            return ended if ended.diagnosis else Ended(log=_log(client, run))
        finally:
            remove(client, [owned], wait=False, progress=progress)
    except Refused as refused:
        return Ended(diagnosis=tuple(refused.diagnosis))
    except ClusterError as error:
        return Ended(diagnosis=(trouble("ApiUnavailable", run, str(error), "Run it again."),))


def trouble(code: str, run: Run, message: str, hint: str) -> Diagnosis:
    """Something that is wrong with the run as a whole."""
    main = run.objects[-1]
    where = f"{main['kind']} {run.namespace}/{main['metadata']['name']}"
    return Diagnosis(code=code, object=where, message=message, hint=hint)


def _ended(outcomes: Sequence[Outcome]) -> Ended:
    return Ended(diagnosis=tuple(one for outcome in outcomes for one in outcome.diagnosis))


def _log(client: Client, run: Run) -> str:
    pods = client.list("v1", "Pod", namespace=run.namespace, label_selector=run.speaker)
    done = [pod for pod in pods if (pod.get("status") or {}).get("phase") == "Succeeded"]
    return client.logs(run.namespace, done[0]["metadata"]["name"], tail=LOG_LINES) if done else ""
