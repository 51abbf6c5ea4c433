# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Helm chart as a source: the user's own helm renders it, and what comes out is a bundle like any other."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .._apply.manifests import parse
from .._catalogue.secret_names import names_secret
from .._cluster import Client, Object
from .source import ARCHIVES, Source, SourceError, checked, complete

CHART = "helm:"
"""What a source begins with that is a chart."""
HELM_TIMEOUT = 300.0
SHORTEST_SECRET = 6
MASK = "********"
NO_HELM = (
    "{place} is a chart, which helm has to render, and there is no {helm}. Install Helm 3.8 or newer"
    " (helm.sh) on the machine that runs this, name its path, or render the chart elsewhere with helm"
    " template and give the result as source."
)
_EXACT = re.compile(r"v?\d+(\.\d+){0,2}([-+][\w.+-]+)?")


@dataclass(frozen=True, kw_only=True)
class Chart(Source):
    """``place`` is a directory or an archive, ``oci://<registry>/<chart>``, ``https://<repository>/<chart>``,
    the URL of an archive, or ``<repository>/<chart>`` of a repository that helm knows. ``values`` reach helm
    on its standard input, so that no file and no list of processes ever shows them."""

    release: str
    namespace: str
    version: str = ""
    values: Mapping[str, Any] = field(default_factory=dict, repr=False)
    helm: str = "helm"


@dataclass(frozen=True, kw_only=True)
class Abilities:
    """What templates may ask about the cluster, ``.Capabilities``."""

    version: str
    apis: tuple[str, ...] = ()


def abilities(client: Client) -> Abilities:
    kinds = {f"{one.api_version}/{one.kind}" for one in client.resources()}
    return Abilities(
        version=client.version(), apis=tuple(sorted(kinds | {kind.rpartition("/")[0] for kind in kinds}))
    )


def render(chart: Chart, cluster: Abilities) -> tuple[list[Object], str]:
    """The objects, and the checksum of the chart. Raises SourceError, and ManifestError for what templates
    made that cannot be read."""
    if shutil.which(chart.helm) is None:
        raise SourceError(NO_HELM.format(place=chart.place, helm=chart.helm))
    with tempfile.TemporaryDirectory() as directory:
        path = _local(chart) or _pulled(chart, Path(directory))
        found = checked(_sum(path), chart)
        text = _helm(
            chart,
            *("template", chart.release, str(path), "--namespace", chart.namespace),
            *("--kube-version", cluster.version, "--api-versions", ",".join(cluster.apis)),
            *("--include-crds", "--skip-tests", "--values", "-"),
        )
    return complete(parse(text, name=chart.place), chart.place), found


def _local(chart: Chart) -> Path | None:
    path = Path(chart.place).expanduser()
    if path.exists():
        return path
    if chart.place.startswith(("/", ".", "~")):
        raise SourceError(f"{chart.place}: there is no such chart.")
    return None


def _pulled(chart: Chart, directory: Path) -> Path:
    """The chart's archive, fetched before it is looked at: a tag may point to something else tomorrow."""
    url = urlsplit(chart.place)
    if url.username or url.password:
        raise SourceError(
            f"{url.scheme}://{url.hostname}{url.path}: a login in the address would be seen in the list of"
            " processes. Log in with helm registry login or helm repo add before."
        )
    archive = url.scheme in ("http", "https") and url.path.endswith(ARCHIVES)
    if not archive and not _EXACT.fullmatch(chart.version):
        raise SourceError(f"{chart.place}: needs the chart's exact version, and {chart.version!r} is none.")
    if not chart.checksum and not chart.unverified:
        raise SourceError(
            f"{chart.place}: a chart from elsewhere needs a checksum (sha256:…), so that nobody can put"
            " something else there; helm pull and sha256sum tell it. Set it, or allow_unverified: true."
        )
    where = [chart.place]
    if url.scheme in ("http", "https") and not archive:
        repository, _slash, name = chart.place.rstrip("/").rpartition("/")
        where = [name, "--repo", repository]
    to = ("--destination", str(directory))
    if archive:
        _helm(chart, "pull", *where, *to)
    else:
        _pull(chart, *where, *to)
    [file] = directory.iterdir()
    return file


def _pull(chart: Chart, *arguments: str) -> None:
    """A repository knows a version with and without its v. In a registry it is a tag, which its maker wrote
    in one of the two ways."""
    try:
        _helm(chart, "pull", *arguments, "--version", chart.version)
    except SourceError as first:
        if not chart.place.startswith("oci://"):
            raise
        other = chart.version.removeprefix("v") if chart.version.startswith("v") else f"v{chart.version}"
        try:
            _helm(chart, "pull", *arguments, "--version", other)
        except SourceError:
            raise first from None


def _helm(chart: Chart, *arguments: str) -> str:
    command = [chart.helm, *arguments]
    values = json.dumps(dict(chart.values))
    try:
        answer = subprocess.run(  # noqa: S603
            command, input=values, capture_output=True, text=True, check=False, timeout=HELM_TIMEOUT
        )
    except subprocess.TimeoutExpired as error:
        raise SourceError(
            f"{chart.place}: helm {arguments[0]} took longer than {error.timeout:.0f} s."
        ) from None
    if answer.returncode:
        said = answer.stderr.strip()
        for text in sorted(set(secret_values(chart.values, named=True)), key=len, reverse=True):
            said = said.replace(text, MASK)
        raise SourceError(f"{chart.place}: helm {arguments[0]} failed (values are not shown): {said}")
    return answer.stdout


def secret_values(value: Any, *, named: bool = False) -> Iterator[str]:
    """Every text of the values whose key, or the ``name`` beside it, says that it is a secret."""
    if isinstance(value, Mapping):
        beside = names_secret(str(value.get("name", "")))
        for key, below in value.items():
            yield from secret_values(below, named=named or names_secret(key) or (beside and key == "value"))
    elif isinstance(value, (list, tuple)):
        for below in value:
            yield from secret_values(below, named=named)
    elif named and isinstance(value, str):
        yield from _lines(value)


def _lines(text: str) -> Iterator[str]:
    """What is long enough to be a secret. A message shows single lines of a text."""
    yield from (line for line in (text, *text.splitlines()) if len(line) >= SHORTEST_SECRET)


def _sum(path: Path) -> str:
    """Of an archive its bytes; of a directory all files by name and content."""
    if path.is_file():
        return hashlib.sha256(path.read_bytes()).hexdigest()
    digest = hashlib.sha256()
    for file in sorted(one for one in path.rglob("*") if one.is_file()):
        digest.update(f"{file.relative_to(path)}\0".encode() + file.read_bytes() + b"\0")
    return digest.hexdigest()
