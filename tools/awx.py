# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the objects of an automation controller from what the playbooks take.

    python tools/awx.py

Every playbook with a ``.meta.yml`` is a job template. Those of its options that belong neither to the
inventory nor to the machine are the questions of its survey. The type of credential has a field for each
variable of the environment that the inventories read.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
PLAYBOOKS = ROOT / "playbooks"
SECRETS = ROOT / "inventories/shared/llm_secrets.yml"
TARGET = ROOT / "extensions/awx/controller.yml"
HEAD = """\
---
# Written by tools/awx.py from the playbooks and the inventories.
# Objects of AWX or Ansible Automation Platform, as the roles of infra.aap_configuration read them.
# docs/awx.md says how they are brought there, and what a site has to make itself.
"""

ORGANIZATION = "{{ llm_awx_organization | default('Default') }}"
PROJECT = "{{ llm_awx_project | default('llm-serving') }}"
INVENTORY = "{{ llm_awx_inventory | default('llm-clusters') }}"
ENVIRONMENT = "{{ llm_awx_execution_environment | default('llm-serving') }}"
CREDENTIALS = "{{ llm_awx_credentials | default([]) }}"
KUBECONFIG, SECRETS_TYPE = "LLM cluster (kubeconfig)", "LLM secrets"

NOT_ASKED = frozenset({"path", "dict"})
"""Types that no survey asks: paths are those of a container that ends with the job."""
LONGEST = 4096
MARKUP = re.compile(r"\b[A-Z]\(([^)#]*)(?:#\w+)?\)")
"""Of Ansible's documentation; the text is the first group."""


class Unsafe(str):
    """A text whose braces are for the controller."""

    __slots__ = ()


class Dumper(yaml.SafeDumper):
    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


Dumper.add_representer(Unsafe, lambda dumper, text: dumper.represent_scalar("!unsafe", str(text), style="'"))


def main() -> int:
    TARGET.write_text(written(), encoding="utf-8")
    return 0


def written() -> str:
    return HEAD + yaml.dump(
        controller(), Dumper=Dumper, sort_keys=False, width=100, allow_unicode=True, default_flow_style=False
    )


def controller() -> dict[str, Any]:
    templates = list(job_templates())
    return {
        "controller_credential_types": [kubeconfig_type(), secrets_type()],
        "controller_templates": templates,
        "controller_workflows": [workflow()],
    }


def job_templates() -> Iterator[dict[str, Any]]:
    for meta in sorted(PLAYBOOKS.glob("*.meta.yml")):
        name = meta.name.removesuffix(".meta.yml")
        about = yaml.safe_load(meta.read_text(encoding="utf-8"))
        options = about["argument_specs"]["main"]["options"]
        if any(one.get("required") and one["type"] == "path" for one in options.values()):
            continue
        yield _template(name, about["short_description"], questions(options))
        if name == "deploy":
            plan = _template(name, "What a deployment would change", questions(options))
            yield {**plan, "name": "llm-plan", "job_type": "check", "diff_mode": True}


def _template(playbook: str, description: str, asked: list[dict[str, Any]]) -> dict[str, Any]:
    name = "llm-" + playbook.replace("_", "-")
    return {
        "name": name,
        "description": description,
        "organization": ORGANIZATION,
        "project": PROJECT,
        "playbook": f"playbooks/{playbook}.yml",
        "inventory": INVENTORY,
        "execution_environment": ENVIRONMENT,
        "credentials": CREDENTIALS,
        "ask_limit_on_launch": True,
        "allow_simultaneous": False,
        "survey_enabled": bool(asked),
        "survey_spec": {"name": name, "description": description, "spec": asked} if asked else {},
    }


def questions(options: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """One question for each option that a person decides from run to run."""
    return [_question(name, option) for name, option in options.items() if _is_asked(option)]


def _is_asked(option: Mapping[str, Any]) -> bool:
    of_dicts = option["type"] == "list" and option.get("elements") != "str"
    return option["type"] not in NOT_ASKED and not of_dicts and not option.get("no_log")


def _question(name: str, option: Mapping[str, Any]) -> dict[str, Any]:
    kind, more = _form(option)
    described = option["description"]
    text = MARKUP.sub(r"\1", described if isinstance(described, str) else " ".join(described))
    return {
        "question_name": name,
        "question_description": text + (" Separated by commas." if option["type"] == "list" else ""),
        "variable": name,
        "type": kind,
        "required": bool(option.get("required", False)),
        "default": _text(option.get("default", "")),
        **more,
    }


def _form(option: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    if option["type"] == "bool":
        return "multiplechoice", {"choices": ["true", "false"]}
    if option.get("choices"):
        return "multiplechoice", {"choices": list(option["choices"])}
    if option["type"] == "int":
        return "integer", {"min": 0, "max": 2**31 - 1}
    if option["type"] == "float":
        return "float", {"min": 0, "max": 2**31 - 1}
    return "text", {"min": 0, "max": LONGEST}


def _text(default: Any) -> Any:
    return str(default).lower() if isinstance(default, bool) else default


def kubeconfig_type() -> dict[str, Any]:
    """For clusters that are reached otherwise than by the bearer token of the built-in type."""
    return {
        "name": KUBECONFIG,
        "description": "The way to a cluster, as a kubeconfig file",
        "kind": "cloud",
        "inputs": {
            "fields": [
                {
                    "id": "kubeconfig",
                    "label": "kubeconfig",
                    "type": "string",
                    "secret": True,
                    "multiline": True,
                },
            ],
            "required": ["kubeconfig"],
        },
        "injectors": {
            "file": {"template.kubeconfig": Unsafe("{{ kubeconfig }}")},
            "env": {"K8S_AUTH_KUBECONFIG": Unsafe("{{ tower.filename.kubeconfig }}")},
        },
    }


def secrets_type() -> dict[str, Any]:
    names = list(environment())
    return {
        "name": SECRETS_TYPE,
        "description": "What llm_secrets takes from the environment; leave empty what no service needs",
        "kind": "cloud",
        "inputs": {
            "fields": [
                {"id": name.lower(), "label": name, "type": "string", "secret": True} for name in names
            ],
        },
        "injectors": {"env": {name: Unsafe(f"{{{{ {name.lower()} | default('') }}}}") for name in names}},
    }


def environment() -> Iterator[str]:
    """The variables behind the secrets of the inventories."""
    for secret in yaml.safe_load(SECRETS.read_text(encoding="utf-8"))["llm_secrets"]:
        if "env" in secret:
            ends = ("_ACCESS_KEY_ID", "_SECRET_ACCESS_KEY") if secret["kind"] == "s3" else ("",)
            yield from (secret["env"] + end for end in ends)


def workflow() -> dict[str, Any]:
    """Nothing is changed before a person has seen what would be."""
    steps = ("plan", "approve", "deploy", "verify")
    nodes = [
        {"identifier": step, "unified_job_template": f"llm-{step}", "lookup_organization": ORGANIZATION}
        if step != "approve"
        else {"identifier": step, "approval_node": {"name": "Approve what the plan shows", "timeout": 86400}}
        for step in steps
    ]
    for node, following in zip(nodes, steps[1:], strict=False):
        node["success_nodes"] = [following]
    return {
        "name": "llm-release",
        "description": "Plan, approval, deployment and proof",
        "organization": ORGANIZATION,
        "simplified_workflow_nodes": nodes,
    }


if __name__ == "__main__":
    sys.exit(main())
