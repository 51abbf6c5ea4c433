# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for every file of the repository."""

from __future__ import annotations

import ast
import re
import subprocess
from functools import cache
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
HEADER = (
    "# Copyright (c) Inferops contributors",
    "# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)",
    "# SPDX-License-Identifier: GPL-3.0-or-later",
)
LONGEST = 400
HERE = [rf"(?<!\w){re.escape(f'{place}/')}" for place in (ROOT, Path.home()) if place != Path(place.anchor)]
FOREIGN = re.compile(
    "|".join(HERE)  # places of one machine
    + r"|pypi\.org|pythonhosted\.org|(?:proxy|sum)\.golang\.org|goproxy"  # servers that a mirror may replace
)


@cache
def files(*patterns: str) -> tuple[Path, ...]:
    """The files that git knows or would add."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *patterns]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    return tuple(path for name in sorted(names) if name and (path := ROOT / name).is_file())


def names(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in paths]


def modules() -> list[str]:
    return sorted(path.stem for path in files("plugins/modules/*.py"))


def test_every_python_file_names_its_licence() -> None:
    lacking = []
    for path in files("*.py"):
        lines = path.read_text(encoding="utf-8").splitlines()
        if lines and lines[0].startswith("#!"):
            del lines[0]
        if tuple(lines[:3]) != HEADER:
            lacking.append(path)
    assert names(lacking) == []


def test_scripts_and_go_files_name_their_licence() -> None:
    scripts = files("*.sh", "*.go", "Makefile", ".ci/*")
    assert names([path for path in scripts if HEADER[2][2:] not in path.read_text(encoding="utf-8")]) == []


def test_no_file_knows_the_machine_it_was_written_on() -> None:
    found = []
    for path in files():
        if path != Path(__file__) and path.suffix not in {".sum", ".gz"}:
            text = path.read_text(encoding="utf-8")
            found += [f"{path.relative_to(ROOT)}: {match[0]}" for match in FOREIGN.finditer(text)]
    assert found == []


def test_source_files_stay_short() -> None:
    """A file that a tool wrote says so in its docstring and may be as long as its facts."""
    long = []
    for path in files("plugins/*.py"):
        text = path.read_text(encoding="utf-8")
        generated = re.search(r"(?:Written|Generated) by .*tools/", text[:1500])
        documentation = path.parent.name in {"modules", "doc_fragments"}
        lines = _code(text) if documentation else text.splitlines()
        if len(lines) > LONGEST and not generated:
            long.append(path)
    assert names(long) == []


def test_module_utils_are_imported_statically() -> None:
    """Only what static imports reach is sent along with a module."""
    dynamic = []
    for path in files("plugins/module_utils/*.py", "plugins/modules/*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = node.func if isinstance(node, ast.Call) else None
            name = getattr(called, "attr", getattr(called, "id", ""))
            if name in {"import_module", "__import__"} or (
                name in {"exec", "eval"} and isinstance(called, ast.Name)
            ):
                dynamic.append(path)
    assert names(dynamic) == []


def test_the_action_group_holds_every_module_that_reaches_a_cluster() -> None:
    """Defaults of the group are connection options, which the others do not have."""
    runtime = yaml.safe_load((ROOT / "meta/runtime.yml").read_text(encoding="utf-8"))
    assert list(runtime["action_groups"]) == ["all"]
    for name in modules():
        documentation = yaml.safe_load(_assigned(ROOT / f"plugins/modules/{name}.py", "DOCUMENTATION"))
        fragments = documentation["extends_documentation_fragment"]
        reaches = "inferops.serving.connection" in fragments
        assert ("inferops.serving.attributes.action_group" in fragments) is reaches, name
        assert (name in runtime["action_groups"]["all"]) is reaches, name


def test_every_module_says_since_when_by_whom_and_how_it_behaves() -> None:
    for name in modules():
        documentation = yaml.safe_load(_assigned(ROOT / f"plugins/modules/{name}.py", "DOCUMENTATION"))
        assert documentation["module"] == name
        assert documentation["version_added"]
        assert documentation["author"]
        assert "inferops.serving.attributes" in documentation["extends_documentation_fragment"]


def test_the_version_is_stated_once() -> None:
    version = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["version"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert version in changelog


def _code(text: str) -> list[str]:
    """The lines outside the documentation strings of a module."""
    documented = [
        node
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
    ]
    hidden = {
        line for node in documented for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    return [line for number, line in enumerate(text.splitlines(), 1) if number not in hidden]


def _assigned(path: Path, name: str) -> str:
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == name:
            return str(ast.literal_eval(node.value))
    return "{}"
