# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way to each bucket, with keys of where the task runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from .._fleet import Fleet, Problem, Secret, Store
from .._fleet.environment import resolve
from .rclone import Remote

USUAL = "AWS"
"""Prefix of the variables that hold the keys where the inventory only names a Secret in the cluster."""


def remotes(
    fleet: Fleet, stores: Iterable[Store], *, program: str, ca_file: str | None, environ: Mapping[str, str]
) -> tuple[dict[str, Remote], list[Secret], list[Problem]]:
    """By name of the store; the keys, to be hidden; and which keys are not to be had."""
    found: dict[str, Remote] = {}
    secrets: list[Secret] = []
    problems: list[Problem] = []
    for store in {store.name: store for store in stores}.values():
        keys = None
        if store.secret is not None:
            keys, missing = _keys(fleet.secrets[store.secret], environ)
            secrets.append(keys)
            problems += [problem for problem in missing if problem not in problems]
        found[store.name] = Remote.of(store, program=program, keys=keys, ca_file=ca_file)
    return found, secrets, problems


def _keys(secret: Secret, environ: Mapping[str, str]) -> tuple[Secret, list[Problem]]:
    if secret.existing is not None:
        secret = replace(secret, existing=None, env=USUAL)
    return resolve(secret, environ)
