# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What products bring besides programs: definitions, webhook registrations, configuration, presets.

They are read once from the published Go modules that the wrapper modules pin, and kept in the cache as
JSON, so that a later start needs neither Go nor the module cache.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from .api import Object
from .build import NO_GO, Progress, fingerprint, go_required, go_version, locked, run_go
from .config import Config, LabError

KSERVE, LWS, GATEWAY = "github.com/kserve/kserve", "sigs.k8s.io/lws", "sigs.k8s.io/gateway-api"
KEDA, KWOK = "github.com/kedacore/keda/v2", "sigs.k8s.io/kwok"
ISTIO, TRAEFIK, ENVOY_GATEWAY = (
    "istio.io/api",
    "github.com/traefik/traefik/v3",
    "github.com/envoyproxy/gateway",
)
OPENSHIFT, KUEUE = "github.com/openshift/api", "sigs.k8s.io/kueue"
PROMETHEUS_OPERATOR = "github.com/prometheus-operator/prometheus-operator"
MPI_OPERATOR = "github.com/kubeflow/mpi-operator"
KNATIVE = "knative.dev/serving"
KNATIVE_NETWORKING, KNATIVE_CACHING = "knative.dev/networking", "knative.dev/caching"
# module → the wrapper module that pins it
WRAPPERS = {
    KSERVE: "kserve",
    GATEWAY: "kserve",
    KEDA: "kserve",
    LWS: "lws",
    KWOK: "klab",
    ISTIO: "crds",
    TRAEFIK: "crds",
    ENVOY_GATEWAY: "crds",
    OPENSHIFT: "crds",
    PROMETHEUS_OPERATOR: "crds",
    MPI_OPERATOR: "crds",
    KNATIVE: "knative",
    KNATIVE_NETWORKING: "knative",
    KNATIVE_CACHING: "knative",
    KUEUE: "kueue",
}


@dataclass(frozen=True)
class Source:
    """Files of a module that belong together under one name."""

    module: str
    patterns: tuple[str, ...]


# CRD groups that a user may name, and those that a switch brings
CRD_GROUPS = {
    "kserve": (
        Source(
            KSERVE,
            (
                "config/crd/full/serving.kserve.io_*.yaml",
                "config/crd/full/clusterstoragecontainer/serving.kserve.io_*.yaml",
                "config/crd/full/llmisvc/serving.kserve.io_*.yaml",
                "config/crd/full/localmodel/serving.kserve.io_*.yaml",
            ),
        ),
    ),
    "lws": (Source(LWS, ("config/crd/bases/*.yaml",)),),
    "gateway": (Source(GATEWAY, ("config/crd/standard/*.yaml",)),),
    "inference": (Source(KSERVE, ("config/llmisvc/gateway-inference-extension.yaml",)),),
    "keda": (Source(KEDA, ("config/crd/bases/keda.sh_*.yaml",)),),
    "istio": (Source(ISTIO, ("kubernetes/customresourcedefinitions.gen.yaml",)),),
    "traefik": (Source(TRAEFIK, ("docs/content/reference/dynamic-configuration/traefik.io_*.yaml",)),),
    "envoy-gateway": (
        Source(ENVOY_GATEWAY, ("charts/gateway-crds-helm/templates/generated/gateway.envoyproxy.io_*.yaml",)),
    ),
    "openshift": (Source(OPENSHIFT, ("route/v1/zz_generated.crd-manifests/routes.crd.yaml",)),),
    # without the servers that the operator runs: their definitions are half of its bytes
    "prometheus-operator": (
        Source(
            PROMETHEUS_OPERATOR,
            tuple(
                f"example/prometheus-operator-crd/monitoring.coreos.com_{kind}.yaml"
                for kind in ("podmonitors", "probes", "prometheusrules", "scrapeconfigs", "servicemonitors")
            ),
        ),
    ),
    "knative": (
        Source(KNATIVE, ("config/core/300-resources/*.yaml",)),
        Source(
            KNATIVE_NETWORKING,
            tuple(
                f"config/{kind}.yaml"
                for kind in ("certificate", "domain-claim", "ingress", "serverlessservice")
            ),
        ),
        Source(KNATIVE_CACHING, ("config/image.yaml",)),
    ),
    "kueue": (Source(KUEUE, ("config/components/crd/bases/*.yaml",)),),
    "mpi": (Source(MPI_OPERATOR, ("manifests/base/kubeflow.org_mpijobs.yaml",)),),
    "kwok": (
        Source(
            KWOK,
            (
                "kustomize/crd/bases/kwok.x-k8s.io_clusterportforwards.yaml",
                "kustomize/crd/bases/kwok.x-k8s.io_clusterlogs.yaml",
                "kustomize/crd/bases/kwok.x-k8s.io_clusterexecs.yaml",
            ),
        ),
    ),
}
OTHERS = {
    "webhooks-kserve": Source(KSERVE, ("config/webhook/manifests.yaml",)),
    "webhooks-llmisvc": Source(KSERVE, ("config/webhook/llmisvc/manifests.yaml",)),
    "webhooks-lws": Source(LWS, ("config/webhook/manifests.yaml",)),
    "webhooks-knative": Source(
        KNATIVE,
        tuple(
            f"config/core/webhooks/{name}.yaml"
            for name in ("configmap-validation", "defaulting", "resource-validation")
        ),
    ),
    "config-knative": Source(KNATIVE, ("config/core/configmaps/*.yaml",)),
    "config-knative-network": Source(KNATIVE_NETWORKING, ("config/config-network.yaml",)),
    "webhooks-kueue": Source(KUEUE, ("config/components/webhook/manifests.yaml",)),
    "config-kserve": Source(
        KSERVE, ("config/configmap/inferenceservice.yaml", "config/storagecontainers/default.yaml")
    ),
    "presets-llmisvc": Source(KSERVE, ("config/llmisvcconfig/config-*.yaml",)),
}
CHOOSABLE_CRDS = tuple(group for group in CRD_GROUPS if group != "kwok")


