# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""V-23: InferenceServices that are there in another mode, and runtimes that services name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..._fleet import Problem
from ..._rules.finding import at, error
from ..facts import Facts, Object
from ..pods import Wanted

CODE = "V-23"
CANARY = "V-22"

MODE = "serving.kserve.io/deploymentMode"
TODAY = {"Serverless": "Knative", "RawDeployment": "Standard"}
"""Former names of the modes."""


def check(services: Sequence[Wanted], facts: Facts) -> Iterator[Problem]:
    for one in services:
        for obj in one.objects:
            if obj["kind"] == "InferenceService":
                yield from _mode(one, obj, facts)
                yield from _first_canary(one, obj, facts)
        runtime = one.plan.service.kserve.runtime
        if runtime is not None and one.plan.platform.name == "kserve":
            yield from _runtime(one, runtime.rpartition(":")[2], facts)


def _mode(one: Wanted, obj: Object, facts: Facts) -> Iterator[Problem]:
    """KServe's webhook refuses another mode than the one in the status, in whichever spelling."""
    live = facts.inference_services.get((obj["metadata"]["namespace"], obj["metadata"]["name"]))
    has = str((live or {}).get("status", {}).get("deploymentMode") or "")
    wants = obj["metadata"]["annotations"][MODE]
    if not has or has == wants or one.plan.service.recreate:
        return
    if TODAY.get(has, has) == TODAY.get(wants, wants):
        message = f"InferenceService {one.plan.name} runs in mode {has}, which this KServe calls {wants}."
    else:
        message = (
            f"InferenceService {one.plan.name} runs in mode {has}, and the mode cannot change to {wants}."
        )
    hint = "Set recreate: true, which deletes it and makes it anew, or keep the mode."
    yield error(CODE, at(one.plan, "kserve.mode"), message, hint)


def _first_canary(one: Wanted, obj: Object, facts: Facts) -> Iterator[Problem]:
    """Without an earlier revision KServe gives all requests to the canary."""
    if "canaryTrafficPercent" not in obj["spec"]["predictor"]:
        return
    live = facts.inference_services.get((obj["metadata"]["namespace"], obj["metadata"]["name"])) or {}
    predictor = live.get("status", {}).get("components", {}).get("predictor", {})
    if not predictor.get("latestRolledoutRevision"):
        message = "nothing runs yet that could share requests with a canary; all of them would go to it."
        yield error(CANARY, at(one.plan, "rollout.canary"), message, "Roll the service out without it first.")


def _runtime(one: Wanted, name: str, facts: Facts) -> Iterator[Problem]:
    place, path = (one.plan.namespace, name), at(one.plan, "kserve.runtime")
    if place not in facts.runtimes:
        return
    runtime = facts.runtimes[place]
    if runtime is None:
        message = (
            f"there is no ServingRuntime {name} in namespace {place[0]} and no ClusterServingRuntime of it."
        )
        yield error(CODE, path, message, "Create it, or leave it out for a runtime of the service's own.")
        return
    if runtime["spec"].get("disabled"):
        yield error(CODE, path, f"{runtime['kind']} {name} is disabled.", "Enable it, or name another.")
    formats = [each["name"] for each in runtime["spec"].get("supportedModelFormats") or ()]
    if formats and one.plan.engine.model_format[0] not in formats:
        message = (
            f"{runtime['kind']} {name} serves {', '.join(formats)}, not {one.plan.engine.model_format[0]}."
        )
        yield error(CODE, path, message, "Name a runtime of this engine.")
