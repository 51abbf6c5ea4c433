# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""YAML that every parser reads the same way, whichever version of YAML it follows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

_PLAIN = re.compile(r"[A-Za-z/][A-Za-z0-9_./-]*\Z")
_WORDS_WITH_A_MEANING = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})


@cache
def _dumper() -> type[Any]:
    """Quotes every string that some parser may take for a number, a date or a truth value."""
    import yaml

    class Dumper(yaml.SafeDumper):
        def ignore_aliases(self, data: Any) -> bool:
            return True

        def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
            super().increase_indent(flow, False)

    def represent(dumper: Dumper, text: str) -> yaml.ScalarNode:
        style = '"'
        if "\n" in text:
            style = "|"
        elif _PLAIN.match(text) and text.lower() not in _WORDS_WITH_A_MEANING:
            style = ""
        return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)

    Dumper.add_representer(str, represent)
    return Dumper


def dump(document: Mapping[str, Any]) -> str:
    import yaml

    text: str = yaml.dump(document, Dumper=_dumper(), sort_keys=False, allow_unicode=True, width=1000)
    return text
