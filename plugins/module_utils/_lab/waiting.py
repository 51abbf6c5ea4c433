# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for something to become true while looking whether the processes that bring it about still live."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Sequence
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

from .api import Api, ApiError, Object
from .config import LabError
from .processes import Process, running

PATIENCE = 120.0
PAUSE = 0.05


def until(
    what: str, check: Callable[[], bool], processes: Sequence[Process], *, seconds: float = PATIENCE
) -> None:
    """Returns when `check` holds; raises with the last words of a process that ended meanwhile."""
    end = time.monotonic() + seconds
    while True:
        try:
            if check():
                return
        except (OSError, ApiError):
            pass  # not there yet
        for process in processes:
            if process.name not in running(process.directory):
                raise LabError(f"{process.name} ended while waiting for {what}:\n{process.last_words()}")
        if time.monotonic() > end:
            logs = ", ".join(str(process.log) for process in processes)
            raise LabError(f"{what} did not come about within {seconds:.0f} s. Logs: {logs}")
        time.sleep(PAUSE)


def answers(url: str) -> bool:
    """Whether a plain HTTP address on this machine answers with success."""
    address = urlsplit(url)
    connection = HTTPConnection(address.netloc, timeout=2)
    try:
        connection.request("GET", address.path or "/")
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def accepts(port: int) -> bool:
    """Whether something listens on this port of loopback."""
    with socket.create_connection(("127.0.0.1", port), timeout=1):
        return True


def all_served(api: Api, definitions: Sequence[Object]) -> bool:
    """Whether discovery lists every served version: that is what controllers look at when they start."""
    for definition in definitions:
        spec = definition["spec"]
        for version in spec["versions"]:
            if version["served"]:
                resources = api.request("GET", f"/apis/{spec['group']}/{version['name']}")["resources"]
                if spec["names"]["plural"] not in {resource["name"] for resource in resources}:
                    return False
    return True
