# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""KServe: InferenceService and LLMInferenceService. Their own Ready is believed only after their children
are."""

from __future__ import annotations

from collections.abc import Callable

from ..codes import CODES, NEVER, STALE
from ..lineage import INFERENCE_SERVICE, children, stamps_of
from ..pods import condition
from ..symptoms import Symptom, symptom
from ..world import Object, World, event_time, group_kind, written_at
from .state import State, done, pending, status_of, unmet

STOP_ANNOTATION = "serving.kserve.io/stop"
MODE_ANNOTATION = "serving.kserve.io/deploymentMode"
KNATIVE_MODES = frozenset({"Knative", "Serverless"})
RUNTIME_REASONS = frozenset({"RuntimeNotRecognized", "NoSupportingRuntime", "RuntimeDisabled"})
LLM_CONDITIONS = (
    "PresetsCombined",
    "MainWorkloadReady",
    "WorkerWorkloadReady",
    "PrefillWorkloadReady",
    "PrefillWorkerWorkloadReady",
    "ScalingReady",
    "WorkloadsReady",
    "SchedulerWorkloadReady",
    "TokenizerReady",
    "GatewaysReady",
    "HTTPRoutesReady",
    "InferencePoolReady",
    "GroupReady",
    "RouterReady",
    "Ready",
)
"""Conditions of an LLMInferenceService, causes before what follows from them."""
ISVC_CONDITIONS = (
    "PredictorReady",
    "TransformerReady",
    "ExplainerReady",
    "CanaryPredictorReady",
    "IngressReady",
    "Ready",
)

ChildState = Callable[[Object, World], State]


def runs_on_knative(obj: Object) -> bool:
    """By the service's own word, or by its controller's."""
    annotated = (obj["metadata"].get("annotations") or {}).get(MODE_ANNOTATION)
    mode = annotated or status_of(obj).get("deploymentMode", "")
    return group_kind(obj) == INFERENCE_SERVICE and mode in KNATIVE_MODES


def inference_service(obj: Object, world: World, child_state: ChildState) -> State:
    if (obj["metadata"].get("annotations") or {}).get(STOP_ANNOTATION) == "true":
        return _stopped(obj, world)
    symptoms = _model_symptoms(obj, world)
    below = _below(obj, world, child_state, symptoms)
    if below is not None:
        return below
    own = _first_unmet(obj, ISVC_CONDITIONS, symptoms)
    if own is not None:
        return own
    transition = (status_of(obj).get("modelStatus") or {}).get("transitionStatus", "UpToDate")
    if transition != "UpToDate":
        return pending(f"model is {transition}", reason=transition, symptoms=symptoms)
    return done()


def llm_inference_service(obj: Object, world: World, child_state: ChildState) -> State:
    if (obj["metadata"].get("annotations") or {}).get(STOP_ANNOTATION) == "true":
        return _stopped(obj, world)
    symptoms = _llm_symptoms(obj, world)
    below = _below(obj, world, child_state, symptoms)
    if below is not None:
        return below
    return _first_unmet(obj, LLM_CONDITIONS, symptoms) or done()


def _below(obj: Object, world: World, child_state: ChildState, symptoms: list[Symptom]) -> State | None:
    """What the workloads underneath still lack; None when all of them run the present spec."""
    parts = children(obj, world)
    if not parts:
        if not status_of(obj).get("conditions"):
            return pending("no status yet", reason="NoStatus", symptoms=symptoms)
        unmet_now = _first_unmet(obj, (*ISVC_CONDITIONS, *LLM_CONDITIONS), symptoms)
        if unmet_now is not None:
            return unmet_now
        said = (
            "its workload does not carry the new spec yet"
            if stamps_of(obj)
            else "no workload of the new spec yet"
        )
        return pending(said, symptoms=symptoms)
    for part in parts:
        state = child_state(part, world)
        if not state.ready:
            return pending(
                state.summary,
                reason=state.reason,
                message=state.message,
                since=state.since,
                symptoms=symptoms,
            )
    return None


def _first_unmet(obj: Object, names: tuple[str, ...], symptoms: list[Symptom]) -> State | None:
    if condition(obj, "Ready").get("status") == "True":
        return None
    for name in names:
        one = condition(obj, name)
        if one.get("status") == "False":
            return unmet(one, name, symptoms=symptoms)
    for name in names:
        one = condition(obj, name)
        if one and one.get("status") != "True":
            return unmet(one, name, symptoms=symptoms)
    return unmet(condition(obj, "Ready"), "Ready", symptoms=symptoms)


def _stopped(obj: Object, world: World) -> State:
    if any(child["kind"] != "Pod" for child in world.owned_by(obj)):
        return pending("stopping")
    stopped = condition(obj, "Stopped")
    if stopped.get("status") == "True" or condition(obj, "Ready").get("reason") == "Stopped":
        return done("stopped")
    return unmet(stopped, "Stopped")


def _status_grace(obj: Object, code: str, world: World) -> float | None:
    """The status may still speak of the spec before, until its controller shows that it has seen the
    present one."""
    meta, since = obj["metadata"], written_at(obj)
    seen = (
        meta.get("generation", 1) == 1
        or written_at(obj, subresource="status") > since
        or any(
            event.get("type") == "Warning" and event_time(event) >= since for event in world.events_of(obj)
        )
    )
    return CODES[code].grace if seen else STALE


def _model_symptoms(obj: Object, world: World) -> list[Symptom]:
    model = status_of(obj).get("modelStatus") or {}
    transition = model.get("transitionStatus")
    if transition not in ("BlockedByFailedLoad", "InvalidSpec"):
        return []
    failure = model.get("lastFailureInfo") or {}
    reason = failure.get("reason", transition)
    if reason in RUNTIME_REASONS:
        code = "RuntimeNotFound"
    else:
        code = "InvalidSpec" if transition == "InvalidSpec" else "ModelLoadFailed"
    return [
        symptom(
            code,
            obj,
            reason=reason,
            message=failure.get("message") or f"The model's transition status is {transition}.",
            since=failure.get("time") or condition(obj, "Ready").get("lastTransitionTime", ""),
            grace=_status_grace(obj, code, world),
        )
    ]


def _llm_symptoms(obj: Object, world: World) -> list[Symptom]:
    """Presets that cannot be combined never cure themselves; a router may only be slow."""
    found = []
    presets = condition(obj, "PresetsCombined")
    if presets.get("status") == "False":
        found.append(
            _of_condition("InvalidSpec", obj, presets, grace=_status_grace(obj, "InvalidSpec", world))
        )
    for name in LLM_CONDITIONS[1:-1]:
        one = condition(obj, name)
        if one.get("status") == "False":
            invalid = _is_invalid(one)
            code = "InvalidSpec" if invalid else "Reconcile"
            grace = _status_grace(obj, code, world) if invalid else NEVER
            found.append(_of_condition(code, obj, one, grace=grace))
    return found[:1]


def _is_invalid(one: dict[str, str]) -> bool:
    """Whether it takes another spec to cure it. A route that leads to a pool of a group that its gateway does
    not know is cured by KServe, which then uses the other of the two groups."""
    message = one.get("message", "")
    return one.get("reason") == "RefsInvalid" or (
        "invalid" in message.lower() and "InvalidKind" not in message
    )


def _of_condition(code: str, obj: Object, one: dict[str, str], *, grace: float | None) -> Symptom:
    return symptom(
        code,
        obj,
        reason=one.get("reason", ""),
        message=f"{one['type']} is {one['status']}: {one.get('message', '')}",
        since=one.get("lastTransitionTime", ""),
        grace=grace,
    )
