# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which process in a pod would serve which models on which port, told from image, command and arguments."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ..api import Object

OPENAI_COMMANDS = re.compile(
    r"vllm serve|vllm\.entrypoints\.openai\.api_server|vllm_api_server\.py|llm-d-inference-sim"
)
OPENAI_IMAGES = re.compile(r"vllm-openai|llm-d-cuda|llm-d-inference-sim|/vllm[:@]")
TRITON_COMMAND = re.compile(r"\btritonserver\b")
TRITON_IMAGES = re.compile(r"tritonserver|triton_trt-llm")
OPENAI_PORT = 8000
TRITON_HTTP_PORT, TRITON_METRICS_PORT = 8000, 8002
MODELS_ANNOTATION = "sim.lab/models"


@dataclass(frozen=True, kw_only=True)
class Serving:
    """A container that serves models. `models` is empty where the pod does not say which."""

    container: str
    protocol: str
    port: int
    models: tuple[str, ...]
    adapters: tuple[str, ...] = ()
    context_length: int | None = None
    metrics_port: int | None = None
    repository: str | None = None
    proxy_port: int | None = None
    """Where a proxy in the same pod takes requests for it."""


def serving(pod: Object) -> Serving | None:
    """The container of this pod that serves models, if one does."""
    annotated = (pod["metadata"].get("annotations") or {}).get(MODELS_ANNOTATION, "")
    models = tuple(name.strip() for name in annotated.split(",") if name.strip())
    for container in pod["spec"]["containers"]:
        words = _words(container)
        text = " ".join(words)
        image = str(container.get("image", ""))
        has_command = bool(container.get("command"))
        if TRITON_COMMAND.search(text) or (TRITON_IMAGES.search(image) and not OPENAI_COMMANDS.search(text)):
            return _triton(container, words, models)
        if OPENAI_COMMANDS.search(text) or (OPENAI_IMAGES.search(image) and not has_command):
            found = _openai(container, words, models)
            if found:
                return replace(found, proxy_port=_proxy_port(pod, found.port))
    return None


def _openai(container: Object, words: Sequence[str], annotated: tuple[str, ...]) -> Serving | None:
    options = _options(words)
    if "headless" in options:
        return None  # a worker: its leader answers
    positional = _after(words, "serve")
    named = (*options.get("served-model-name", ()), *annotated)
    model = options.get("model") or ((positional,) if positional else ())
    length = options.get("max-model-len", ("",))[0]
    return Serving(
        container=container["name"],
        protocol="openai",
        port=_number(options, "port", OPENAI_PORT),
        models=tuple(named or model[:1]),
        adapters=tuple(name for value in options.get("lora-modules", ()) if (name := _adapter(value))),
        context_length=int(length) if length.isdigit() else None,
    )


def _proxy_port(pod: Object, port: int) -> int | None:
    """Port of llm-d's routing proxy before an engine, if there is one; it runs beside what comes after it."""
    for container in pod["spec"].get("initContainers") or ():
        options = _options(_words(container))
        if container.get("restartPolicy") == "Always" and _number(options, "vllm-port", 0) == port:
            return _number(options, "port", OPENAI_PORT)
    return None


def _triton(container: Object, words: Sequence[str], annotated: tuple[str, ...]) -> Serving:
    options = _options(words)
    repository = options.get("model-repository") or options.get("model-store") or (None,)
    return Serving(
        container=container["name"],
        protocol="triton",
        port=_number(options, "http-port", TRITON_HTTP_PORT),
        metrics_port=_number(options, "metrics-port", TRITON_METRICS_PORT),
        models=annotated or tuple(options.get("load-model", ())),
        repository=repository[0],
    )


def _words(container: Object) -> list[str]:
    """Command and arguments as single words; scripts for a shell are taken apart."""
    environment = {
        entry["name"]: str(entry["value"])
        for entry in container.get("env") or ()
        if entry.get("value") is not None
    }
    words: list[str] = []
    for part in (*(container.get("command") or ()), *(container.get("args") or ())):
        text = _expanded(str(part), environment)
        if OPENAI_COMMANDS.search(text) or TRITON_COMMAND.search(text) or "\n" in text:
            words += _script_words(text)
        else:
            words.append(text)
    return words


def _expanded(text: str, environment: dict[str, str]) -> str:
    return re.sub(
        r"\$\((\w+)\)|\$\{(\w+)\}",
        lambda found: environment.get(found[1] or found[2], found[0]),
        text,
    )


def _script_words(script: str) -> list[str]:
    """From the engine's name on: what comes before prepares."""
    start = OPENAI_COMMANDS.search(script) or TRITON_COMMAND.search(script)
    command = script[start.start() :] if start else script
    try:
        return shlex.split(command.replace("\\\n", " "))
    except ValueError:  # quotes inside the quotes of an eval
        return command.replace("\\\n", " ").replace('"', " ").replace("'", " ").split()


def _options(words: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """`--name value…` and `--name=value`, with the underscore spelling that vLLM accepts too."""
    options: dict[str, tuple[str, ...]] = {}
    current: str | None = None
    for word in words:
        if word.startswith("--") and word != "--":
            name, separator, value = word[2:].partition("=")
            name = name.replace("_", "-")
            options.setdefault(name, ())
            if separator:
                options[name] += (value,)
            current = None if separator else name
        elif current:
            options[current] += (word,)
    return options


def _after(words: Sequence[str], verb: str) -> str | None:
    for word, following in pairwise(words):
        if word == verb and not following.startswith("-"):
            return following
    return None


def _number(options: dict[str, tuple[str, ...]], name: str, default: int) -> int:
    values = options.get(name, ())
    return int(values[0]) if values and values[0].isdigit() else default


def _adapter(value: str) -> str | None:
    """The name in `name=path`, or in its JSON form."""
    found = re.match(r'\s*\{.*"name"\s*:\s*"([^"]+)"', value)
    if found:
        return found[1]
    name, separator, _value = value.partition("=")
    return name if separator else None
