# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The real controllers beside the control plane: LeaderWorkerSet, KServe, Kueue, Knative."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from . import etcd, knative, kueue
from .api import Api, Object, path_of
from .config import Config
from .manifests import Manifests
from .processes import Process

NAMESPACES = {
    "kserve": "kserve",
    "llmisvc": "kserve",
    "lws": "lws-system",
    "kueue": "kueue-system",
    **dict.fromkeys(knative.PROCESSES, knative.NAMESPACE),
}
STORAGE_INITIALIZER = "kserve/storage-initializer:v0.20.0"
GATEWAY_CLASS = "lab"
GATEWAY_CONTROLLER = "sim.lab/gateway"
# KServe's webhook server converts between the versions of these two.
CONVERTED = ("llminferenceservices.serving.kserve.io", "llminferenceserviceconfigs.serving.kserve.io")


def wanted(config: Config) -> tuple[str, ...]:
    """The names of the controllers that are switched on, in order of start."""
    on = config.controllers
    names = [name for name in ("lws", "kserve", "llmisvc", "kueue") if getattr(on, name)]
    return (*(knative.PROCESSES if on.knative else ()), *names)


def process(config: Config, programs: Mapping[str, Path], name: str) -> Process:
    """The process of one controller, with its configuration files written."""
    home = config.directory / name
    serving = home / "k8s-webhook-server" / "serving-certs"  # where controller-runtime looks below TMPDIR
    serving.mkdir(parents=True, exist_ok=True)
    for kind in ("crt", "key"):
        link = serving / f"tls.{kind}"
        if not link.is_symlink():
            link.symlink_to(config.pki / f"webhooks.{kind}")
    if name in ("kserve", "llmisvc"):
        argv = _kserve(config, programs, name)
    elif name in knative.PROCESSES:
        argv = knative.command(programs, name)
    else:
        argv = {"lws": _lws, "kueue": kueue.command}[name](config, programs, home, serving)
    environment = {
        "KUBECONFIG": f"{config.directory}/{name}.kubeconfig",
        "TMPDIR": str(home),
        "POD_NAMESPACE": NAMESPACES[name],
    }
    if name in knative.PROCESSES:
        environment |= knative.environment(config, name)
    return Process(name=name, argv=argv, directory=config.directory, environment=environment)


def objects(config: Config, manifests: Manifests) -> list[Object]:
    """What the controllers find in the cluster when they start, besides their definitions."""
    names = wanted(config)
    found: list[Object] = [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}
        for namespace in sorted({NAMESPACES[name] for name in names})
    ]
    if {"kserve", "llmisvc"} & set(names):
        found += [_configured(obj) for obj in manifests.read("config-kserve")]
        found += _gateway()
    if "llmisvc" in names:
        found += [
            _in_namespace(preset, NAMESPACES["llmisvc"]) for preset in manifests.read("presets-llmisvc")
        ]
    if config.controllers.knative:
        found += knative.objects(manifests)
    return found


def connect(api: Api, config: Config, manifests: Manifests) -> None:
    """Tells the API server where the webhooks answer and whom to trust there."""
    authority = base64.b64encode((config.pki / "ca.crt").read_bytes()).decode()
    for name in wanted(config):
        for registration in _registrations(config, manifests, name, authority):
            api.apply(registration)


def connect_conversion(config: Config) -> None:
    """The same for the conversion between versions; must come before the controller reads objects."""
    conversion: Object = {"strategy": "None"}
    if config.controllers.llmisvc:
        authority = base64.b64encode((config.pki / "ca.crt").read_bytes()).decode()
        conversion = {
            "strategy": "Webhook",
            "webhookClientConfig": {"url": _url(config, "llmisvc", "/convert"), "caBundle": authority},
            "conversionReviewVersions": ["v1", "v1beta1"],
        }
    for name in CONVERTED:
        etcd.set_conversion(config, name, conversion)


def disconnect(api: Api, config: Config, manifests: Manifests, name: str) -> None:
    """Removes the webhooks of a controller that was switched off: they would refuse everything."""
    for registration in _registrations(config, manifests, name, ""):
        api.delete(path_of(registration))


def certificates(config: Config) -> list[Object]:
    """Certificates of webhooks that read theirs from the cluster; they must come before the controllers."""
    return [knative.certificate(config.pki)] if config.controllers.knative else []


def health_url(config: Config, name: str) -> str | None:
    """Where a controller says that it is ready; None for one that does not."""
    if name in knative.PROCESSES:
        return None
    path = "healthz" if name == "lws" else "readyz"
    return f"http://127.0.0.1:{config.port_of(f'{name}-health')}/{path}"


