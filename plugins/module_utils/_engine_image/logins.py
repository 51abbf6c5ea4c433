# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logins of registries, from the files in which builders keep them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_HUB = {"docker.io": "https://index.docker.io/v1/"}


def login(host: str, repository: str) -> str | None:
    """User and password of the closest entry, in base64 as they are written and sent; None without one.

    What a credential helper keeps is not asked for.
    """
    parts = repository.split("/")
    closest_first = [f"{host}/{'/'.join(parts[:length])}" for length in range(len(parts), 0, -1)]
    names = [*closest_first, host, f"https://{host}", *filter(None, [_HUB.get(host)])]
    for logins in map(_read, _files()):
        for name in names:
            entry = logins.get(name)
            if isinstance(entry, dict) and isinstance(entry.get("auth"), str) and entry["auth"]:
                return str(entry["auth"])
    return None


def _files() -> Iterator[Path]:
    home = Path.home()
    if named := os.environ.get("REGISTRY_AUTH_FILE"):
        yield Path(named)
    if runtime := os.environ.get("XDG_RUNTIME_DIR"):
        yield Path(runtime, "containers/auth.json")
    yield Path(f"/run/containers/{os.getuid()}/auth.json")
    yield Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config", "containers/auth.json")
    yield Path(os.environ.get("DOCKER_CONFIG") or home / ".docker", "config.json")


def _read(path: Path) -> dict[str, Any]:
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    logins = read.get("auths") if isinstance(read, dict) else None
    return logins if isinstance(logins, dict) else {}
