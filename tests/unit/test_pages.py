# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the pages tell a reader is so."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.inferops.serving.plugins.module_utils._fleet import VARIABLES
from ansible_collections.inferops.serving.plugins.module_utils._inventory import read
from ansible_collections.inferops.serving.plugins.module_utils._plan import provenance

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("roles/*/README.md")])


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ +(.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_link_leads_somewhere() -> None:
    lost = []
    for page in PAGES:
        for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
            if "://" in target:
                continue
            path, _, anchor = target.partition("#")
            goal = (page.parent / path).resolve() if path else page
            if not goal.exists() or (anchor and goal.suffix == ".md" and anchor not in anchors(goal)):
                lost.append(f"{page.relative_to(ROOT)}: {target}")
    assert lost == []


def test_the_inventory_of_the_readme_is_a_good_one() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```yaml\n(llm_clusters:.*?)```", text, re.DOTALL)
    host: dict[str, Any] = yaml.safe_load(example)["llm_clusters"]["hosts"]["prod"]
    specification = read({name: value for name, value in host.items() if name != "llm_connection"})
    assert [str(problem) for problem in specification.problems] == []
    assert [plan.service.name for plan in specification.plans] == ["assistant"]


@pytest.mark.parametrize("page", ["kv-offload", "llm-d", "models", "prerequisites", "tensorrt-llm"])
def test_the_inventories_of_a_page_are_good_ones(page: str) -> None:
    text = (ROOT / f"docs/{page}.md").read_text(encoding="utf-8")
    examples = [
        yaml.safe_load(block) for block in re.findall(r"^```yaml\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    ]
    inventories = [each for each in examples if isinstance(each, dict) and set(each) & set(VARIABLES)]
    assert inventories
    for variables in inventories:
        assert [str(problem) for problem in read(variables).problems] == []


def test_the_inventory_of_the_page_about_caches_is_a_good_one() -> None:
    text = (ROOT / "docs/kv-offload.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```yaml\n(llm_cluster:.*?)```", text, re.DOTALL)
    specification = read(yaml.safe_load(example))
    assert [str(problem) for problem in specification.problems] == []
    (plan,) = specification.plans
    values = {each["key"]: (str(each["value"]), each["source"]) for each in provenance(plan)}
    (table,) = re.findall(r"```\n(KEY.*?)```", text, re.DOTALL)
    for line in table.splitlines()[1:]:
        key, value, source = line.split()
        assert values[key] == (value, source)


def test_the_inventory_of_the_page_about_ways_in_is_a_good_one() -> None:
    text = (ROOT / "docs/exposure.md").read_text(encoding="utf-8")
    example, canary = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    entries = yaml.safe_load(example)
    (entry,) = entries["llm_serving"]
    entry.update(yaml.safe_load(canary), engine="vllm", version="0.33.0")
    models = [{"name": "vllm_model", "source": "openai-community/gpt2"}]
    specification = read({"llm_models": models, **entries})
    assert [str(problem) for problem in specification.errors] == []
    (plan,) = specification.plans
    assert plan.url == "https://llm.example.com/triton-demo-1/triton-inference-server"
    assert len(plan.variants) == 2


def test_every_command_of_the_readme_and_the_guide_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    for page in ("README.md", "docs/contributing.md"):
        named = set(re.findall(r"`make ([a-z-]+)", (ROOT / page).read_text(encoding="utf-8")))
        assert named <= targets


def test_continuous_integration_runs_the_test_command_of_the_readme() -> None:
    assert re.search(r"^make test ", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert "make --no-print-directory test" in (ROOT / ".ci/run").read_text(encoding="utf-8")
