# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""By port-forward: through the API server to a Ready pod. Needs no address, only `pods/portforward`."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

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
    def dial(seconds: float) -> Iterator[socket.socket]:
        with ExitStack() as stack:
            try:
                line = stack.enter_context(client.portforward(namespace, name, port, timeout=seconds))
            except ClusterError as error:
                raise NotReached("NoPortForward", f"no port-forward to pod {name}: {error}") from error
            yield line

    door = Door(dial=dial, authority=f"localhost:{port}", credentials=bearer(api_key(target, client)))
    return Outcome(verdict=ask(door, target.question, deadline=deadline), via=f"pod {name}:{port}")
