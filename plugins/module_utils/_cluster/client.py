# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client that everything of ours which touches a cluster uses."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from copy import copy
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from .._names import MANAGER
from .access import Access, access_review
from .connection import endpoint, impersonation
from .discovery import ACCEPT, Discovery, Resource
from .errors import ApiError
from .watch import Watch

if TYPE_CHECKING:
    from .execution import Finished
    from .transport import Query, Transport

CONCURRENCY = 8
"""Requests in flight at once: more does not make one API server faster, and its fairness queues notice."""
PAGE = 500
RACES = 4
"""Times that a write which lost a race to another writer is run again."""
METADATA_ONLY = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"

Object = dict[str, Any]
Objects = list[Object]  # the class body below has a method of the name list
Propagation = Literal["Foreground", "Background", "Orphan"]
Item = TypeVar("Item")
Result = TypeVar("Result")


def connect(options: Mapping[str, Any], *, concurrency: int = CONCURRENCY) -> Client:
    """A client for the cluster that the connection options (``argspec.CONNECTION``) name. Sends nothing yet.

    Raises ConfigurationError when the options lead nowhere.
    """
    from .transport import Transport

    transport = Transport(endpoint(options, connections=concurrency), headers=impersonation(options))
    return Client(transport, concurrency=concurrency)


