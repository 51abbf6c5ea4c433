# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From connection options to an API server and the way into it. The ``kubernetes`` package does the
authentication, unless it is plain."""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from .errors import ConfigurationError
from .plain import NotPlain, Plain, kubeconfig

if TYPE_CHECKING:
    from kubernetes.client import Configuration
    from urllib3 import PoolManager

_DIRECT = (("username", "password"), ("api_key",), ("client_cert", "client_key"))
"""What together with ``host`` is a complete way in, so that no kubeconfig is looked for."""


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """An API server, and the way in."""

    host: str
    verified: bool
    pool: PoolManager
    authorization: Callable[[], str | None]
    """The header of the next request; a token that expires is renewed."""
    configuration: Callable[[], Configuration]
    """The same for the client, whose websockets carry port-forwards and commands."""


def endpoint(options: Mapping[str, Any], *, connections: int) -> Endpoint:
    """Sends nothing yet. Raises ConfigurationError when the options lead nowhere."""
    try:
        return _plain_endpoint(options, connections=connections)
    except NotPlain:
        pass
    config = configuration(options, connections=connections)

    from kubernetes.client.rest import RESTClientObject
    from urllib3.exceptions import HTTPError

    try:
        pool = RESTClientObject(config).pool_manager
    except (OSError, ValueError, HTTPError) as error:
        raise ConfigurationError(f"The connection options cannot be used: {error}") from error

    def authorization() -> str | None:
        bearer = config.auth_settings().get("BearerToken")
        return bearer["value"] if bearer else None

    return Endpoint(
        host=config.host,
        verified=config.verify_ssl,
        pool=pool,
        authorization=authorization,
        configuration=lambda: config,
    )


def _plain_endpoint(options: Mapping[str, Any], *, connections: int) -> Endpoint:
    """Raises NotPlain, and ConfigurationError."""
    from urllib.request import getproxies

    given = _given(options)
    if "proxy" in given or getproxies().keys() - {"no"}:
        raise NotPlain
    config = Plain() if _is_complete(given) else kubeconfig(_one_kubeconfig(given), given.get("context"))
    _override(config, given)
    return Endpoint(
        host=config.host,
        verified=config.verify_ssl,
        pool=config.pool(connections),
        authorization=partial(config.api_key.get, "authorization"),
        configuration=partial(configuration, options, connections=connections),
    )


def _one_kubeconfig(given: Mapping[str, Any]) -> str:
    if "kubeconfig" not in given and "context" not in given and "KUBERNETES_SERVICE_HOST" in os.environ:
        raise NotPlain  # in a pod, whose account comes first
    location = str(given.get("kubeconfig") or os.environ.get("KUBECONFIG", "~/.kube/config"))
    if os.pathsep in location:
        raise NotPlain  # several, which are merged
    return os.path.expanduser(location)


def _given(options: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value not in (None, "", [], {})}


def _is_complete(given: Mapping[str, Any]) -> bool:
    return "host" in given and any(all(name in given for name in names) for names in _DIRECT)


def configuration(options: Mapping[str, Any], *, connections: int) -> Configuration:
    """Builds the client's configuration from the options of ``argspec.CONNECTION``, in kubernetes.core's
    order: host with credentials; else the named kubeconfig or context; else the pod's own service account;
    else the default kubeconfig. Options given besides a kubeconfig win over what it says.

    Raises ConfigurationError for what cannot lead to a cluster.
    """
    try:
        from kubernetes.client import Configuration
        from kubernetes.config.config_exception import ConfigException
        from yaml import YAMLError
    except ImportError as error:
        raise ConfigurationError(
            f"The Python package kubernetes cannot be imported ({error}). Install it for the interpreter "
            "that runs the module: pip install kubernetes"
        ) from error

    config = Configuration()
    given = _given(options)
    if not _is_complete(given):
        try:
            _load(
                config, kubeconfig=given.get("kubeconfig"), context=given.get("context"), host="host" in given
            )
        except ConfigException as error:
            raise ConfigurationError(f"{error}. {_WAYS_IN}") from error
        except OSError as error:
            raise ConfigurationError(f"Cannot read the kubeconfig: {error}") from error
        except YAMLError as error:
            raise ConfigurationError(f"The kubeconfig is not YAML: {error}") from error
    _override(config, given)
    config.connection_pool_maxsize = connections
    return config


_WAYS_IN = (
    "Name a kubeconfig (option kubeconfig, or K8S_AUTH_KUBECONFIG or KUBECONFIG in the environment) or give "
    "host with api_key (K8S_AUTH_HOST, K8S_AUTH_API_KEY)."
)


def _load(config: Configuration, *, kubeconfig: str | None, context: str | None, host: bool) -> None:
    from kubernetes.config.config_exception import ConfigException
    from kubernetes.config.incluster_config import load_incluster_config
    from kubernetes.config.kube_config import KUBE_CONFIG_DEFAULT_LOCATION, load_kube_config

    if not kubeconfig and not context:
        try:
            load_incluster_config(client_configuration=config)  # type: ignore[no-untyped-call]
            return
        except ConfigException:
            pass  # not in a pod
    location = os.path.expanduser(kubeconfig or KUBE_CONFIG_DEFAULT_LOCATION)
    if not any(os.path.isfile(path) for path in location.split(os.pathsep)):
        if host and not kubeconfig and not context:
            return  # an API server that asks for no credentials, such as a local proxy
        raise ConfigException(f"There is no kubeconfig {location}")
    load_kube_config(  # type: ignore[no-untyped-call]
        config_file=location, context=context, client_configuration=config, persist_config=False
    )


def _override(config: Configuration | Plain, given: Mapping[str, Any]) -> None:
    direct = {
        "host": "host",
        "client_cert": "cert_file",
        "client_key": "key_file",
        "ca_cert": "ssl_ca_cert",
        "validate_certs": "verify_ssl",
        "proxy": "proxy",
        "no_proxy": "no_proxy",
    }
    for option, attribute in direct.items():
        if option in given:
            setattr(config, attribute, given[option])
    for option in ("client_cert", "client_key", "ca_cert"):
        if option in given and not os.path.isfile(os.path.expanduser(given[option])):
            raise ConfigurationError(f"{option}: there is no file {given[option]}")
    config.host = config.host.rstrip("/")
    if "client_cert" not in given and ("api_key" in given or "username" in given):
        config.cert_file = config.key_file = None  # the API server would look at nothing else
    if "api_key" in given:
        config.api_key = {"authorization": f"Bearer {given['api_key']}"}
        config.refresh_api_key_hook = None
    elif "username" in given:
        pair = f"{given['username']}:{given.get('password', '')}"
        config.api_key = {"authorization": f"Basic {b64encode(pair.encode()).decode()}"}
        config.refresh_api_key_hook = None


def impersonation(options: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The headers by which a permitted caller acts as somebody else."""
    headers = [("Impersonate-User", options["impersonate_user"])] if options.get("impersonate_user") else []
    return headers + [("Impersonate-Group", group) for group in options.get("impersonate_groups") or ()]
