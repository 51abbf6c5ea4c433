# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a registry says of an image: its labels, read without fetching it.

Builders read labels only of images that they have, and a fresh builder has none.
"""

from __future__ import annotations

import json
import re
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin, urlsplit
from urllib.request import HTTPSHandler, Request, build_opener

from .logins import login

_SECONDS = 20
_MANIFESTS = ", ".join(
    (
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    )
)
_AUTHORITIES = ("/etc/containers/certs.d", "/etc/docker/certs.d")
_HUB, _HUB_DOOR = "docker.io", "registry-1.docker.io"
_LOOPBACK = re.compile(r"(localhost|127\.[\d.]+)(:\d+)?")


class NotAsked(Exception):
    """A registry did not say whether it has an image."""


@dataclass(frozen=True, kw_only=True)
class Reference:
    host: str
    repository: str
    tag: str


def labels(image: str) -> Mapping[str, str] | None:
    """The labels of the image in its registry; None where there is no such image. Raises NotAsked."""
    place = reference(image)
    ask = _Conversation(place)
    try:
        manifest = ask.document(f"manifests/{place.tag}")
        if manifest is not None and "manifests" in manifest:
            manifest = ask.document(f"manifests/{manifest['manifests'][0]['digest']}")
        if manifest is None:
            return None
        described = ask.document(f"blobs/{manifest['config']['digest']}") or {}
        return described.get("config", {}).get("Labels") or {}
    except (OSError, HTTPException) as error:
        raise NotAsked(f"{place.host}: {error}") from error
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise NotAsked(f"{place.host} answered what no registry answers: {error!r}") from error


def reference(image: str) -> Reference:
    """The parts of an image's name, as every builder reads them."""
    first, slash, rest = image.partition("/")
    if not slash or not (first == "localhost" or {".", ":"} & set(first)):
        first, rest = _HUB, image if slash else f"library/{image}"
    name, _at, digest = rest.partition("@")
    repository, _colon, tag = name.partition(":")
    return Reference(host=first, repository=repository, tag=digest or tag or "latest")


class _Conversation:
    """Requests about one repository; who asks says so when it is wanted, and to nobody else."""

    def __init__(self, place: Reference) -> None:
        door = _HUB_DOOR if place.host == _HUB else place.host
        scheme = "http" if _LOOPBACK.fullmatch(place.host) else "https"
        self._base = f"{scheme}://{door}/v2/{place.repository}/"
        self._place = place
        self._opener = build_opener(HTTPSHandler(context=_trust(door)))
        self._authorization = ""

    def document(self, path: str) -> dict[str, Any] | None:
        """A document in JSON; None where there is none."""
        try:
            return self._answer(self._base + path)
        except HTTPError as refused:
            if refused.code == HTTPStatus.NOT_FOUND:
                return None
            raise

    def _answer(self, url: str) -> dict[str, Any]:
        try:
            return self._read(url, self._authorization)
        except HTTPError as refused:
            if refused.code != HTTPStatus.UNAUTHORIZED or self._authorization:
                raise
            self._authorization = self._introduce(refused.headers.get("WWW-Authenticate", ""))
        return self._read(url, self._authorization)

    def _introduce(self, challenge: str) -> str:
        """The value of Authorization that answers the *challenge*."""
        known = login(self._place.host, self._place.repository)
        scheme, _space, rest = challenge.partition(" ")
        wanted = dict(re.findall(r'(\w+)="([^"]*)"', rest))
        if scheme.lower() != "bearer":
            if known is None:
                raise OSError("it asks for a login, and none is known here")
            return f"Basic {known}"
        realm = urljoin(self._base, wanted.pop("realm"))
        if urlsplit(realm).scheme != urlsplit(self._base).scheme:
            raise OSError(f"it wants the login sent to {realm}")
        try:
            given = self._read(f"{realm}?{urlencode(wanted)}", f"Basic {known}" if known else "")
        except HTTPError as refused:
            raise OSError(f"{realm} gives no token: {refused}") from refused
        return f"Bearer {given.get('token') or given['access_token']}"

    def _read(self, url: str, authorization: str) -> dict[str, Any]:
        request = Request(url, headers={"Accept": _MANIFESTS})  # noqa: S310 - both schemes are ours
        if authorization:
            request.add_unredirected_header("Authorization", authorization)
        with self._opener.open(request, timeout=_SECONDS) as answer:
            found = json.load(answer)
        if not isinstance(found, dict):
            raise ValueError("no JSON object")
        return found


def _trust(host: str) -> ssl.SSLContext:
    """The system's authorities, and those that builders on this host trust for the registry."""
    context = ssl.create_default_context()
    for directory in _AUTHORITIES:
        for authority in Path(directory, host).glob("*.crt"):
            with suppress(OSError, ssl.SSLError):
                context.load_verify_locations(authority)
    return context
