# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a bundle comes from: a file, a directory, an archive, or a URL, with the checksum of its bytes."""

from __future__ import annotations

import hashlib
import io
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from .._apply.manifests import is_manifest, load, manifests_in, parse
from .._cluster import ClusterError, Object

ARCHIVES = (".tgz", ".tar.gz", ".tar")
CHART = "Chart.yaml"
PREFIX = "sha256:"


class SourceError(ClusterError):
    """A bundle that cannot be had, or is not what it should be."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """``place`` is a path or a URL; of an archive, what stands behind ``#`` is a pattern of the paths of its
    files, compared from the right. A URL needs the ``checksum`` (SHA-256), unless ``unverified`` says that
    whatever comes is fine."""

    place: str
    checksum: str = ""
    unverified: bool = False

    @property
    def address(self) -> str:
        return self._parts[0]

    @property
    def members(self) -> str:
        return self._parts[1]

    @property
    def _parts(self) -> tuple[str, str]:
        archive, _mark, pattern = self.place.partition("#")
        return (archive, pattern) if archive.partition("?")[0].endswith(ARCHIVES) else (self.place, "")

    @property
    def remote(self) -> bool:
        return self.place.startswith(("https://", "http://"))


def fetch(source: Source, download: Callable[[str], bytes]) -> tuple[list[Object], str]:
    """The objects and the checksum of what they were read from. Raises SourceError, and ManifestError for
    what cannot be read as objects."""
    objects, found = _fetched(source, download)
    return complete(objects, source.place), found


def complete(objects: list[Object], place: str) -> list[Object]:
    """The objects, each with what every object of a cluster has. Raises SourceError for others."""
    for index, obj in enumerate(objects):
        if not obj.get("kind") or not (obj.get("metadata") or {}).get("name"):
            raise SourceError(
                f"{place}: document {index + 1} ({obj.get('kind') or 'no kind'}) is no object of the"
                " cluster: it has no kind or no metadata.name. Leave its file out."
            )
    return objects


def checked(found: str, source: Source) -> str:
    """The checksum as it is told, unless another one is wanted."""
    wanted = source.checksum.removeprefix(PREFIX).lower()
    if wanted and wanted != found:
        raise SourceError(
            f"{source.place}: its checksum is {PREFIX}{found}, and {PREFIX}{wanted} was expected. Look what"
            " has changed before you change the checksum."
        )
    return PREFIX + found


def _fetched(source: Source, download: Callable[[str], bytes]) -> tuple[list[Object], str]:
    if source.remote:
        if not source.checksum and not source.unverified:
            raise SourceError(
                f"{source.place}: a URL needs a checksum (sha256:…), so that nobody can put something else"
                " there. Set it, or allow_unverified: true."
            )
        content = download(source.address)
        return _read(content, source)
    path = Path(source.address).expanduser()
    if path.is_dir():
        found = checked(_directory_sum(path), source)
        return load(path), found
    try:
        return _read(path.read_bytes(), source)
    except OSError as error:
        raise SourceError(f"{source.place}: {error.strerror}") from error


def _read(content: bytes, source: Source) -> tuple[list[Object], str]:
    found = checked(hashlib.sha256(content).hexdigest(), source)
    name = source.address.partition("?")[0]
    if name.endswith(ARCHIVES):
        texts = _members(content, name, source.members)
        return [obj for member, text in texts for obj in parse(text, name=member)], found
    try:
        return parse(content.decode(), name=source.place), found
    except UnicodeDecodeError as error:
        raise SourceError(f"{source.place}: not UTF-8 text, and no archive by its name") from error


def _directory_sum(path: Path) -> str:
    """Of the manifests by name and content, in the order in which they are read."""
    digest = hashlib.sha256()
    for file in manifests_in(path):
        digest.update(f"{file.name}\0".encode() + file.read_bytes() + b"\0")
    return digest.hexdigest()


def _members(content: bytes, name: str, pattern: str) -> Iterator[tuple[str, str]]:
    try:
        with tarfile.open(fileobj=io.BytesIO(content)) as archive:
            files = sorted((one for one in archive if one.isfile()), key=lambda one: one.name)
            if pattern:
                files = [one for one in files if PurePosixPath(one.name).match(pattern)]
                if not files:
                    raise SourceError(f"{name}: none of its files is {pattern}.")
            if any(PurePosixPath(one.name).name == CHART for one in files):
                raise SourceError(
                    f"{name}: is a Helm chart, whose templates are no objects yet. Give it as"
                    f" helm:{name}, or render it with helm template and give the result."
                )
            for file in files:
                reader = archive.extractfile(file)
                if is_manifest(PurePosixPath(file.name)) and reader is not None:
                    yield f"{name}/{file.name}", reader.read().decode()
    except tarfile.TarError as error:
        raise SourceError(f"{name}: {error}") from error
