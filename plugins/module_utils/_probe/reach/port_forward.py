# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""By port-forward: through the API server to a Ready pod. Needs no address, only `pods/portforward`."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from ..._cluster import ClusterError
from ..asking import Door, NotReached, ask, bearer
from ..pods import port_of, ready_pod
from ..secret import api_key
from ..target import Target
from .site import Outcome, Site


def by_port_forward(target: Target, site: Site, deadline: float) -> Outcome:
    client = site.client
    if client is None:
        raise NotReached("NoCluster", "there is no connection to a cluster", passing=False)
    pod = ready_pod(client, target)
    name, namespace = pod["metadata"]["name"], pod["metadata"]["namespace"]
    port = port_of(client, target, pod)

    @contextmanager
    def dial(_seconds: float) -> Iterator[socket.socket]:
        try:
            tunnel = client.portforward(namespace, name, port)
            line = tunnel.__enter__()
        except ClusterError as error:
            raise NotReached("NoPortForward", f"no port-forward to pod {name}: {error}") from error
        try:
            yield line
        finally:
            tunnel.__exit__(None, None, None)

    door = Door(dial=dial, authority=f"localhost:{port}", credentials=bearer(api_key(target, client)))
    return Outcome(verdict=ask(door, target.question, deadline=deadline), via=f"pod {name}:{port}")