@dataclass(frozen=True)
class Manifests:
    """The directory of the cache that holds them; `key` changes with their content."""

    directory: Path

    @property
    def key(self) -> str:
        return self.directory.name

    def definitions(self, groups: Iterable[str]) -> list[Object]:
        return [obj for group in groups for obj in self.read(f"crds-{group}")]

    def read(self, name: str) -> list[Object]:
        return list(json.loads((self.directory / f"{name}.json").read_text()))


def crd_groups(config: Config) -> tuple[str, ...]:
    """The groups of definitions that a lab of this shape has."""
    unknown = sorted(set(config.crds) - set(CHOOSABLE_CRDS))
    if unknown:
        raise LabError(f"crds: {', '.join(unknown)} is none of {', '.join(CHOOSABLE_CRDS)}.")
    on = config.controllers
    serving = on.kserve or on.llmisvc
    wanted = {
        "kwok": True,
        "kserve": serving,
        "gateway": serving or on.gateway,
        "inference": serving,
        "lws": on.lws or serving,  # KServe looks for them when it starts
        "kueue": on.kueue,
        "knative": on.knative,
    }
    return tuple(group for group in CRD_GROUPS if wanted.get(group) or group in config.crds)


def manifests(config: Config, progress: Progress) -> Manifests:
    """Finds or reads everything of `CRD_GROUPS` and `OTHERS`."""
    wrappers = [config.sources / wrapper for wrapper in sorted(set(WRAPPERS.values()))]
    key = fingerprint(
        [path / name for path in wrappers for name in ("go.mod", "go.sum")], repr((CRD_GROUPS, OTHERS))
    )
    target = config.cache / f"manifests-{key}"
    if target.is_dir():
        return Manifests(target)
    if not go_version():
        raise LabError(
            NO_GO.format(
                version=go_required(wrappers[0]), missing="(the custom resource definitions need Go)"
            )
        )
    with locked(config.cache / ".manifests.lock", progress):
        if not target.is_dir():
            _extract(config, target, progress)
    return Manifests(target)


def _extract(config: Config, target: Path, progress: Progress) -> None:
    start = time.monotonic()
    progress("reading the custom resource definitions from the Go modules")
    directories = {module: _module_directory(config, module) for module in WRAPPERS}
    with tempfile.TemporaryDirectory(dir=config.cache) as temporary:
        made = Path(temporary) / "made"
        made.mkdir()
        for group, sources in CRD_GROUPS.items():
            documents = chain.from_iterable(
                _documents(directories[source.module], source) for source in sources
            )
            definitions = [_slim(obj) for obj in documents if obj["kind"] == "CustomResourceDefinition"]
            _write(made / f"crds-{group}.json", definitions)
        for name, source in OTHERS.items():
            _write(
                made / f"{name}.json", [_tidy(obj) for obj in _documents(directories[source.module], source)]
            )
        made.rename(target)
    progress(f"read the custom resource definitions in {time.monotonic() - start:.0f} s")


def _module_directory(config: Config, module: str) -> Path:
    return Path(
        json.loads(run_go(config.sources / WRAPPERS[module], "mod", "download", "-json", module))["Dir"]
    )


def _documents(directory: Path, source: Source) -> Iterator[Object]:
    for pattern in source.patterns:
        files = sorted(directory.glob(pattern))
        if not files:
            raise LabError(f"{source.module} has no file {pattern} any more.")
        for file in files:
            yield from (document for document in _load_yaml(file) if document)


def _load_yaml(file: Path) -> Iterator[Object]:
    import yaml

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        """PyYAML takes a bare `=`, which some definitions have, for a type that it cannot construct."""

    Loader.add_constructor("tag:yaml.org,2002:value", lambda loader, node: loader.construct_scalar(node))
    # Envoy Gateway publishes its definitions inside the conditions of a chart
    lines = (line for line in file.read_text().splitlines(keepends=True) if not line.startswith("{{"))
    yield from yaml.load_all("".join(lines), Loader=Loader)


def _write(path: Path, objects: list[Object]) -> None:
    path.write_text(json.dumps(objects, separators=(",", ":")))


def _tidy(obj: Object) -> Object:
    obj["metadata"].pop("creationTimestamp", None)
    obj.pop("status", None)
    return obj


def _slim(obj: Object) -> Object:
    for version in obj["spec"]["versions"]:
        version["schema"] = _without_prose(version["schema"])
    return _tidy(obj)


def _without_prose(schema: Any) -> Any:
    """The same validation in a third of the bytes, of which the API server keeps several copies."""
    if isinstance(schema, dict):
        return {
            key: value if key in ("default", "enum", "example") else _without_prose(value)
            for key, value in schema.items()
            if not (key == "description" and isinstance(value, str))
        }
    return [_without_prose(item) for item in schema] if isinstance(schema, list) else schema
