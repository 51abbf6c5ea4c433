# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""By Job: the question is asked inside the cluster, and only its verdict comes back.

The Job owns the ConfigMap with its program, so that removing the one, as happens in the end, removes both.
"""

from __future__ import annotations

import secrets
import time
from typing import Any

from ..._cluster import Client, ClusterError
from ..._served.published import addresses
from ..asking import Check, NotReached, Verdict
from ..pods import hopeless, state
from ..target import Target
from .job_objects import PROBE_LABEL, config_map, job_object, label
from .site import Outcome, Site

Object = dict[str, Any]
# How often to look for what keeps the Job from having a pod.
GLANCE_SECONDS = 5.0
# The process ends so much earlier, that its verdict is heard.
REPORT_SECONDS = 5.0
REMOVAL_SECONDS = 20.0


def by_job(target: Target, site: Site, deadline: float) -> Outcome:
    client, options = site.client, site.job
    if client is None:
        raise NotReached("NoCluster", "there is no connection to a cluster", passing=False)
    if options is None:
        raise NotReached("NoImage", "no image is given for the Job", passing=False)
    name = f"llm-probe-{label(target.name)[:40]}-{secrets.token_hex(3)}"
    where = _inner_url(target, client)
    seconds = max(1, int(deadline - time.monotonic() - REPORT_SECONDS))
    job = job_object(name=name, target=target, url=where, options=options, seconds=seconds)
    try:
        _start(client, job, target)
        verdict = _verdict(client, job, deadline).settled()
    except ClusterError as error:
        verdict = _failed("JobRefused", str(error))
    finally:
        _remove(client, job, site)
    return Outcome(verdict=verdict, via=f"{where} from Job {name}")


def _inner_url(target: Target, client: Client) -> str:
    known = addresses(target, client)
    if not known:
        raise NotReached("NoAddress", "no Service is known under which the cluster reaches it")
    return next((address for address in known if address.internal), known[-1]).url


def _start(client: Client, job: Object, target: Target) -> None:
    uid = client.apply(job)["metadata"]["uid"]
    client.apply(config_map(job, target, owner=uid))
    client.apply({**job, "spec": {**job["spec"], "suspend": False}})


def _verdict(client: Client, job: Object, deadline: float) -> Verdict:
    """Wait for the pod's last word."""
    meta = job["metadata"]
    last = "no pod has appeared"
    while (now := time.monotonic()) < deadline:
        for event in client.watch(
            "v1",
            "Pod",
            namespace=meta["namespace"],
            label_selector=f"{PROBE_LABEL}={meta['name']}",
            deadline=min(deadline, now + GLANCE_SECONDS),
        ):
            pod = event.object
            last = f"pod {pod['metadata']['name']} is {state(pod)}"
            ended = _ended(pod)
            if ended is not None:
                return _read(client, pod, ended)
            if hopeless(pod):
                return _failed("JobFailed", last)
        refusal = _refusal(client, meta)
        if refusal:
            return _failed("JobRefused", refusal)
    return _failed("Timeout", f"the Job did not end in time: {last}")


def _ended(pod: Object) -> Object | None:
    for container in (pod.get("status") or {}).get("containerStatuses") or ():
        ended: Object | None = (container.get("state") or {}).get("terminated")
        if ended:
            return ended
    return None


def _read(client: Client, pod: Object, ended: Object) -> Verdict:
    """The verdict from the termination message, else from the last line of the log."""
    meta = pod["metadata"]
    try:
        log = "" if ended.get("message") else client.logs(meta["namespace"], meta["name"], tail=20)
    except ClusterError as error:
        log = str(error)
    lines = (ended.get("message") or log).strip().splitlines()
    try:
        return Verdict.from_json(lines[-1])
    except (IndexError, ValueError, TypeError, KeyError):
        said = " ".join(lines[-3:]) or "no log"
        return _failed("JobFailed", f"{ended.get('reason')}, exit code {ended.get('exitCode')}: {said}")


def _refusal(client: Client, meta: Object) -> str | None:
    """Why the Job controller could not make a pod: quota, Pod Security, a webhook."""
    events = client.list(
        "v1",
        "Event",
        namespace=meta["namespace"],
        field_selector=f"involvedObject.kind=Job,involvedObject.name={meta['name']},reason=FailedCreate",
    )
    return str(events[-1]["message"]) if events else None


def _remove(client: Client, job: Object, site: Site) -> None:
    try:
        client.delete(job, deadline=time.monotonic() + REMOVAL_SECONDS)
    except ClusterError as error:
        meta = job["metadata"]
        site.warnings.append(f"Job {meta['namespace']}/{meta['name']} was not removed: {error}")


def _failed(code: str, detail: str) -> Verdict:
    return Verdict(ok=False, checks=(Check(name="job", ok=False, code=code, detail=detail),))
