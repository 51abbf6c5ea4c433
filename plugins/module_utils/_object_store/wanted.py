# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes into which bucket: repositories that services render, and directories that a person names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path, PurePosixPath

from .._fleet import Fleet, Problem, Store
from .._plan import ServicePlan
from .._stores.s3 import object_path, repository_path
from .layout import model_faults, repository_faults, repository_models
from .upload import Upload


@dataclass(frozen=True, kw_only=True)
class Local:
    """A directory that a person names, and whose files it holds: exactly one of *model* and *repository*."""

    src: str
    model: str | None
    """Entry of ``llm_models``."""
    adapter: str | None
    """Of the model; None: the model itself."""
    repository: str | None
    """Entry of ``llm_stores`` that Triton reads as a repository."""


def wanted(
    fleet: Fleet, plans: Sequence[ServicePlan], local: Sequence[Local], *, scratch: Path
) -> tuple[list[Upload], list[Problem]]:
    """The uploads, and why some cannot be. Files that *plans* render are written below *scratch*."""
    named = [_local(fleet, one, f"uploads[{number}]") for number, one in enumerate(local)]
    problems = [problem for _upload, found in named for problem in found]
    rendered, conflicts = _rendered(plans, scratch)
    uploads = [upload for upload, _found in named if upload is not None] + rendered
    return uploads, [*problems, *conflicts, *_overlaps(uploads)]


def _rendered(plans: Sequence[ServicePlan], scratch: Path) -> tuple[list[Upload], list[Problem]]:
    """One upload for each repository, with the models of all services that share it."""
    sharing: dict[str, list[ServicePlan]] = {}
    for each in (variant for plan in plans for variant in plan.variants):
        if each.location.delivery == "repository" and not each.brings_repository:
            sharing.setdefault(each.location.uri, []).append(each)
    uploads, problems = [], []
    for number, readers in enumerate(sharing.values()):
        models: dict[str, Mapping[str, str]] = {}
        for plan in readers:
            files = plan.engine.repository(plan) if plan.engine.repository else {}
            if models.setdefault(plan.model.name, files) != files:
                problems.append(_conflict(plan, readers))
        root = scratch / str(number)
        for path, text in (item for files in models.values() for item in files.items()):
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, encoding="utf-8")
        names = ", ".join(sorted({plan.name for plan in readers}))
        store = readers[0].store
        uploads.append(
            Upload(
                origin=f"llm_serving[{names}]",
                store=store,
                path=repository_path(store),
                source=root,
                models=tuple(sorted(models)),
            )
        )
    return uploads, problems


def _conflict(plan: ServicePlan, readers: Sequence[ServicePlan]) -> Problem:
    other = next(each.name for each in readers if each.model.name == plan.model.name)
    return Problem(
        code="V-12",
        path=f"llm_serving[{plan.name}].model",
        message=f"its files of {plan.model.name} differ from those of {other} in the same repository.",
        hint="Give one of them a store with another prefix, or both the same settings.",
    )


def _local(fleet: Fleet, one: Local, path: str) -> tuple[Upload | None, list[Problem]]:
    """The upload of a named directory; None where something is wrong with it."""
    source, repository = Path(one.src), one.repository is not None
    store, problems = _store(fleet, one, path)
    if not source.is_dir():
        message = f"{source.absolute()} is no directory here."
        problems.append(
            Problem(code="V-12", path=f"{path}.src", message=message, hint="Write its full path.")
        )
    else:
        problems += (repository_faults if repository else model_faults)(source, f"{path}.src")
    if problems or store is None:
        return None, problems
    upload = Upload(
        origin=path,
        store=store,
        path=repository_path(store) if repository else object_path(store, _source(fleet, one)),
        source=source,
        models=repository_models(source) if repository else None,
    )
    return upload, []


def _store(fleet: Fleet, one: Local, path: str) -> tuple[Store | None, list[Problem]]:
    """The bucket that is meant; None where none is."""
    if one.repository is not None:
        if one.repository not in fleet.stores:
            return None, [_unknown(f"{path}.repository", one.repository, "llm_stores", fleet.stores)]
        name: str | None = one.repository
    elif one.model not in fleet.models:
        return None, [_unknown(f"{path}.model", str(one.model), "llm_models", fleet.models)]
    else:
        model = fleet.models[str(one.model)]
        adapters = {adapter.name: adapter for adapter in model.adapters}
        if one.adapter is not None and one.adapter not in adapters:
            where = f"llm_models[{model.name}].adapters"
            return None, [_unknown(f"{path}.adapter", one.adapter, where, adapters)]
        name = model.store
    store = fleet.stores.get(name or "")
    if store is None or store.kind != "s3":
        where = "no store" if store is None else f"store {store.name} of kind {store.kind}"
        message = f"{one.model or name} lies in {where}, and uploads go into buckets."
        hint = "Name a store of kind s3 in llm_models[].store."
        return None, [Problem(code="V-12", path=path, message=message, hint=hint)]
    return store, []


def _source(fleet: Fleet, one: Local) -> str:
    """The path below the store's prefix where services look for the model, or for the adapter."""
    model = fleet.models[str(one.model)]
    if one.adapter is None:
        return model.source
    return next(str(each.source) for each in model.adapters if each.name == one.adapter)


def _unknown(path: str, name: str, where: str, known: Mapping[str, object]) -> Problem:
    near = get_close_matches(name, known, n=1)
    hint = f"Did you mean {near[0]}?" if near else f"Known are: {', '.join(known) or 'none'}."
    return Problem(code="V-20", path=path, message=f"{name} is no entry of {where}.", hint=hint)


def _overlaps(uploads: Sequence[Upload]) -> Iterator[Problem]:
    """Files of two sources in one directory would take turns, and Triton takes weights that lie in its
    repository for a model."""
    for number, upload in enumerate(uploads):
        for other in uploads[:number]:
            same_server = upload.store.endpoint == other.store.endpoint
            if same_server and (shared := _shared(upload, other)):
                yield Problem(
                    code="V-12",
                    path=upload.origin,
                    message=f"its files would lie among those of {other.origin}, in {shared}.",
                    hint="Leave one of the two out, or give one a store with another prefix.",
                )


def _shared(one: Upload, other: Upload) -> str | None:
    """The directory in which both have files."""
    if one.models is not None and other.models is not None and one.path == other.path:
        both = sorted(set(one.models) & set(other.models))
        return f"{one.path}/{both[0]}" if both else None
    first, second = PurePosixPath(one.path), PurePosixPath(other.path)
    if first.is_relative_to(second) or second.is_relative_to(first):
        return str(max(first, second, key=lambda path: len(path.parts)))
    return None
