# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where in a directory or a bucket the files lie by which a model is known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from .._fleet import Problem
from .upload import Upload

CODE = "V-12"
TRITON = "config.pbtxt"
WEIGHTS = ("config.json", "params.json", "adapter_config.json")
"""What models and adapters of the usual forms have at their top."""


def repository_models(root: Path) -> tuple[str, ...]:
    """The directories of a repository for Triton."""
    return tuple(sorted(each.name for each in root.iterdir() if each.is_dir() and each.name[0] != "."))


def repository_faults(root: Path, path: str) -> Iterator[Problem]:
    """Why a directory here is no repository whose models Triton would find."""
    models = repository_models(root)
    if (root / TRITON).is_file():
        yield _problem(
            path, f"{root} is a model, and no directory of models.", f"Write src: {root.absolute().parent}."
        )
    elif not models:
        yield _problem(path, f"there is no directory with a model in {root}.", f"Each has a {TRITON}.")
    for model in models if not (root / TRITON).is_file() else ():
        folder = root / model
        if not (folder / TRITON).is_file() and any(folder.glob(f"*/{TRITON}")):
            hint = f"Write src: {folder}."
            yield _problem(path, f"models lie one level too deep in {root}, below {model}.", hint)
        elif not (folder / TRITON).is_file():
            yield _problem(path, f"{folder} has no {TRITON}.", "Triton takes every directory for a model.")
        for empty in sorted(each for each in folder.rglob("*") if each.is_dir() and not any(each.iterdir())):
            hint = f"Put a file into it, for example {empty / '.keep'}."
            yield _problem(path, f"{empty} is empty, and a bucket has no empty directories.", hint)


def model_faults(root: Path, path: str) -> Iterator[Problem]:
    """Why a directory here is no model that an engine would find."""
    if not any(root.iterdir()):
        yield _problem(path, f"{root} is empty.", "Name the directory with the files of the model.")
    if not any((root / name).is_file() for name in WEIGHTS):
        below = sorted({found.parent for name in WEIGHTS for found in root.glob(f"*/{name}")})
        if below:
            message = f"the model lies one level too deep in {root}, in {below[0].name}."
            yield _problem(path, message, f"Write src: {below[0]}.")


def layout_problems(upload: Upload, there: Iterable[str]) -> Iterator[Problem]:
    """What lies one level too deep in the repository in a bucket, where Triton would stumble over it."""
    if upload.models is None:
        return
    paths = [PurePosixPath(path) for path in there if PurePosixPath(path).name == TRITON]
    models, nested = ({path.parts[0] for path in paths if len(path.parts) == depth} for depth in (2, 3))
    for folder in sorted(nested - models):
        message = f"{upload.path}/{folder} is no model but holds some: they lie one level too deep."
        hint = f"Move what is in it to {upload.path}, or delete {upload.path}/{folder}."
        yield _problem(f"llm_stores[{upload.store.name}].prefix", message, hint)


def _problem(path: str, message: str, hint: str) -> Problem:
    return Problem(code=CODE, path=path, message=message, hint=hint)
