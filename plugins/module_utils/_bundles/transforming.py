# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options by which a module changes a bundle. Their documentation is in ``plugins/doc_fragments``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .transform import Transformation

TRANSFORMING: dict[str, dict[str, Any]] = {
    "move": {"type": "bool", "default": False},
    "images": {"type": "dict", "default": {}},
    "tolerations": {"type": "list", "elements": "dict", "default": []},
    "node_selector": {"type": "dict", "default": {}},
    "hooks": {"type": "str", "choices": ["refuse", "skip", "apply"], "default": Transformation.hooks},
    "drop": {"type": "list", "elements": "dict", "default": []},
    "drop_secrets": {"type": "bool", "default": False, "no_log": False},
    "managed_namespaces": {"type": "list", "elements": "str", "default": []},
}


def transformation(options: Mapping[str, Any], *, namespace: str) -> Transformation:
    """What these options and those of ``INSTALLING`` ask for."""
    return Transformation(
        namespace=namespace if options["move"] else "",
        images=options["images"],
        mirrors=options["image_registry_map"],
        prefix=options["registry_prefix"],
        tolerations=options["tolerations"],
        node_selector=options["node_selector"],
        pull_secrets=options["image_pull_secrets"],
        hooks=options["hooks"],
        drop=options["drop"],
        drop_secrets=options["drop_secrets"],
        managed_namespaces=options["managed_namespaces"],
        patches=options["patches"],
    )
