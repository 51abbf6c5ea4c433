# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""vLLM's arguments: what they are called however they are written, and which version knows them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import Literal

from . import vllm_arguments as catalogue
from .successors import ARGUMENTS

Release = tuple[int, ...]

POSITIVE, NEGATIVE = "enable_", "disable_"
NEWEST = catalogue.SAMPLED.split()[-1]
"""The newest version that was looked into."""


@lru_cache(maxsize=256)
def release(version: str) -> Release:
    """A version as numbers that compare; local and post parts do not count."""
    return tuple(int(number) for number in re.findall(r"\d+", version.partition("+")[0])[:3])


def is_newer(version: str) -> bool:
    """Whether the version may have what none that was looked into has; a patch brings nothing."""
    return release(version)[:2] > release(NEWEST)[:2]


@dataclass(frozen=True, kw_only=True)
class Given:
    """One argument among those that a user gives."""

    index: int
    """Its place in the list."""
    written: str
    """As it is written, without the value."""
    name: str
    """The argument's name with underscores, whatever its spelling."""
    value: str | bool | None
    """True and False for switches; None where no value follows."""


@dataclass(frozen=True, kw_only=True)
class Span:
    """The sampled versions between which an argument was seen."""

    first: Release
    last: Release
    last_seen: str


Standing = Literal["known", "gone", "later", "unknown"]


def given(items: Sequence[str]) -> Iterator[Given]:
    """The arguments of a command line; an item that is no option is the value of the one before it."""
    for index, item in enumerate(items):
        if not item.startswith("-") or _is_number(item):
            continue
        written, equals, value = item.partition("=")
        following = items[index + 1] if index + 1 < len(items) else "-"
        if not equals and (not following.startswith("-") or _is_number(following)):
            equals, value = "=", following
        name, switched = argument_name(written)
        found: str | bool | None = value if equals else switched
        yield Given(index=index, written=written, name=name, value=found)


@lru_cache(maxsize=1024)
def argument_name(written: str) -> tuple[str, bool | None]:
    """Name and, for a switch, the setting that an option stands for.

    Dashes and underscores are the same, ``--no-x`` and ``--disable-x`` turn off, ``--x.key`` sets a part of
    x, and an unambiguous beginning is enough.
    """
    if alias := catalogue.ALIASES.get(written.replace("_", "-")):
        return alias, (True if alias in _switches() else None)
    name = written.lstrip("-").replace("-", "_").partition(".")[0]
    if resolved := _resolve(name):
        return resolved
    candidates = {long for long in _spellings() if long.startswith(name)} if name else set()
    meanings = {_resolve(candidate) for candidate in candidates}
    if len({meaning[0] for meaning in meanings if meaning}) == 1:
        return next(meaning for meaning in meanings if meaning)
    return name, None


def standing(name: str, version: str, *, command_line: bool) -> tuple[Standing, str]:
    """Whether a version knows an argument; for one that is gone, the last version that was seen to.

    Between two sampled versions, the one with and the one without an argument, it counts as known.
    """
    at = release(version)
    if command_line and name in _flags():
        return _flag_standing(name, at)
    span = _spans().get(name)
    if span is None or (command_line and name in catalogue.UNSPELLED.split()):
        return ("gone" if name in ARGUMENTS else "unknown"), ""
    if command_line and name == "disable_log_requests" and at >= _PAIRS_SINCE:
        return "known", ""
    if at <= span.last and at >= _before(span.first):
        return "known", ""
    if at < span.first:
        return "later", ""
    gone_by = ARGUMENTS[name].by if command_line and name in ARGUMENTS else _after(span.last_seen)
    return ("known", "") if at < release(gone_by) else ("gone", span.last_seen)


def nearest(name: str) -> str | None:
    """The argument that was probably meant."""
    near = get_close_matches(name, [*_spans(), *_flags()], n=1, cutoff=0.75)
    return near[0] if near else None


def field_type(name: str) -> str:
    """``bool``, ``int``, ``float`` or ``str``; empty where the field takes several types."""
    return _types().get(name, "")


def field_choices(name: str, version: str) -> tuple[str, ...]:
    """All values that a field takes; empty where the list is open or the version was not looked into."""
    if release(version) < release(catalogue.DUMPED.split()[0]):
        return ()
    return tuple(catalogue.CHOICES.get(name, "").split())


def is_switch(name: str) -> bool:
    """Whether the argument takes no value on the command line."""
    return name in _switches()


def has_opposite(name: str) -> bool:
    """Whether a switch can be turned off on the command line."""
    return name not in catalogue.ONE_WAY.split()


def turns_off(written: str, name: str, version: str) -> bool:
    """Whether a version knows this spelling of a switch's opposite."""
    return has_opposite(name) and (written.startswith("--no-") or release(version) >= _PAIRS_SINCE)


def option(name: str) -> str:
    """The argument as it is written on the command line."""
    return "--" + name.replace("_", "-")


def _flag_standing(name: str, at: Release) -> tuple[Standing, str]:
    first, last = _flags()[name]
    if at > release(last):
        return "known" if last == catalogue.SAMPLED.split()[-1] else "gone", last
    if at < release(first) and first != catalogue.DUMPED.split()[0]:
        return "later", ""
    return "known", ""


def _resolve(name: str) -> tuple[str, bool | None] | None:
    """The argument behind a whole spelling."""
    known = _names()
    if name in known:
        return name, (True if name in _switches() else None)
    if name.startswith("no_") and name[3:] in known:
        return name[3:], False
    for prefix, opposite in ((NEGATIVE, POSITIVE), (POSITIVE, NEGATIVE)):
        if name.startswith(prefix) and opposite + name.removeprefix(prefix) in _switches():
            return opposite + name.removeprefix(prefix), False
    return None


def _is_number(item: str) -> bool:
    return re.fullmatch(r"-?\d+(\.\d+)?", item) is not None


def _after(version: str) -> str:
    sampled = catalogue.SAMPLED.split()
    place = sampled.index(version) + 1
    return sampled[place] if place < len(sampled) else "99999"


def _before(first: Release) -> Release:
    """Just above the sampled version before the first that has an argument."""
    earlier = [release(version) for version in catalogue.SAMPLED.split() if release(version) < first]
    return (*earlier[-1], 1) if earlier else ()


@lru_cache(maxsize=1)
def _spans() -> dict[str, Span]:
    return {
        name: Span(first=release(first), last=release(last), last_seen=last)
        for (first, last), names in catalogue.FIELDS.items()
        for name in names.split()
    }


@lru_cache(maxsize=1)
def _flags() -> dict[str, tuple[str, str]]:
    return {name: span for span, names in catalogue.FLAGS.items() for name in names.split()}


@lru_cache(maxsize=1)
def _types() -> dict[str, str]:
    return {name: kind for kind, names in catalogue.TYPES.items() for name in names.split()}


@lru_cache(maxsize=1)
def _switches() -> frozenset[str]:
    return frozenset(catalogue.SWITCHES.split())


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    return frozenset((*_spans(), *_flags(), *ARGUMENTS))


@lru_cache(maxsize=1)
def _spellings() -> frozenset[str]:
    switches = _switches()
    opposites = {NEGATIVE + name[len(POSITIVE) :] for name in switches if name.startswith(POSITIVE)}
    return _names() | {f"no_{name}" for name in switches} | opposites


_PAIRS_SINCE = (0, 33)
"""From here on ``--disable-x`` is the opposite of ``--enable-x``, besides ``--no-enable-x``."""
