# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module: its values are never shown, and its documentation says what it takes."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from ansible.module_utils import basic
from ansible_collections.inferops.serving.plugins.doc_fragments import (
    connection,
    installing,
    transforming,
    waiting,
)
from ansible_collections.inferops.serving.plugins.modules import bundle, component

VALUES = {"adminPassword": "open-sesame", "extraText": "some long text", "replicas": 3}
NOWHERE = {"host": "https://127.0.0.1:1", "api_key": "a-bearer-token", "validate_certs": False}


def run(
    arguments: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> str:
    monkeypatch.setattr(basic, "_ANSIBLE_ARGS", json.dumps({"ANSIBLE_MODULE_ARGS": arguments}).encode())
    monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
    with pytest.raises(SystemExit):
        bundle.main()
    return capsys.readouterr().out


@pytest.mark.parametrize(
    ("source", "words"), [("helm:./charts/lws", "127.0.0.1"), ("lws.yaml", "values are for charts")]
)
def test_values_are_shown_nowhere_not_even_as_options(
    source: str, words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said = run({"component": "lws", "source": source, "values": VALUES, **NOWHERE}, monkeypatch, capsys)
    assert words in json.loads(said)["msg"]
    assert "open-sesame" not in said
    assert "some long text" not in said
    assert json.loads(said)["invocation"]["module_args"]["values"] == "(not shown)"


@pytest.mark.parametrize(("module", "more"), [(bundle, [transforming]), (component, [])])
def test_documentation_and_argument_spec_say_the_same(module: Any, more: list[Any]) -> None:
    options: dict[str, dict[str, Any]] = {}
    own = yaml.safe_load(module.DOCUMENTATION)["options"]
    for fragment in (connection, waiting, installing, *more):
        options |= yaml.safe_load(fragment.ModuleDocFragment.DOCUMENTATION)["options"]
    options |= {name: {**options.get(name, {}), **said} for name, said in own.items()}
    assert set(options) == set(module.ARGUMENT_SPEC)
    for option, documented in options.items():
        for key in ("type", "elements", "default", "choices", "required"):
            assert documented.get(key) == module.ARGUMENT_SPEC[option].get(key), f"{option}: {key}"
