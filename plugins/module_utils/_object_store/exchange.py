# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Uploads and buckets: what is there, what is sent, and what is still missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from .._fleet import Problem
from .comparison import Comparison, compare
from .faults import told
from .layout import CODE, layout_problems
from .rclone import RcloneFailed, Remote, Say
from .upload import Upload

Ways = Mapping[str, Remote]
"""By name of the store."""

_AT_ONCE = 8
_FEW = 5


def compared(uploads: Sequence[Upload], ways: Ways) -> tuple[list[Comparison], list[Problem]]:
    """Each upload beside what is in its bucket, and why a bucket cannot be used."""

    def ask(upload: Upload) -> Comparison | Problem:
        try:
            return compare(upload, ways[upload.store.name].listing(upload.path))
        except RcloneFailed as failed:
            return told(upload.store, failed)

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        answers = list(pool.map(ask, uploads))
    comparisons = [answer for answer in answers if isinstance(answer, Comparison)]
    problems = [answer for answer in answers if isinstance(answer, Problem)]
    problems += [problem for one in comparisons for problem in layout_problems(one.upload, one.there)]
    return comparisons, list(dict.fromkeys(problems))


def send(comparison: Comparison, ways: Ways, *, delete: bool, say: Say) -> list[Problem]:
    """Sends what is due, and tells what of it is not listed afterwards. Raises RcloneFailed."""
    upload, way = comparison.upload, ways[comparison.upload.store.name]
    if comparison.extra and delete:
        way.delete(upload.path, comparison.extra)
    if not comparison.due:
        return []
    way.copy(str(upload.source), upload.path, comparison.due, lambda line: say(f"{upload.path}: {line}"))
    there = way.listing(upload.path)
    lost = [path for path in comparison.due if path not in there or there[path].size != upload.files[path]]
    return [_problem(upload, lost, "was sent and is not there")] if lost else []


def missing(comparisons: Sequence[Comparison]) -> list[Problem]:
    """What should be in the buckets and is not."""
    return [
        _problem(one.upload, paths, what)
        for one in comparisons
        for what, paths in (("is missing", one.new), ("is not what it should be", one.changed))
        if paths
    ]


def _problem(upload: Upload, paths: Sequence[str], what: str) -> Problem:
    named = ", ".join(paths[:_FEW]) + (f" and {len(paths) - _FEW} more" if paths[_FEW:] else "")
    return Problem(
        code=CODE, path=upload.origin, message=f"{named} {what} in {upload.path}.", hint="Upload it."
    )
