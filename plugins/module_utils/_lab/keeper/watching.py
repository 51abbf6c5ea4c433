# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is in the cluster, kept up to date by watches, one thread per resource."""

from __future__ import annotations

import threading
import time

from ..api import NOT_FOUND, Api, ApiError, Object

ABSENT_PAUSE = 5.0
BROKEN_PAUSE = 0.5


class Store:
    """The objects of one resource by namespace and name; sets `changed` whenever one moved."""

    def __init__(self, api: Api, path: str, changed: threading.Event) -> None:
        self._api, self._path, self._changed = api, path, changed
        self._objects: dict[tuple[str, str], Object] = {}
        self._lock = threading.Lock()
        self.listed = threading.Event()
        threading.Thread(target=self._follow, daemon=True, name=path).start()

    def all(self) -> dict[tuple[str, str], Object]:
        with self._lock:
            return dict(self._objects)

    def _follow(self) -> None:
        while True:
            try:
                self._list_and_watch()
                pause = 0.0
            except ApiError as error:  # not found: its definition is not installed
                pause = ABSENT_PAUSE if error.status == NOT_FOUND else BROKEN_PAUSE
                self.listed.set()
            except (OSError, ValueError):
                pause = BROKEN_PAUSE  # the API server is being restarted
            time.sleep(pause)

    def _list_and_watch(self) -> None:
        answer = self._api.request("GET", self._path)
        with self._lock:
            self._objects = {_key(obj): obj for obj in answer["items"]}
        self.listed.set()
        self._changed.set()
        for event in self._api.watch(self._path, answer["metadata"]["resourceVersion"]):
            obj = event["object"]
            if event["type"] == "ERROR":
                return
            if event["type"] == "BOOKMARK":
                continue
            with self._lock:
                if event["type"] == "DELETED":
                    self._objects.pop(_key(obj), None)
                else:
                    self._objects[_key(obj)] = obj
            self._changed.set()


def _key(obj: Object) -> tuple[str, str]:
    metadata = obj["metadata"]
    return metadata.get("namespace", ""), metadata["name"]
