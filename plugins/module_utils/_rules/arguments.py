# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""V-18: the version of vLLM inside the image knows every argument."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from .._catalogue import vllm
from .._catalogue.images import vllm_version
from .._catalogue.successors import ARGUMENTS, DEPRECATED
from .._fleet import Fleet, Problem
from .._fleet.arguments import ELSEWHERE, HOMES
from .._fleet.records.engine import VLLM
from .._plan import ServicePlan
from .finding import Plans, at, error, warning

CODE = "V-18"

VERSION = re.compile(r"v?\d+\.\d+")
TYPES: dict[str, tuple[type, ...]] = {"bool": (bool,), "int": (int,), "float": (int, float), "str": (str,)}
NUMBERS = {
    "int": re.compile(r"-?\d+|\d+(\.\d+)?[kKmMgGtT]i?|auto"),
    "float": re.compile(r"-?\d+(\.\d*)?([eE][-+]?\d+)?"),
}
"""How numbers are written on the command line: whole ones also as 1k, and some are auto."""


def check(fleet: Fleet, plans: Plans) -> Iterator[Problem]:
    for plan in plans:
        if plan.engine.name not in VLLM:
            continue
        args = plan.service.engine_args
        version = told_version(plan)
        if version is None:
            if args.extra or args.model_json:
                message = (
                    f"the tag of {plan.image} does not tell its version of vLLM; arguments are not checked."
                )
                yield warning(CODE, at(plan, "image"), message, "Write version.")
            continue
        if not VERSION.match(version):
            message = f"{version} is no version of vLLM."
            yield error(CODE, at(plan, "version"), message, f"Write for example {vllm.NEWEST}.")
            continue
        if plan.engine.name == "vllm":
            yield from _extra(plan, version)
        yield from _model_json(plan, version)
        yield from _typed(plan, version)


def told_version(plan: ServicePlan) -> str | None:
    """The version of vLLM that inventory or image tell; None where neither does, or it is another engine."""
    if plan.engine.name not in VLLM:
        return None
    return plan.service.version or vllm_version(plan.image)


def _extra(plan: ServicePlan, version: str) -> Iterator[Problem]:
    for argument in vllm.given(plan.service.engine_args.extra):
        if argument.name in HOMES or argument.name in ELSEWHERE:
            continue
        path = at(plan, f"engine_args.extra[{argument.index}]")
        yield from _known(path, argument.written, argument.name, version, command_line=True)
        opposite = vllm.option(f"no_{argument.name}") if vllm.has_opposite(argument.name) else ""
        if argument.value is False and not vllm.turns_off(argument.written, argument.name, version):
            message = f"{argument.written} is not an argument of vLLM {version}."
            yield error(CODE, path, message, f"Write {opposite}." if opposite else "Remove it.")
        elif isinstance(argument.value, str):
            if vllm.is_switch(argument.name) and argument.value.lower() in ("true", "false"):
                message = f"{argument.written} is a switch and takes no value."
                yield error(
                    CODE, path, message, f"Write {vllm.option(argument.name)} or {opposite or 'nothing'}."
                )
            yield from _number(path, argument)
            yield from _choice(path, argument.name, argument.value, version)


def _number(path: str, argument: vllm.Given) -> Iterator[Problem]:
    kind, value = vllm.field_type(argument.name), str(argument.value)
    if kind in NUMBERS and not NUMBERS[kind].fullmatch(value):
        yield error(CODE, path, f"{value} is not of type {kind}.", f"Write {argument.written}=<{kind}>.")


def _model_json(plan: ServicePlan, version: str) -> Iterator[Problem]:
    for name, value in plan.service.engine_args.model_json.items():
        if name in HOMES or name in ELSEWHERE:
            continue
        path = at(plan, f"engine_args.model_json.{name}")
        yield from _known(path, name, name, version, command_line=False)
        kind = vllm.field_type(name)
        if kind and (not isinstance(value, TYPES[kind]) or (kind != "bool" and isinstance(value, bool))):
            yield error(CODE, path, f"{_plain(value)} is not of type {kind}.", f"Write a JSON {kind}.")
        elif isinstance(value, str):
            yield from _choice(path, name, value, version)


def _typed(plan: ServicePlan, version: str) -> Iterator[Problem]:
    """The keys of engine_args that this version lacks, and values that it does not take."""
    args = plan.service.engine_args
    for name, home in HOMES.items():
        group, _dot, key = home.partition(".")
        value = getattr(args, key) if group == "engine_args" else None
        if value is None or value == {}:
            continue
        yield from _known(at(plan, home), key, name, version, command_line=False)
        if isinstance(value, str):
            yield from _choice(at(plan, home), name, value, version)


def _known(path: str, written: str, name: str, version: str, *, command_line: bool) -> Iterator[Problem]:
    standing, last_seen = vllm.standing(name, version, command_line=command_line)
    if standing == "known":
        old = DEPRECATED.get(name)
        if old is not None and vllm.release(version) >= vllm.release(old.by):
            yield warning(CODE, path, f"{written} is deprecated in vLLM {version}.", old.instead)
        return
    message = f"{written} is not an argument of vLLM {version}"
    if standing == "gone":
        message += f" (last seen in {last_seen})" if last_seen else ""
        hint = ARGUMENTS[name].instead if name in ARGUMENTS else "Remove it."
    elif standing == "later":
        hint = "Remove it, or use a newer image."
    else:
        near = vllm.nearest(name)
        hint = f"Did you mean {vllm.option(near) if command_line else near}?" if near else "Remove it."
        yield unless_newer(error(CODE, path, f"{message}.", hint), version)
        return
    yield error(CODE, path, f"{message}.", hint)


def unless_newer(problem: Problem, version: str) -> Problem:
    """What no version has that was looked into; a newer one may, so that it is only told."""
    if not vllm.is_newer(version):
        return problem
    message = problem.message.replace(f"vLLM {version}", f"vLLM {vllm.NEWEST}, the newest that is known here")
    return replace(problem, severity="warning", message=message, hint=f"See whether {version} has it.")


def _choice(path: str, name: str, value: str, version: str) -> Iterator[Problem]:
    choices = vllm.field_choices(name, version)
    if choices and value not in choices:
        message, hint = f"{value} is no value of vLLM {version}.", f"Known values: {', '.join(choices)}."
        yield unless_newer(error(CODE, path, message, hint), version)


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value)
