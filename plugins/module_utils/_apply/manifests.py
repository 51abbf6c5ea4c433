# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects from YAML or JSON files, read as the Kubernetes tools read them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path, PurePath
from typing import Any

from .._cluster import ClusterError, Object

SUFFIXES = (".yaml", ".yml", ".json")
KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")
"""Names by which kustomize finds its own file, which may then do without apiVersion and kind."""


class ManifestError(ClusterError):
    """A file that cannot be read as Kubernetes objects. ``str()`` names file, line and column where they are
    known."""


def load(path: str | Path) -> list[Object]:
    """The objects of one file, or of all YAML and JSON files of a directory in the order of their names.

    Lists (kind ``List``) are taken apart, empty documents and kustomizations left out. Raises ManifestError.
    """
    source = Path(path).expanduser()
    if source.is_dir():
        files = manifests_in(source)
        if not files:
            raise ManifestError(
                f"{source}: the directory holds no manifest, which is a file that ends in"
                f" {', '.join(SUFFIXES)} and is no kustomization"
            )
        return [obj for file in files for obj in _load_file(file)]
    return _load_file(source)


def manifests_in(directory: Path) -> list[Path]:
    """The files of a directory that hold objects, in the order in which they are read."""
    return sorted(file for file in directory.iterdir() if is_manifest(file))


def is_manifest(path: PurePath) -> bool:
    return path.suffix in SUFFIXES and path.name not in KUSTOMIZATIONS


def parse(text: str, *, name: str) -> list[Object]:
    """The objects of a text; ``name`` is used in messages."""
    try:  # JSON is YAML too, but takes twenty times as long to read that way
        documents = [json.loads(text, object_pairs_hook=_mapping)]
    except ValueError:
        documents = _documents(text, name)
    return [obj for document in documents if document is not None for obj in _objects(document, name)]


def _mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Raises ValueError for a key that comes twice; YAML's reader then says where."""
    mapping = dict(pairs)
    if len(mapping) < len(pairs):
        raise ValueError
    return mapping


def _documents(text: str, name: str) -> list[Any]:
    import yaml

    try:
        return list(yaml.load_all(text, Loader=_loader()))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"{name}:{mark.line + 1}:{mark.column + 1}" if mark else name
        raise ManifestError(f"{where}: {error.problem}") from error
    except yaml.YAMLError as error:
        raise ManifestError(f"{name}: {error}") from error


def _load_file(file: Path) -> list[Object]:
    try:
        return parse(file.read_text(encoding="utf-8"), name=str(file))
    except OSError as error:
        raise ManifestError(f"{file}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ManifestError(f"{file}: not UTF-8 text: {error}") from error


def _objects(document: Any, name: str) -> Iterator[Object]:
    if not isinstance(document, dict):
        raise ManifestError(
            f"{name}: a document is a {type(document).__name__}; each must be one Kubernetes object"
        )
    if str(document.get("kind", "")).endswith("List") and isinstance(document.get("items"), list):
        for item in document["items"]:
            yield from _objects(item, name)
    elif not str(document.get("apiVersion", "")).startswith("kustomize.config.k8s.io/"):
        yield document


_TEXTS = ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:value")
_NUMBERS = {
    "tag:yaml.org,2002:int": re.compile(
        r"^(?:[-+]?0b[0-1_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+)$"
    ),
    "tag:yaml.org,2002:float": re.compile(
        r"^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+]?[0-9]+)?"
        r"|[-+]?[0-9]+[eE][-+]?[0-9]+|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$"
    ),
}


@cache
def _loader() -> type[Any]:
    """Safe YAML with the scalars that the Kubernetes tools know: no dates, no base-60 numbers, ``=`` is a
    text; a key that comes twice is an error."""
    import yaml

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
            seen: set[Any] = set()
            for key_node, _value in node.value:
                if key_node.tag == "tag:yaml.org,2002:merge":
                    continue
                key = self.construct_object(key_node, deep=True)
                if key in seen:
                    raise yaml.constructor.ConstructorError(
                        None,
                        None,
                        f"the key {key!r} comes twice in one mapping; keep one",
                        key_node.start_mark,
                    )
                seen.add(key)
            mapping: dict[Any, Any] = super().construct_mapping(node, deep=deep)
            return mapping

    Loader.yaml_implicit_resolvers = {
        first: [(tag, _NUMBERS.get(tag, pattern)) for tag, pattern in resolvers if tag not in _TEXTS]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    return Loader