class Client:
    """Objects are plain dicts in API form. Deadlines count on ``time.monotonic()``; without one a request,
    with all its repetitions, gets a minute. Raises the errors of ``errors.py``. Safe to use from many
    threads."""

    def __init__(self, transport: Transport, *, concurrency: int) -> None:
        self._transport = transport
        self._discovery = Discovery(lambda path: self.request("GET", path, accept=ACCEPT))
        self._end: float | None = None
        self.concurrency = concurrency

    def until(self, deadline: float) -> Client:
        """The same client, whose requests end by then unless a call names a deadline of its own."""
        bounded = copy(self)
        bounded._end = deadline
        return bounded

    @property
    def host(self) -> str:
        return self._transport.endpoint.host

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the API server warned of so far, each once (deprecated versions, pod security, …)."""
        return tuple(self._transport.warnings)

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        body: Object | list[Object] | None = None,
        content_type: str = "application/json",
        accept: str = "application/json",
        deadline: float | None = None,
    ) -> Object:
        """One request with a JSON body and a JSON answer."""
        data = None if body is None else json.dumps(body, separators=(",", ":")).encode()
        headers = {"Accept": accept}
        if data is not None:
            headers["Content-Type"] = content_type
        answer = self._transport.send(
            method, path, query=query, body=data, headers=headers, deadline=deadline or self._end
        )
        decoded: Object = json.loads(answer)
        return decoded

    def text(self, path: str, *, query: Query | None = None, deadline: float | None = None) -> str:
        """One GET whose answer is text: logs, ``/version``, ``/readyz``."""
        end = deadline or self._end
        answer = self._transport.send("GET", path, query=query, headers={"Accept": "*/*"}, deadline=end)
        return answer.decode(errors="replace")

    def resource(self, api_version: str, kind: str) -> Resource:
        """How the kind is served. Raises NotServed."""
        return self._discovery.resource(api_version, kind)

    def served(self, group: str, kind: str) -> Resource | None:
        """The preferred version in which a kind of an API group is served, or None."""
        return self._discovery.of_group_kind(group, kind)

    def resources(self) -> tuple[Resource, ...]:
        """Every kind that is served, each group in its preferred version."""
        return self._discovery.preferred()

    def path(self, obj: Mapping[str, Any]) -> str:
        """Path of an object, or of anything with its apiVersion, kind and metadata."""
        resource = self.resource(obj["apiVersion"], obj["kind"])
        return resource.path(obj["metadata"].get("namespace"), obj["metadata"]["name"])

    def get(
        self,
        api_version: str,
        kind: str,
        name: str,
        namespace: str | None = None,
        *,
        deadline: float | None = None,
    ) -> Object | None:
        """The object, or None where there is none."""
        path = self.resource(api_version, kind).path(namespace, name)
        try:
            return self.request("GET", path, deadline=deadline)
        except ApiError as error:
            if error.not_found:
                return None
            raise

    def list(
        self,
        api_version: str,
        kind: str,
        *,
        namespace: str | None = None,
        label_selector: str | None = None,
        field_selector: str | None = None,
        metadata_only: bool = False,
        deadline: float | None = None,
    ) -> Objects:
        """All objects of the kind in a namespace, or in the whole cluster where none is named."""
        items, _version = self.list_with_version(
            api_version,
            kind,
            namespace=namespace,
            label_selector=label_selector,
            field_selector=field_selector,
            metadata_only=metadata_only,
            deadline=deadline,
        )
        return items

    def list_with_version(
        self,
        api_version: str,
        kind: str,
        *,
        namespace: str | None = None,
        label_selector: str | None = None,
        field_selector: str | None = None,
        metadata_only: bool = False,
        deadline: float | None = None,
    ) -> tuple[Objects, str]:
        """The objects, and the resource version from which a watch sees everything that comes after."""
        path = self.resource(api_version, kind).path(namespace)
        query: dict[str, str | int | bool | None] = {
            "labelSelector": label_selector,
            "fieldSelector": field_selector,
            "limit": PAGE,
        }
        items: Objects = []
        while True:
            accept = METADATA_ONLY if metadata_only else "application/json"
            page = self.request("GET", path, query=query, accept=accept, deadline=deadline)
            items += page.get("items") or ()
            query["continue"] = page["metadata"].get("continue") or None
            if query["continue"] is None:
                break
        for item in items:  # a list names the kind of its items only once
            item["apiVersion"], item["kind"] = api_version, kind
        return items, str(page["metadata"].get("resourceVersion", ""))

    def apply(
        self,
        obj: Object,
        *,
        dry_run: bool = False,
        force: bool = False,
        manager: str = MANAGER,
        deadline: float | None = None,
    ) -> Object:
        """Server-side apply with strict field validation; a race that is lost to another writer is run again.
        Returns the object as it then is."""
        patch = partial(
            self.request,
            "PATCH",
            self.path(obj),
            query={
                "fieldManager": manager,
                "fieldValidation": "Strict",
                "force": force,
                "dryRun": "All" if dry_run else None,
            },
            body=obj,
            content_type="application/apply-patch+yaml",  # JSON is YAML
            deadline=deadline,
        )
        for _race in range(RACES):
            try:
                return patch()
            except ApiError as error:
                if not error.lost_race:
                    raise
        return patch()

    def patch(
        self,
        obj: Mapping[str, Any],
        change: Object | Objects,
        *,
        dry_run: bool = False,
        deadline: float | None = None,
    ) -> Object:
        """A JSON patch (a sequence of operations) or a merge patch (a mapping) of an existing object."""
        return self.request(
            "PATCH",
            self.path(obj),
            query={"fieldManager": MANAGER, "dryRun": "All" if dry_run else None},
            body=change,
            content_type=f"application/{'merge' if isinstance(change, dict) else 'json'}-patch+json",
            deadline=deadline,
        )

    def delete(
        self,
        obj: Mapping[str, Any],
        *,
        propagation: Propagation = "Background",
        dry_run: bool = False,
        deadline: float | None = None,
    ) -> bool:
        """Deletes the object, or what is known by its apiVersion, kind and metadata; with ``metadata.uid``
        only that very object. Returns False where it was gone already. Does not wait until it is gone."""
        options: Object = {"propagationPolicy": propagation}
        if obj["metadata"].get("uid"):
            options["preconditions"] = {"uid": obj["metadata"]["uid"]}
        if dry_run:
            options["dryRun"] = ["All"]
        try:
            self.request("DELETE", self.path(obj), body=options, deadline=deadline)
        except ApiError as error:
            if error.not_found:
                return False
            raise
        if obj["kind"] == "CustomResourceDefinition":
            self._discovery.forget()
        return True

    def watch(
        self,
        api_version: str,
        kind: str,
        *,
        namespace: str | None = None,
        label_selector: str | None = None,
        field_selector: str | None = None,
        resource_version: str | None = None,
        deadline: float | None = None,
    ) -> Watch:
        """Changes after ``resource_version`` (of a list), or first everything where none is given."""
        query = {
            "labelSelector": label_selector,
            "fieldSelector": field_selector,
            "resourceVersion": resource_version,
        }
        path = self.resource(api_version, kind).path(namespace)
        end = deadline if deadline is not None else time.monotonic() + 3600
        return Watch(self._transport, path, query=query, deadline=end)

    def logs(
        self,
        namespace: str,
        pod: str,
        *,
        container: str | None = None,
        previous: bool = False,
        tail: int | None = None,
        deadline: float | None = None,
    ) -> str:
        """The log of a container; ``tail`` lines of it where given."""
        return self.text(
            f"/api/v1/namespaces/{namespace}/pods/{pod}/log",
            query={"container": container, "previous": previous or None, "tailLines": tail},
            deadline=deadline,
        )

    def portforward(
        self, namespace: str, pod: str, port: int, *, timeout: float = 30.0
    ) -> AbstractContextManager[socket.socket]:
        """``with client.portforward(…) as connection``: a connected socket to a port of a pod. Raises
        Unreachable where it does not come about within ``timeout`` seconds."""
        from .portforward import open_port

        path = f"/api/v1/namespaces/{namespace}/pods/{pod}/portforward"
        return open_port(self._transport, path, port, timeout=timeout)

    def execute(
        self, namespace: str, pod: str, command: Sequence[str], *, container: str, timeout: float = 30.0
    ) -> Finished:
        """Runs a command in a container. Raises Unreachable after ``timeout`` seconds."""
        from .execution import execute

        path = f"/api/v1/namespaces/{namespace}/pods/{pod}/exec"
        return execute(self._transport, path, command, container=container, timeout=timeout)

    def can_i(
        self, verb: str, group: str, resource: str, namespace: str | None = None, *, name: str | None = None
    ) -> Access:
        """Whether the API server would allow it. ``resource`` is the plural (``pods``, ``pods/log``)."""
        review = access_review(verb=verb, group=group, resource=resource, namespace=namespace, name=name)
        path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
        status = self.request("POST", path, body=review).get("status", {})
        return Access(allowed=bool(status.get("allowed")), reason=status.get("reason") or "")

    def version(self) -> str:
        """The server's version, such as ``v1.37.1``."""
        return str(self.request("GET", "/version")["gitVersion"])

    def in_parallel(self, function: Callable[[Item], Result], items: Iterable[Item]) -> Sequence[Result]:
        """``function`` of each item, at most ``concurrency`` at a time, results in the items' order."""
        from concurrent.futures import ThreadPoolExecutor

        work = list(items)
        if len(work) <= 1 or self.concurrency == 1:
            return [function(item) for item in work]
        with ThreadPoolExecutor(max_workers=min(self.concurrency, len(work))) as threads:
            return list(threads.map(function, work))
