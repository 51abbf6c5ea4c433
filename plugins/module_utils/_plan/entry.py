# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One entry of the inventory with all that it names, and what follows from them alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from .._engines import Engine
from .._fleet import Cluster, Fleet, Model, Service, Store
from .._names import MANAGED_BY_LABEL, MANAGER, SERVICE_LABEL
from .._platforms import Platform
from . import versions

Role = Literal["both", "decode", "prefill"]
"""What the pods of a plan do with a request: all of it, or one half."""

_NON_ROOT = 1000
"""User id where the cluster assigns none: the engines' images would run as root, which is never needed."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Entry:
    """One service and the records that it refers to."""

    fleet: Fleet
    service: Service
    model: Model
    store: Store
    engine: Engine
    platform: Platform
    secret_states: Mapping[tuple[str, str], str]
    """Opaque text by namespace and name of a Secret that changes when the Secret's content does."""
    role: Role = "both"

    # who it is

    @property
    def name(self) -> str:
        return self.service.name

    @property
    def namespace(self) -> str:
        return self.service.namespace

    @property
    def cluster(self) -> Cluster:
        return self.fleet.cluster

    @cached_property
    def labels(self) -> dict[str, str]:
        """Labels of every object of the service; ours win over the user's."""
        return {
            **self.service.labels,
            "app.kubernetes.io/name": self.engine.name,
            "app.kubernetes.io/instance": self.name,
            MANAGED_BY_LABEL: MANAGER,
            SERVICE_LABEL: self.name,
        }

    @property
    def container_name(self) -> str:
        return self.platform.container or self.engine.container or self.engine.name

    # versions and images

    @cached_property
    def image(self) -> str:
        return versions.image(self)

    @cached_property
    def copier_image(self) -> str:
        return versions.copier_image(self.cluster)

    def relocated(self, image: str) -> str:
        """The image from the cluster's own registry, where there is one."""
        return versions.relocated_in(self.cluster, image)

    def router_image(self, part: Literal["picker", "proxy"]) -> str:
        """Image of a part of llm-d's router."""
        return versions.router_image(self.cluster, part)

    @cached_property
    def engine_version(self) -> str:
        """Version of vLLM inside the image."""
        return versions.engine_version(self)

    def engine_is_at_least(self, floor: str) -> bool:
        return versions.at_least(self.engine_version, floor)

    @property
    def kserve_mode(self) -> str:
        """Deployment mode of the InferenceService, in KServe's present words."""
        return self.service.kserve.mode or self.cluster.components.kserve.deployment_mode

    def kserve_is_at_least(self, floor: str) -> bool:
        return versions.at_least(versions.kserve_version(self.cluster), floor)

    # what it names

    @property
    def cache_store(self) -> Store | None:
        """The store of the service's cache; None for an engine that downloads nothing."""
        name = self.service.cache.store
        return self.fleet.stores[name] if name is not None and self.engine.loads_model else None

    @property
    def repositories(self) -> tuple[Store, ...]:
        """Buckets with model repositories that are served besides the model."""
        return tuple(self.fleet.stores[name] for name in self.service.repositories)

    def secret_name(self, entry: str) -> str:
        """Name of the Secret behind an entry of ``llm_secrets``."""
        return self.fleet.secrets[entry].existing or entry

    @property
    def store_secret(self) -> str | None:
        return self.secret_name(self.store.secret) if self.store.secret is not None else None

    @cached_property
    def pull_secrets(self) -> tuple[str, ...]:
        entries = [*self.service.pull_secrets]
        shared = self.cluster.registry.pull_secret
        own = self.store.secret if self.store.kind == "oci" else None
        entries += [entry for entry in (shared, own) if entry is not None and entry not in entries]
        return tuple(self.secret_name(entry) for entry in entries)

    @property
    def prometheus(self) -> str:
        """Address of the Prometheus that autoscalers query."""
        return self.cluster.components.prometheus.url or ""

    # its pods

    @property
    def user(self) -> int | None:
        given = self.service.run_as.user
        if given is not None:
            return given
        return None if self.cluster.flavor == "openshift" else _NON_ROOT

    @property
    def scheduler(self) -> str | None:
        """The given scheduler, an empty one being the cluster's default; for shares of GPUs that of HAMi."""
        given = self.service.topology.placement.scheduler
        if given is not None:
            return given or None
        return self.cluster.components.hami.scheduler if self.gpu_mode == "vgpu" else None

    @property
    def gpu_mode(self) -> str:
        return self.service.gpu.mode if self.engine.uses_gpu else "none"

    @property
    def stopped(self) -> bool:
        return self.service.state == "stopped"

    @property
    def recreates(self) -> bool:
        return self.service.rollout.strategy == "recreate"
