# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rooms of the code are those of the page, and imports between them go one way."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT / "plugins/module_utils"
PAGE = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
ROOMS = {path.name for path in SHARED.iterdir() if path.is_dir() and path.name != "__pycache__"}
PURE = {
    *("_catalogue", "_fleet", "_plan", "_engines", "_stores", "_platforms", "_exposure", "_metrics"),
    *("_rules", "_import", "_objects", "_manifests"),
}
"""What needs no network: all that lies left of the owned set."""
SINGLE = {"_names", "_quantities", "_workload"}
"""Files that stand between the rooms and know of none of them."""


def imports() -> Iterator[tuple[str, str]]:
    """Which room or file needs which other when it runs; types alone do not count."""
    for path in SHARED.rglob("*.py"):
        place = path.relative_to(SHARED).with_suffix("").parts
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in running(tree):
            if isinstance(node, ast.ImportFrom) and node.level:
                package = place[: len(place) - node.level]
                goals = [node.module.split(".")[0]] if node.module else [each.name for each in node.names]
                for goal in goals:
                    target = (*package, goal)[0]
                    if target != place[0]:
                        yield place[0], target


def running(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.iter_child_nodes(tree):
        if not (isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING"):
            yield node
            yield from running(node)


IMPORTS = sorted(set(imports()))


def test_imports_between_rooms_go_one_way() -> None:
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for room, other in IMPORTS:
        sorter.add(room, other)
    assert {"_fleet", "_rollout"} <= set(sorter.static_order())  # raises CycleError


def test_nothing_left_of_the_owned_set_knows_a_cluster() -> None:
    known = PURE | SINGLE
    assert [(room, other) for room, other in IMPORTS if room in known and other not in known] == []


def test_the_page_has_a_row_for_every_room() -> None:
    rooms = re.search(r"## The rooms\n(.*?)\nFour files ", PAGE, re.DOTALL)
    assert rooms
    first_cells = "\n".join(re.findall(r"^\| (`_.*?) \|", rooms[1], re.MULTILINE))
    assert set(re.findall(r"`(\w+)`", first_cells)) == ROOMS


def test_the_page_has_every_module_with_rooms_that_exist() -> None:
    table = re.search(r"\| module \| entry \|\n\|---\|---\|\n(.*?)\n\n", PAGE, re.DOTALL)
    assert table
    rows = [line.split("|")[1:3] for line in table[1].splitlines()]
    modules = {path.stem for path in (ROOT / "plugins/modules").glob("*.py")}
    assert {name for cell, _ in rows for name in re.findall(r"`(\w+)`", cell)} == modules
    assert {name for _, cell in rows for name in re.findall(r"`(_\w+)`", cell)} <= ROOMS
