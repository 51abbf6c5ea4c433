# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What modules that bring a component have in common. Their documentation is in ``plugins/doc_fragments``."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from .._apply.progress import progress
from .component import Finding

INSTALLING: dict[str, dict[str, Any]] = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "mode": {
        "type": "str",
        "choices": ["install", "existing", "verify", "skip", "rights"],
        "default": "install",
    },
    "if_exists": {"type": "str", "choices": ["skip", "fail", "adopt"], "default": "skip"},
    "version_preset": {"type": "str", "choices": ["seed", "current"], "default": "current"},
    "version": {"type": "str"},
    "image_registry_map": {"type": "dict", "default": {}},
    "registry_prefix": {"type": "str"},
    "image_pull_secrets": {"type": "list", "elements": "str", "default": [], "no_log": False},
    "patches": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "target": {"type": "dict", "required": True},
            "ops": {"type": "list", "elements": "dict", "required": True},
        },
    },
    "delete_crds": {"type": "bool", "default": False},
}


def manner(module: AnsibleModule) -> dict[str, Any]:
    """How the task is run: for real or not, and for how long it waits."""
    return {
        "check_mode": module.check_mode,
        "wait": module.params["wait"],
        "wait_timeout": module.params["wait_timeout"],
        "show_diff": module._diff,
        "progress": progress(),
    }


def shown_finding(finding: Finding) -> dict[str, Any]:
    """What was there before, as a module returns it."""
    found = asdict(finding)
    return {name: found[name] for name in ("present", "owner", "by", "version")} | {
        "evidence": list(finding.evidence)
    }