def _lws(config: Config, programs: Mapping[str, Path], home: Path, serving: Path) -> tuple[str, ...]:
    file = home / "config.yaml"
    configuration = {
        "apiVersion": "config.lws.x-k8s.io/v1alpha1",
        "kind": "Configuration",
        "webhook": {"port": config.port_of("lws"), "certDir": str(serving)},
        "leaderElection": {"leaderElect": False},
        "metrics": {"bindAddress": "0"},
        "health": {"healthProbeBindAddress": f"127.0.0.1:{config.port_of('lws-health')}"},
        "internalCertManagement": {"enable": False},
    }
    file.write_text(json.dumps(configuration, indent=1))
    return (str(programs["lws-manager"]), "--config", str(file))


def _kserve(config: Config, programs: Mapping[str, Path], name: str) -> tuple[str, ...]:
    program = {"kserve": "kserve-manager", "llmisvc": "kserve-llmisvc"}[name]
    own = ("-metrics-secure=false",) if name == "llmisvc" else ()
    return (
        str(programs[program]),
        "-metrics-addr=0",
        f"-webhook-port={config.port_of(name)}",
        f"-health-probe-addr=127.0.0.1:{config.port_of(f'{name}-health')}",
        "-leader-elect=false",
        "-zap-encoder=console",
        *own,
    )


def _url(config: Config, name: str, path: str) -> str:
    return f"https://127.0.0.1:{config.port_of(name)}{path}"


def _registrations(config: Config, manifests: Manifests, name: str, authority: str) -> Iterator[Object]:
    if name in knative.PROCESSES:
        if name == "knative-webhook":
            for registration in manifests.read("webhooks-knative"):
                yield knative.registration(registration, address=_url(config, name, ""), authority=authority)
        return
    for registration in manifests.read(f"webhooks-{name}"):
        registration["metadata"].pop("annotations", None)
        if name in ("lws", "kueue"):
            registration["metadata"]["name"] = f"{name}-{registration['metadata']['name']}"
        if name == "kueue":
            kueue.narrow(registration, exempt=sorted(set(NAMESPACES.values())))
        for webhook in registration["webhooks"]:
            path = webhook["clientConfig"]["service"]["path"]
            webhook["clientConfig"] = {"url": _url(config, name, path), "caBundle": authority}
            if name == "lws" and webhook["name"] in ("mpod.kb.io", "vpod.kb.io"):
                # what the product's kustomization adds: pods of others are none of its business
                own = {"key": "leaderworkerset.sigs.k8s.io/name", "operator": "Exists"}
                webhook["objectSelector"] = {"matchExpressions": [own]}
        yield registration


def _configured(obj: Object) -> Object:
    """KServe's own configuration with what a cluster without Knative and Istio changes in it."""
    if obj["kind"] == "ClusterStorageContainer":
        obj["spec"]["container"]["image"] = STORAGE_INITIALIZER  # the module carries a placeholder
        return obj
    obj["metadata"] = {"name": "inferenceservice-config", "namespace": NAMESPACES["kserve"]}
    obj["data"].pop("_example", None)
    changes: dict[str, dict[str, object]] = {
        "deploy": {"defaultDeploymentMode": "Standard"},
        "ingress": {
            "enableGatewayApi": True,
            "kserveIngressGateway": "kserve/kserve-ingress-gateway",
            "disableIstioVirtualHost": True,
            "disableIngressCreation": False,
            "ingressDomain": "lab.example",
            "enableLLMInferenceServiceTLS": False,
        },
        "storageInitializer": {"image": STORAGE_INITIALIZER},
    }
    for key, change in changes.items():
        obj["data"][key] = json.dumps(json.loads(obj["data"].get(key) or "{}") | change, indent=1)
    return obj


def _in_namespace(obj: Object, namespace: str) -> Object:
    obj["metadata"]["namespace"] = namespace
    return obj


def _gateway() -> list[Object]:
    api_version = "gateway.networking.k8s.io/v1"
    listener = {
        "name": "http",
        "port": 80,
        "protocol": "HTTP",
        "allowedRoutes": {"namespaces": {"from": "All"}},
    }
    return [
        {
            "apiVersion": api_version,
            "kind": "GatewayClass",
            "metadata": {"name": GATEWAY_CLASS},
            "spec": {"controllerName": GATEWAY_CONTROLLER},
        },
        {
            "apiVersion": api_version,
            "kind": "Gateway",
            "metadata": {"name": "kserve-ingress-gateway", "namespace": NAMESPACES["kserve"]},
            "spec": {"gatewayClassName": GATEWAY_CLASS, "listeners": [listener]},
        },
    ]
