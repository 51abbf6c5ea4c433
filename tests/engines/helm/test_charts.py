# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Charts that helm itself fetches and renders, as the modules have it do."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._bundles import (
    Abilities,
    Chart,
    SourceError,
    Transformation,
    render,
    transform,
)
from ansible_collections.inferops.serving.plugins.module_utils._import import import_values
from ansible_collections.inferops.serving.plugins.module_utils._import.triton_chart_values import (
    chart_values,
)

from tests.support.helm import GREETER, VALUES, NotedHelm
from tests.unit._import import samples

from .conftest import Registry

pytestmark = [pytest.mark.proof("E")]
CLUSTER = Abilities(version="v1.37.1", apis=("greetings.example/v1", "v1", "v1/Pod"))
Object = dict[str, Any]


def chart(helm: NotedHelm, place: Path | str = GREETER, **given: Any) -> Chart:
    return Chart(place=str(place), release="my-greeter", namespace="greetings", helm=str(helm.path), **given)


def of_kind(objects: Sequence[Object], kind: str) -> Object:
    [found] = (obj for obj in objects if obj["kind"] == kind)
    return found


def written(directory: Path, template: str) -> Path:
    """A chart with one template."""
    (directory / "templates").mkdir(parents=True)
    (directory / "Chart.yaml").write_text("{apiVersion: v2, name: written, version: 0.1.0}")
    (directory / "templates" / "all.yaml").write_text(template)
    return directory


def test_a_chart_of_this_machine_becomes_objects_without_its_tests(helm: NotedHelm) -> None:
    objects, found = render(chart(helm, values=VALUES), CLUSTER)
    assert sorted(obj["kind"] for obj in objects) == ["ConfigMap", "Deployment", "Secret"]
    assert of_kind(objects, "Secret")["stringData"] == {"password": VALUES["adminPassword"]}
    assert found.startswith("sha256:")
    [(arguments, given)] = helm.calls
    assert json.loads(given) == VALUES
    assert not [each for each in VALUES.values() if each in " ".join(arguments)]


def test_templates_are_told_what_the_cluster_can(helm: NotedHelm) -> None:
    objects, _sum = render(chart(helm), CLUSTER)
    told = of_kind(objects, "ConfigMap")["data"]
    assert (told["cluster"], told["greetings"], told["namespace"]) == ("v1.37.1", "true", "greetings")
    objects, _sum = render(chart(helm), Abilities(version="v1.33.0"))
    told = of_kind(objects, "ConfigMap")["data"]
    assert (told["cluster"], told["greetings"]) == ("v1.33.0", "false")


def test_objects_of_a_chart_are_changed_like_those_of_a_manifest(helm: NotedHelm) -> None:
    objects, _sum = render(chart(helm), CLUSTER)
    how = Transformation(prefix="site.example", namespace="elsewhere")
    made, changes = transform(objects, how, namespaced=lambda _obj: True)
    assert {obj["metadata"]["namespace"] for obj in made} == {"elsewhere"}
    assert any("site.example/" in change.what for change in changes)


@pytest.mark.req("S4-32")
def test_the_values_of_an_entry_are_what_templates_see(helm: NotedHelm, tmp_path: Path) -> None:
    imported = import_values(
        samples.TRITON_CHART,
        namespace="demo",
        name="gpt2",
        model={"source": "openai-community/gpt2"},
        user="demo",
    )
    made = chart_values({key: value for key, value in imported.items() if key != "notes"}, "gpt2")
    mirror = written(
        tmp_path / "mirror",
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: seen},"
        " data: {values: {{ toJson .Values | quote }}}}",
    )
    [obj], _sum = render(chart(helm, mirror, values=made.values), CLUSTER)
    assert json.loads(obj["data"]["values"]) == made.values
    assert made.values["secret"]["s3"]["key"] == "hidden"
    [(arguments, _values)] = helm.calls
    assert "hidden" not in " ".join(arguments)


def test_values_are_in_no_message(helm: NotedHelm, tmp_path: Path) -> None:
    line = '(last (splitList "\\n" .Values.text))'
    template = f'{{{{ fail (printf "cannot use %s nor %s" .Values.adminPassword {line}) }}}}'
    failing = written(tmp_path / "failing", template)
    values = {"adminPassword": "open-sesame", "text": "first\nsecond line"}
    asked = chart(helm, failing, values=values)
    with pytest.raises(SourceError, match=r"cannot use \*\*\*\*+ nor \*\*\*\*") as caught:
        render(asked, CLUSTER)
    assert "second line" not in str(caught.value)
    assert "open-sesame" not in str(caught.value) + repr(asked)


def fetched(asked: Chart, helm: NotedHelm, *, archive: Path) -> list[str]:
    """Fetched, compared, and what was fetched is what is rendered; else it is not rendered at all. How it was
    asked for."""
    helm.forget()
    objects, found = render(asked, CLUSTER)
    assert found == asked.checksum == checksum(archive)
    assert of_kind(objects, "Deployment")["metadata"]["name"] == asked.release
    *_tried, pulled, rendered = (arguments for arguments, _values in helm.calls)
    [directory] = {Path(pulled[pulled.index("--destination") + 1]), Path(rendered[2]).parent}
    helm.forget()
    with pytest.raises(SourceError, match="expected"):
        render(replace(asked, checksum="sha256:00"), CLUSTER)
    assert {arguments[0] for arguments, _values in helm.calls} == {"pull"}
    return [each for each in pulled if each not in ("--destination", str(directory))]


def checksum(archive: Path) -> str:
    return f"sha256:{hashlib.sha256(archive.read_bytes()).hexdigest()}"


def test_charts_of_a_repository(helm: NotedHelm, repository: str, archive: Path) -> None:
    asked = chart(helm, f"{repository}/greeter", version="1.2.3", checksum=checksum(archive))
    told = fetched(asked, helm, archive=archive)
    assert told == ["pull", "greeter", "--repo", repository, "--version", "1.2.3"]
    told = fetched(replace(asked, place="stable/greeter", version="v1.2.3"), helm, archive=archive)
    assert told == ["pull", "stable/greeter", "--version", "v1.2.3"]
    itself = f"{repository}/{archive.name}"
    assert fetched(replace(asked, place=itself, version=""), helm, archive=archive) == ["pull", itself]
    with pytest.raises(SourceError, match=r"helm pull failed .*9\.9\.9"):
        render(replace(asked, version="9.9.9"), CLUSTER)


def test_charts_of_a_registry_where_the_user_has_logged_in(
    helm: NotedHelm, registry: Registry, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(registry.authority))
    place = f"oci://{registry.address}/charts/greeter"
    asked = chart(helm, place, version="1.2.3", checksum=checksum(archive))
    for version in ("1.2.3", "v1.2.3"):  # the latter is how releases are called, and the pins of them
        told = fetched(replace(asked, version=version), helm, archive=archive)
        assert told == ["pull", place, "--version", "1.2.3"]
    with pytest.raises(SourceError, match=r"helm pull failed .*:9\.9\.9: not found"):
        render(replace(asked, version="9.9.9"), CLUSTER)
