# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What follows from an inventory entry: each fact is derived once, here, and read by all who need it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from .._catalogue.models import model_facts
from .._fleet.records import Adapter, Scaling
from .._names import API_KEY_KEY, HUB_TOKEN_KEYS
from .._stores import PRESCRIPT, STORES, Location, StoreKind, attach_buckets, attach_cache, cache_directory
from .._workload import Autoscaling, Env, Port, Probe, Resources, SecretKey, Workload
from . import amounts, gpu, lifecycle, scaling, topology
from .entry import Entry
from .hashing import spec_hash


@dataclass(frozen=True, kw_only=True, eq=False)
class ServicePlan(Entry):
    """One service and all that is derived for it."""

    canary: ServicePlan | None = None
    """Another specification that gets a part of the requests."""

    @cached_property
    def pod_selector(self) -> dict[str, str]:
        """Labels that select exactly the pods of this service."""
        return self.platform.selector(self)

    # what is served, and from where

    @property
    def store_kind(self) -> StoreKind:
        """What brings the model: its store, or a script of the user."""
        return PRESCRIPT if self.service.delivery == "legacy-prescript" else STORES[self.store.kind]

    @property
    def copies_model(self) -> bool:
        """Whether a model that could be mounted is copied to the pod instead."""
        delivery = self.service.delivery
        return delivery == "copy" or (delivery is None and self.service.fast_local)

    @property
    def brings_repository(self) -> bool:
        """Whether Triton's model repository lies in the store and is not rendered."""
        return self.service.delivery == "repository"

    @cached_property
    def location(self) -> Location:
        return self.store_kind.locate(self)

    @property
    def served_names(self) -> tuple[str, ...]:
        """Names under which requests address the model; Triton knows a model by its directory alone."""
        if self.engine.served_names:
            return self.engine.served_names
        if self.engine.protocol == "triton":
            return (self.model.name,)
        aliases = self.platform.aliases(self) if self.platform.aliases else ()
        return (*(self.model.served_names or (self.model.name,)), *aliases)

    @property
    def served_adapters(self) -> tuple[Adapter, ...]:
        return self.model.adapters if self.service.lora.enabled else ()

    @cached_property
    def adapter_locations(self) -> dict[str, Location]:
        """Where the served adapters that lie in the store are, by name."""
        return {
            adapter.name: self._adapter_location(adapter)
            for adapter in self.served_adapters
            if adapter.path is None
        }

    def _adapter_location(self, adapter: Adapter) -> Location:
        place = self.store_kind.adapter(self, adapter.source or adapter.name)
        if place.delivery == "uri" and self.platform.adapter_dir is not None:
            return replace(place, path=f"{self.platform.adapter_dir}/{adapter.name}")
        return place

    @cached_property
    def adapters(self) -> dict[str, str]:
        """Served LoRA adapters, name to directory or hub id."""
        return {
            adapter.name: adapter.path or self.adapter_locations[adapter.name].path
            for adapter in self.served_adapters
        }

    @cached_property
    def raw_size(self) -> str | None:
        known = model_facts(self.model.source)
        return self.model.raw_size or (known.raw_size if known else None)

    @cached_property
    def size_class(self) -> str:
        known = model_facts(self.model.source)
        return amounts.size_class(self.model, known.params_b if known else None)

    # the hub

    @cached_property
    def hub_cache(self) -> str | None:
        return cache_directory(self)

    @property
    def hub_offline(self) -> bool:
        """Whether the engine has no need to reach the hub, or no way to."""
        fetched = self.location.delivery not in ("hub", "repository")
        fetched = fetched and not self.brings_repository and not self.repositories
        return fetched or self.store.offline or self.service.cache.prewarm

    @property
    def hub_endpoint(self) -> str | None:
        return self.store.endpoint if self.store.kind == "hf" else None

    # secrets

    @property
    def api_key(self) -> SecretKey | None:
        """The key that clients of the engine must show."""
        entry = self.service.expose.auth.api_key
        asked = entry is not None and self.engine.api_key_variable is not None
        return SecretKey(secret=self.secret_name(entry), key=API_KEY_KEY) if entry and asked else None

    @property
    def credentials(self) -> Env:
        """What the engine's container gets from Secrets."""
        variable, key = self.engine.api_key_variable, self.api_key
        return {**self.model_credentials, **({variable: key} if variable and key else {})}

    @property
    def gated(self) -> bool:
        """Whether the hub gives the model only to holders of a token."""
        known = model_facts(self.model.source)
        by_name = known is not None and known.gated and self.model.source.startswith("meta-llama/")
        return self.model.gated or by_name

    @property
    def model_credentials(self) -> Env:
        """What an engine that fetches its model from the hub shows there."""
        fetches = self.location.delivery == "hub" and not self.engine.converts
        if self.store.kind != "hf" or not fetches or self.store_secret is None:
            return {}
        return {"HF_TOKEN": SecretKey(secret=self.store_secret, key=HUB_TOKEN_KEYS[0])}

    @cached_property
    def own_service_account(self) -> str | None:
        """ServiceAccount of ours that lends the platform the store's credentials, where it needs them."""
        if self.service.service_account is not None or not self.engine.loads_model:
            return None
        fetches = self.location.delivery == "uri" and self.store_secret is not None
        return self.name if fetches else None

    @property
    def service_account(self) -> str | None:
        return self.service.service_account or self.own_service_account

    # the way in

    @cached_property
    def ports(self) -> tuple[Port, ...]:
        """Ports of the main container; requests go to the first."""
        _first, *others = self.engine.ports
        wanted = self.platform.ports
        behind = self.platform.behind_proxy if self.role == "decode" else None
        return (behind or self.request_port, *(wanted.get(port.name, port) for port in others))

    @property
    def http_port(self) -> Port:
        """Where the engine itself listens."""
        return self.ports[0]

    @property
    def request_port(self) -> Port:
        """Where the pod takes requests: at the engine, or at the proxy in front of it."""
        first = self.engine.ports[0]
        return self.platform.ports.get(first.name, first)

    @cached_property
    def metrics_port(self) -> Port:
        names = [port.name for port in self.engine.ports]
        return self.ports[names.index(self.engine.metrics_port)]

    @property
    def service_name(self) -> str:
        """Name of our own Service; where the platform brings one too, ours says what it is for."""
        return f"{self.name}-{self.service.expose.type}" if self.platform.address(self) else self.name

    @property
    def service_port(self) -> int:
        return self.service.expose.port or self.request_port.number

    @property
    def makes_service(self) -> bool:
        """Whether a Service of ours is needed: the platform's own may do for clients inside the cluster."""
        kind, port = self.service.expose.type, self.service.expose.port
        if kind in ("nodeport", "loadbalancer"):
            return True
        own = self.platform.address(self)
        return kind != "none" and (own is None or port not in (None, own[1]))

    @property
    def address(self) -> tuple[str, int] | None:
        """Name and port of the Service for clients inside the cluster; None where there is none."""
        return (self.service_name, self.service_port) if self.makes_service else self.platform.address(self)

    @property
    def url(self) -> str | None:
        """Where clients outside the cluster find the service, as far as the inventory tells."""
        expose = self.service.expose
        if expose.host is None or expose.host.startswith("*"):
            return None
        return f"{'http' if expose.tls is None else 'https'}://{expose.host}{expose.prefix}"

    @property
    def login_secret(self) -> str | None:
        """Secret of the user name and password that the way in asks for."""
        entry = self.service.expose.auth.basic
        return None if entry is None else self.secret_name(entry)

    @property
    def variants(self) -> tuple[ServicePlan, ...]:
        """The service and its canary, where that has pods of its own."""
        if self.canary is None or self.splits_requests:
            return (self,)
        return (self, self.canary)

    @property
    def splits_requests(self) -> bool:
        """Whether the platform itself gives the canary its share."""
        return self.platform.splits_requests is not None and self.platform.splits_requests(self)

    @property
    def canary_weight(self) -> int:
        """Percent of the requests that the canary gets."""
        canary = self.service.rollout.canary
        return 0 if canary is None else canary.weight

    # halves of the work

    @cached_property
    def prefill(self) -> ServicePlan | None:
        """The pods that only read prompts, as a plan of their own; None where the others read them too."""
        given = self.service.prefill
        if given is None:
            return None
        service = replace(
            self.service,
            topology=given.topology,
            resources=given.resources,
            scaling=given.scaling or Scaling(min=given.replicas),
            prefill=None,
        )
        return replace(self, service=service, role="prefill")

    @property
    def role_name(self) -> str:
        """Name of what there is once for each kind of pod."""
        return f"{self.name}-prefill" if self.role == "prefill" else self.name

    @property
    def roles(self) -> tuple[ServicePlan, ...]:
        """One plan for each kind of pod that serves."""
        return (self,) if self.prefill is None else (self, self.prefill)

    # GPUs, resources, placement

    @property
    def world_size(self) -> int:
        """GPUs of one copy."""
        return topology.world_size(self)

    @property
    def ranks_per_pod(self) -> int:
        """GPUs of a pod, counted too where an engine only pretends to have some."""
        return topology.ranks_per_pod(self)

    @property
    def pods_per_copy(self) -> int:
        return topology.pods_per_copy(self)

    @property
    def engines_per_pod(self) -> int:
        """Of the engines that share the requests of one copy (data parallelism)."""
        return topology.engines_per_pod(self)

    @property
    def gpus_per_pod(self) -> int:
        return 0 if self.gpu_mode == "none" else self.ranks_per_pod

    @cached_property
    def gpu_resources(self) -> dict[str, str]:
        return gpu.gpu_resources(self)

    @cached_property
    def gpu_environment(self) -> dict[str, str]:
        return gpu.gpu_environment(self)

    @cached_property
    def tolerations(self) -> tuple[dict[str, Any], ...]:
        return gpu.tolerations(self)

    @cached_property
    def affinity(self) -> dict[str, Any]:
        return gpu.affinity(self)

    @cached_property
    def shm_size(self) -> str | None:
        return amounts.shm_size(self)

    @property
    def local_size(self) -> str:
        """Most that the volume of a copied model may hold."""
        return amounts.local_size(self)

    @cached_property
    def resources(self) -> Resources:
        return amounts.resources(self)

    # life

    @property
    def startup_timeout(self) -> int:
        return self.service.verify.startup_timeout or self.engine.startup_timeout

    @cached_property
    def startup_probe(self) -> Probe:
        return lifecycle.startup(self)

    @cached_property
    def readiness_probe(self) -> Probe:
        return lifecycle.readiness(self)

    @cached_property
    def liveness_probe(self) -> Probe:
        return lifecycle.liveness(self)

    @property
    def progress_deadline(self) -> int:
        return lifecycle.progress_deadline(self)

    @property
    def grace_period(self) -> int:
        return lifecycle.grace_period()

    @property
    def endpoint_removal(self) -> int:
        return lifecycle.ENDPOINT_REMOVAL

    @property
    def requests_in_flight(self) -> int:
        return lifecycle.REQUESTS_IN_FLIGHT

    # copies

    @property
    def requests_per_second(self) -> str:
        """Query for the requests that all copies finish in a second."""
        return scaling.meter(self).scaling("rps") or ""

    @cached_property
    def autoscaling(self) -> Autoscaling | None:
        return scaling.autoscaling(self)

    # what runs

    @cached_property
    def workload(self) -> Workload:
        """The engine's workload with its model and its cache."""
        made = self.engine.workload(self)
        if not self.engine.loads_model:
            return made
        return attach_cache(self, attach_buckets(self, self.store_kind.attach(self, made)))

    @cached_property
    def read_secrets(self) -> tuple[str, ...]:
        """Names of the Secrets whose content the pods or their platform read."""
        reads = self.engine.loads_model and not self.engine.converts
        names = [self.store_secret] if self.store_secret is not None and reads else []
        names += [self.secret_name(store.secret) for store in self.repositories if store.secret is not None]
        names += [] if self.api_key is None else [self.api_key.secret]
        return tuple(dict.fromkeys(names))

    @cached_property
    def spec_hash(self) -> str:
        """Changes exactly when the pods must be replaced."""
        known = {name: self.secret_states.get((self.namespace, name)) for name in self.read_secrets}
        states = {name: state for name, state in known.items() if state is not None}
        return spec_hash(replace(self.workload, jobs=()), self.location.uri, states)
