# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plain ways in: a token or a client certificate, from options or from one kubeconfig. They need urllib3
alone; importing the ``kubernetes`` package costs a module as much as all the rest of its start. What is not
understood here to the last key is left to that package."""

from __future__ import annotations

import os
import ssl
import tempfile
from base64 import b64decode
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from urllib3 import PoolManager

_CLUSTER_TEXTS = {"server", "certificate-authority", "certificate-authority-data", "tls-server-name"}
_USER_TEXTS = {"token", "client-certificate", "client-certificate-data", "client-key", "client-key-data"}


class NotPlain(Exception):
    """It is for the ``kubernetes`` package to judge, be it another way in or a mistake."""


@dataclass(kw_only=True)
class Plain:
    """A way in, under the names of the client's ``Configuration``. Certificates and keys are paths, or the
    PEM itself as bytes."""

    host: str = ""
    verify_ssl: bool = True
    ssl_ca_cert: str | bytes | None = None
    cert_file: str | bytes | None = None
    key_file: str | bytes | None = None
    tls_server_name: str | None = None
    proxy: None = None
    no_proxy: str | None = None
    api_key: dict[str, str] = field(default_factory=dict)
    refresh_api_key_hook: None = None

    def pool(self, connections: int) -> PoolManager:
        """Raises NotPlain."""
        if not self.host.startswith("https://"):
            raise NotPlain
        try:
            from urllib3 import PoolManager
        except ImportError as error:
            raise NotPlain from error

        name = {"server_hostname": self.tls_server_name} if self.tls_server_name else {}
        try:
            context = self._context()
        except (OSError, ValueError) as error:
            raise NotPlain from error
        return PoolManager(
            maxsize=connections,
            cert_reqs=context.verify_mode,
            ssl_context=context,
            **name,  # type: ignore[arg-type]
        )

    def _context(self) -> ssl.SSLContext:
        """One for all connections, so certificates are read once and keys lie in a file only for a moment."""
        from urllib3.util.ssl_ import create_urllib3_context

        context = create_urllib3_context(cert_reqs=ssl.CERT_REQUIRED if self.verify_ssl else ssl.CERT_NONE)
        if isinstance(self.ssl_ca_cert, bytes):
            context.load_verify_locations(cadata=self.ssl_ca_cert.decode("ascii"))
        elif self.ssl_ca_cert:
            context.load_verify_locations(cafile=self.ssl_ca_cert)
        elif self.verify_ssl:
            raise NotPlain  # whom to trust then, is the client's decision
        if self.cert_file:
            with ExitStack() as files:
                certificate, key = (_path(one, files) for one in (self.cert_file, self.key_file))
                context.load_cert_chain(certificate or "", key, password="")  # never asks on the terminal
        return context


def _path(pem: str | bytes | None, files: ExitStack) -> str | None:
    if not isinstance(pem, bytes):
        return pem
    file = files.enter_context(tempfile.NamedTemporaryFile())  # noqa: SIM115
    file.write(pem)
    file.flush()
    return file.name


def kubeconfig(path: str, context: str | None) -> Plain:
    """The way in that one kubeconfig describes. Raises NotPlain."""
    config = _read(path)
    chosen = _named(config, "context", context or config.get("current-context"))
    cluster = _named(config, "cluster", chosen.get("cluster"))
    user = _named(config, "user", chosen.get("user"))
    skip = cluster.pop("insecure-skip-tls-verify", False)
    if (
        not isinstance(skip, bool)
        or not _only_texts(cluster, _CLUSTER_TEXTS)
        or not _only_texts(user, _USER_TEXTS)
    ):
        raise NotPlain
    folder = os.path.dirname(os.path.abspath(path))
    return Plain(
        host=cluster.get("server", "").rstrip("/"),
        verify_ssl=not skip,
        ssl_ca_cert=_pem(cluster, "certificate-authority", folder),
        cert_file=_pem(user, "client-certificate", folder),
        key_file=_pem(user, "client-key", folder),
        tls_server_name=cluster.get("tls-server-name"),
        api_key={"authorization": f"Bearer {user['token']}"} if "token" in user else {},
    )


def _read(path: str) -> dict[str, Any]:
    try:
        import yaml
    except ImportError as error:
        raise NotPlain from error

    try:
        with open(path, encoding="utf-8") as file:
            config = yaml.load(file, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise NotPlain from error
    if not isinstance(config, dict):
        raise NotPlain
    return config


def _named(config: dict[str, Any], what: str, name: Any) -> dict[str, Any]:
    """A copy of the one entry of that name, less the extensions of other tools."""
    entries = config.get(f"{what}s")
    found = [
        entry.get(what)
        for entry in (entries if isinstance(entries, list) else ())
        if isinstance(entry, dict) and entry.get("name") == name
    ]
    if len(found) != 1 or not isinstance(found[0], dict):
        raise NotPlain
    return {key: value for key, value in found[0].items() if key != "extensions"}


def _only_texts(entry: dict[str, Any], known: set[str]) -> bool:
    return entry.keys() <= known and all(isinstance(value, str) and value for value in entry.values())


def _pem(entry: dict[str, Any], key: str, folder: str) -> str | bytes | None:
    """As the client does: the data counts where both are given, paths start at the kubeconfig."""
    if data := entry.get(f"{key}-data"):
        try:
            pem = b64decode(data)
        except ValueError as error:
            raise NotPlain from error
        if not pem:
            raise NotPlain
        return pem
    return os.path.normpath(os.path.join(folder, entry[key])) if key in entry else None
