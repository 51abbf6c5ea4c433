# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must run, told in neutral words.

An engine makes a workload, a store adds how the model reaches it, a platform wraps it into objects. Neither
needs to know the other two.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias


@dataclass(frozen=True, kw_only=True)
class SecretKey:
    """One key of a Secret, as the value of an environment variable."""

    secret: str
    key: str


@dataclass(frozen=True, kw_only=True)
class PodField:
    """A field that the pod gets when it runs, as the value of an environment variable."""

    path: str


EnvValue: TypeAlias = "str | SecretKey | PodField"
Env: TypeAlias = "Mapping[str, EnvValue]"


def literal(text: str) -> str:
    """The text as an argument in which Kubernetes, which knows ``$(NAME)`` and ``$$``, expands nothing."""
    return re.sub(r"\$(?=[$(])", "$$", text)


@dataclass(frozen=True, kw_only=True)
class Port:
    name: str
    number: int


@dataclass(frozen=True, kw_only=True)
class Pace:
    """When a probe asks, in seconds, and how many failures in a row decide."""

    delay: int = 0
    period: int = 10
    timeout: int = 5
    failures: int = 3


@dataclass(frozen=True, kw_only=True)
class Probe:
    """An HTTP probe."""

    path: str
    port: str
    pace: Pace


@dataclass(frozen=True, kw_only=True)
class Volume:
    """A volume of the pod; ``source`` is the volume source in API form."""

    name: str
    source: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Mount:
    volume: str
    path: str
    read_only: bool = False
    sub_path: str | None = None


@dataclass(frozen=True, kw_only=True)
class Resources:
    requests: Mapping[str, str]
    limits: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Container:
    name: str
    image: str
    resources: Resources
    pull_policy: str | None = None
    command: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    directory: str | None = None
    """Working directory; None: the image's."""
    env: Env = field(default_factory=dict)
    ports: tuple[Port, ...] = ()
    startup: Probe | None = None
    readiness: Probe | None = None
    liveness: Probe | None = None
    drain_seconds: int = 0
    """Seconds between leaving the endpoints and the stop signal."""
    mounts: tuple[Mount, ...] = ()
    capabilities: tuple[str, ...] = ()
    """What the process may do besides; no other container may."""
    privileged: bool = False
    """Runs as root with all rights on its node."""


@dataclass(frozen=True, kw_only=True)
class ConfigFiles:
    """Text files, path to content, that reach the pod as a ConfigMap of this name."""

    name: str
    files: Mapping[str, str]

    @classmethod
    def named(cls, base: str, files: Mapping[str, str]) -> ConfigFiles:
        """Files that pods of several kinds have in different versions: the content is part of the name."""
        made = cls(name=base, files=files)
        return replace(made, name=f"{base}-{made.digest[:8]}")

    @staticmethod
    def key(path: str) -> str:
        """A file's key in the ConfigMap, which has no directories."""
        return path.replace("/", "_")

    @property
    def digest(self) -> str:
        return hashlib.sha256(json.dumps(dict(self.files), sort_keys=True).encode()).hexdigest()[:16]

    def volume(self, name: str) -> Volume:
        return Volume(name=name, source={"configMap": {"name": self.name}})


@dataclass(frozen=True, kw_only=True)
class Autoscaling:
    """What decides the number of copies, between which bounds."""

    metric: str
    minimum: int
    maximum: int
    target: float
    """Load that one copy should carry, in the unit of the metric."""
    query: str
    """Prometheus query, summed over the copies; empty where the metric is a resource."""
    pod_metric: str = ""
    """Custom metric of each pod that tells the same; empty: KEDA asks the query."""
    behavior: Mapping[str, Any]

    @property
    def by_resource(self) -> bool:
        return self.metric in ("cpu", "memory")

    @property
    def by_query(self) -> bool:
        """Whether Prometheus is asked, by KEDA."""
        return not self.by_resource and not self.pod_metric

    @property
    def threshold(self) -> str:
        """The target as a quantity that is a decimal number too, which KEDA asks for."""
        return str(int(self.target)) if self.target == int(self.target) else str(self.target)


@dataclass(frozen=True, kw_only=True)
class Rendezvous:
    """How the pods of one copy find each other."""

    leader: str
    """Host name of the first pod, as a text that Kubernetes expands in a container."""
    rank: str
    """Number of the pod in its copy, the first is 0; a text too."""
    rank_label: str = ""
    """Label with that number."""
    copy_labels: tuple[str, ...] = ()
    """Labels that have the same values on all pods of one copy, and on no others."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """What runs to its end before the servers start."""

    name: str
    workload: Workload
    attempts: int = 3
    permanent: tuple[int, ...] = ()
    """Exit codes of failures that a further attempt would only repeat."""


@dataclass(frozen=True, kw_only=True)
class Workload:
    """One pod shape: a main container and what stands around it."""

    main: Container
    worker: Container | None = None
    """Main container of the other pods of a copy, where it has several; None: they are all alike."""
    jobs: tuple[Job, ...] = ()
    permissions: tuple[Mapping[str, Any], ...] = ()
    """What the pods may ask of the API, as rules of a Role in its namespace."""
    init: tuple[Container, ...] = ()
    volumes: tuple[Volume, ...] = ()
    config: tuple[ConfigFiles, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    tolerations: tuple[Mapping[str, Any], ...] = ()
    affinity: Mapping[str, Any] = field(default_factory=dict)
    node_selector: Mapping[str, str] = field(default_factory=dict)
    user: int | None = None
    """User id of the processes; None: the cluster assigns one."""
    group: int | None = None
    """Group that owns what is written to volumes; None: as the user."""
    scheduler: str | None = None
    """Name of the scheduler; None: the cluster's default."""
    service_account: str | None = None
    pull_secrets: tuple[str, ...] = ()
    grace_period: int = 30
    """Seconds from the order to stop to the kill."""

    def with_mounts(self, *pairs: tuple[Volume, Mount]) -> Workload:
        """The same workload with more volumes, each mounted in the main container of every pod."""
        volumes = {volume.name: volume for volume in (*self.volumes, *(volume for volume, _mount in pairs))}
        more = tuple(mount for _volume, mount in pairs)
        made = self._with_mains(lambda main: replace(main, mounts=main.mounts + more))
        return replace(made, volumes=tuple(volumes.values()))

    def with_env(self, env: Env) -> Workload:
        """The same workload with more environment; what is there already stays."""
        return self._with_mains(lambda main: replace(main, env={**env, **main.env}))

    def _with_mains(self, change: Callable[[Container], Container]) -> Workload:
        worker = None if self.worker is None else change(self.worker)
        return replace(self, main=change(self.main), worker=worker)

    def with_init(self, containers: Iterable[Container], volumes: Iterable[Volume] = ()) -> Workload:
        """The same workload with more containers that run before the main one, and their volumes."""
        return replace(self, init=self.init + tuple(containers), volumes=self.volumes + tuple(volumes))
