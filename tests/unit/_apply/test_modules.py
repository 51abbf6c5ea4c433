# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import importlib
import json
from typing import Any

import pytest
import yaml
from ansible.module_utils import basic
from ansible_collections.inferops.serving.plugins.doc_fragments import connection, waiting

MODULES = "ansible_collections.inferops.serving.plugins.modules."
SECRET = {
    "apiVersion": "v1",
    "kind": "Secret",
    "metadata": {"name": "s"},
    "stringData": {"token": "top-secret-value"},
}


class Stopped(Exception):
    """The module was about to start its work."""


def spec_of(name: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    taken: dict[str, Any] = {}

    def stop(_self: Any, **options: Any) -> None:
        taken.update(options)
        raise Stopped

    monkeypatch.setattr(basic.AnsibleModule, "__init__", stop)
    with pytest.raises(Stopped):
        importlib.import_module(MODULES + name).main()
    spec: dict[str, Any] = taken["argument_spec"]
    return spec


@pytest.mark.parametrize("name", ["apply_set", "apply_set_info"])
def test_documentation_and_argument_spec_say_the_same(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module = importlib.import_module(MODULES + name)
    documentation = yaml.safe_load(module.DOCUMENTATION)
    options = dict(documentation["options"])
    for fragment in (connection, waiting):
        if (
            f"inferops.serving.{fragment.__name__.rpartition('.')[2]}"
            in documentation["extends_documentation_fragment"]
        ):
            options |= yaml.safe_load(fragment.ModuleDocFragment.DOCUMENTATION)["options"]
    spec = spec_of(name, monkeypatch)
    assert set(options) == set(spec)
    for option, documented in options.items():
        for key in ("type", "elements", "default", "choices", "required"):
            assert documented.get(key) == spec[option].get(key), f"{option}: {key}"
    yaml.safe_load(module.EXAMPLES)
    yaml.safe_load(module.RETURN)


def run(
    arguments: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> dict[str, Any]:
    monkeypatch.setattr(basic, "_ANSIBLE_ARGS", json.dumps({"ANSIBLE_MODULE_ARGS": arguments}).encode())
    monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
    with pytest.raises(SystemExit):
        importlib.import_module(MODULES + "apply_set").main()
    result: dict[str, Any] = json.loads(capsys.readouterr().out)
    return result


@pytest.mark.req("XC-13")
@pytest.mark.parametrize(
    "wrong",
    [
        {"wait_timeout": "soon"},
        {"nonsense": True},
        {"kubeconfig": "/nowhere"},
        {"objects": [SECRET, "not a mapping"]},
    ],
    ids=str,
)
def test_a_failure_before_the_work_shows_no_secret(
    wrong: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for variable in ("K8S_AUTH_KUBECONFIG", "K8S_AUTH_HOST"):
        monkeypatch.delenv(variable, raising=False)
    result = run({"name": "a", "namespace": "b", "objects": [SECRET], **wrong}, monkeypatch, capsys)
    assert result["failed"]
    shown = json.dumps(result)
    assert "top-secret-value" not in shown
    assert "dG9wLXNlY3JldC12YWx1ZQ" not in shown


def test_objects_are_named_in_the_invocation(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    result = run(
        {"name": "a", "namespace": "b", "objects": [SECRET], "kubeconfig": "/nowhere"}, monkeypatch, capsys
    )
    assert result["invocation"]["module_args"]["objects"] == ["Secret /s"]
    assert "There is no kubeconfig /nowhere" in result["msg"]
