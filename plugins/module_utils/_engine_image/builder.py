# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Building and pushing an image with whatever is installed, and only where its recipe changed."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from . import registry
from .recipe import LABEL, Recipe

_QUESTIONS = {"podman": "info", "docker": "version", "buildah": "info"}
"""What each answers only where it can build: with its daemon, its storage, its user namespace."""
BUILDERS = tuple(_QUESTIONS)
"""In the order in which they are asked."""

_PATIENCE = 10
"""Seconds for that answer: a daemon of elsewhere may be silent."""
_LAST_WORDS = 20


class NoBuilder(Exception):
    """What was asked, and why each was refused."""


class BuildFailed(Exception):
    """What the builder said at its end."""


@dataclass(frozen=True, kw_only=True)
class Made:
    built: bool = False
    pushed: bool = False
    notice: str = ""
    """What the user should know besides."""


def find_builder(wanted: str = "auto") -> str:
    """The first that works; a command may be installed without what it works with. Raises NoBuilder."""
    refusals = []
    for name in BUILDERS if wanted == "auto" else (wanted,):
        refusal = _refusal(name)
        if not refusal:
            return name
        refusals.append(refusal)
    raise NoBuilder(
        f"no builder works on this host: {'; '.join(refusals)}."
        " Install one, start what it needs, or do this on another host."
    )


def _refusal(builder: str) -> str:
    """Why it cannot build; empty where it can."""
    if shutil.which(builder) is None:
        return f"{builder} is not installed"
    command = [builder, _QUESTIONS[builder]]
    try:
        asked = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_PATIENCE)  # noqa: S603
    except subprocess.TimeoutExpired:
        return f"{' '.join(command)} did not answer for {_PATIENCE} s"
    except OSError as error:
        return f"{' '.join(command)} does not start ({error.strerror})"
    if asked.returncode == 0:
        return ""
    said = asked.stderr.strip().splitlines() or [f"ended with {asked.returncode}"]
    return f"{' '.join(command)}: {said[-1]}"


def make(builder: str, one: Recipe, containerfile: Path, *, push: bool, check_mode: bool) -> Made:
    """The image with the recipe's label, here and, with *push*, in its registry.

    What the registry has is neither built nor pushed again, whichever builder made it; what is here is not
    built again.
    """
    notice = ""
    if push:
        try:
            there = registry.labels(one.image)
        except registry.NotAsked as error:
            notice = f"pushed without knowing what the registry has: {error}"
        else:
            if there is not None and there.get(LABEL) == one.digest:
                return Made()
    due = _label(builder, one.image) != one.digest
    if due and not check_mode:
        label = f"{LABEL}={one.digest}"
        context = str(containerfile.parent)
        _run([builder, "build", "--file", str(containerfile), "--label", label, "--tag", one.image, context])
    if push and not check_mode:
        _run([builder, "push", one.image])
    return Made(built=due, pushed=push, notice=notice)


def _label(builder: str, image: str) -> str | None:
    """The label of the image that is here; None where there is none."""
    kind = ["inspect", "--type", "image"] if builder == "buildah" else ["image", "inspect"]
    found = subprocess.run(  # noqa: S603 - arguments are never read by a shell
        [builder, *kind, image], capture_output=True, text=True, check=False
    )
    try:
        told = json.loads(found.stdout) if found.returncode == 0 else []
    except ValueError:
        return None
    first = told[0] if isinstance(told, list) and told else told
    return _find_label(first) if isinstance(first, dict) else None


def _find_label(described: dict[str, object]) -> str | None:
    """Builders tell the configuration of an image at different places."""
    for value in (described, described.get("Config"), described.get("OCIv1")):
        if not isinstance(value, dict):
            continue
        config = value.get("config")
        for labels in (value.get("Labels"), config.get("Labels") if isinstance(config, dict) else None):
            if isinstance(labels, dict) and LABEL in labels:
                return str(labels[LABEL])
    return None


def _run(command: Sequence[str]) -> None:
    ended = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if ended.returncode:
        last = "\n".join(f"{ended.stdout}\n{ended.stderr}".strip().splitlines()[-_LAST_WORDS:])
        raise BuildFailed(f"{' '.join(command[:2])} ended with {ended.returncode}:\n{last}")
