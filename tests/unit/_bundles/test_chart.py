# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Charts that helm is not even asked about, and values that are secrets. What helm itself does is shown in
tests/engines/helm."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._bundles import (
    Abilities,
    Chart,
    SourceError,
    render,
    secret_values,
)

CLUSTER = Abilities(version="v1.37.1")
REPOSITORY = "https://charts.example/stable/greeter"


def chart(place: str, *, helm: str = "false", **given: Any) -> Chart:
    """With a helm that refuses everything it is asked."""
    return Chart(place=place, release="my-greeter", namespace="greetings", helm=helm, **given)


def test_which_values_are_secrets() -> None:
    values = {
        "adminPassword": "open-sesame",
        "nested": [{"name": "HF_TOKEN", "value": "hf_0123456"}, {"name": "MODE", "value": "ordinary"}],
        "auth": {"credentials": {"user": "somebody"}},
        "passwordFile": "/etc/password",
        "replicas": 3,
    }
    assert set(secret_values(values)) == {"open-sesame", "hf_0123456", "somebody"}


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
def test_a_chart_that_cannot_be_relied_on_is_refused(place: str, given: dict[str, Any], words: str) -> None:
    with pytest.raises(SourceError, match=words) as caught:
        render(chart(place, **given), CLUSTER)
    assert "open-sesame" not in str(caught.value)


def test_without_helm_it_is_told_what_to_install() -> None:
    with pytest.raises(SourceError, match=r"Install Helm .* or render the chart elsewhere"):
        render(chart("./greeter", helm="./nowhere/helm"), CLUSTER)
