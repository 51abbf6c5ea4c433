# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Charts, rendered by a program that stands in for helm (tests/support/helm.py)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._bundles import (
    Abilities,
    Chart,
    SourceError,
    Transformation,
    render,
    secret_values,
    transform,
)

from tests.support.helm import GREETER, VALUES, StandInHelm, stand_in

CLUSTER = Abilities(version="v1.37.1", apis=("v1", "v1/Pod"))
REPOSITORY = "https://charts.example/stable/greeter"


@pytest.fixture
def helm(tmp_path: Path) -> StandInHelm:
    return stand_in(tmp_path)


def chart(helm: StandInHelm, place: Path | str = GREETER, **given: Any) -> Chart:
    return Chart(place=str(place), release="my-greeter", namespace="greetings", helm=str(helm.path), **given)


def test_a_chart_of_this_machine_becomes_objects(helm: StandInHelm) -> None:
    objects, found = render(chart(helm, values=VALUES), CLUSTER)
    assert [obj["kind"] for obj in objects] == ["Secret", "ConfigMap", "Deployment"]
    assert found.startswith("sha256:")
    [(arguments, given)] = helm.calls
    assert arguments[:5] == ["template", "my-greeter", str(GREETER), "--namespace", "greetings"]
    assert json.loads(given) == VALUES


def test_templates_are_told_what_the_cluster_can(helm: StandInHelm) -> None:
    render(chart(helm), CLUSTER)
    [(arguments, _values)] = helm.calls
    told = dict(zip(arguments[3::2], arguments[4::2], strict=False))
    assert (told["--kube-version"], told["--api-versions"]) == ("v1.37.1", "v1,v1/Pod")


def test_objects_of_a_chart_are_changed_like_those_of_a_manifest(helm: StandInHelm) -> None:
    objects, _sum = render(chart(helm), CLUSTER)
    how = Transformation(prefix="site.example", namespace="elsewhere")
    made, changes = transform(objects, how, namespaced=lambda _obj: True)
    assert {obj["metadata"]["namespace"] for obj in made} == {"elsewhere"}
    assert any("site.example/" in change.what for change in changes)


def test_values_are_no_argument_and_in_no_message(tmp_path: Path) -> None:
    failing = stand_in(tmp_path, complaint="template: cannot use open-sesame\nnor 'second line' here")
    values = {"adminPassword": "open-sesame", "text": "first\nsecond line"}
    with pytest.raises(SourceError, match="cannot use \\*\\*\\*\\*") as caught:
        render(chart(failing, values=values), CLUSTER)
    assert "second line" not in str(caught.value)
    [(arguments, _values)] = failing.calls
    assert "open-sesame" not in " ".join(arguments)
    assert "open-sesame" not in repr(chart(failing, values=values))


def test_which_values_are_secrets() -> None:
    values = {
        "adminPassword": "open-sesame",
        "nested": [{"name": "HF_TOKEN", "value": "hf_0123456"}, {"name": "MODE", "value": "ordinary"}],
        "auth": {"credentials": {"user": "somebody"}},
        "passwordFile": "/etc/password",
        "replicas": 3,
    }
    assert set(secret_values(values)) == {"open-sesame", "hf_0123456", "somebody"}


def test_a_chart_from_elsewhere_is_fetched_and_compared_before_it_is_rendered(helm: StandInHelm) -> None:
    with pytest.raises(SourceError, match="expected"):
        render(chart(helm, REPOSITORY, version="1.2.3", checksum="sha256:00"), CLUSTER)
    [(arguments, _values)] = helm.calls
    assert arguments[:-1] == [
        *("pull", "greeter", "--repo", "https://charts.example/stable", "--version", "1.2.3", "--destination")
    ]


@pytest.mark.parametrize(
    ("place", "told"),
    [
        (
            "oci://registry.example/charts/greeter",
            ["oci://registry.example/charts/greeter", "--version", "v1.2"],
        ),
        ("stable/greeter", ["stable/greeter", "--version", "v1.2"]),
        ("https://charts.example/greeter-1.tgz", ["https://charts.example/greeter-1.tgz", "--destination"]),
    ],
)
def test_ways_to_name_a_chart(helm: StandInHelm, place: str, told: list[str]) -> None:
    objects, _sum = render(chart(helm, place, version="v1.2", unverified=True), CLUSTER)
    assert objects
    pulled, rendered = (arguments for arguments, _values in helm.calls)
    assert pulled[1 : 1 + len(told)] == told
    assert rendered[2].endswith(".tar.gz"), "what was fetched is what is rendered"


@pytest.mark.parametrize(
    ("place", "given", "words"),
    [
        (REPOSITORY, {}, "exact version"),
        (REPOSITORY, {"version": ">=1.0"}, "exact version"),
        (REPOSITORY, {"version": "1.2.3"}, "needs a checksum"),
        ("https://me:open-sesame@charts.example/x", {"version": "1.2.3"}, "helm registry login"),
        ("./nowhere", {}, "no such chart"),
    ],
)
def test_a_chart_that_cannot_be_relied_on_is_refused(
    helm: StandInHelm, place: str, given: dict[str, Any], words: str
) -> None:
    with pytest.raises(SourceError, match=words) as caught:
        render(chart(helm, place, **given), CLUSTER)
    assert "open-sesame" not in str(caught.value)
    assert helm.calls == []


def test_without_helm_it_is_told_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"Install Helm .* or render the chart elsewhere"):
        render(chart(StandInHelm(tmp_path / "helm", tmp_path)), CLUSTER)
