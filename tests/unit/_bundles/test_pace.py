# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HAMi's kube-scheduler has to be of the cluster's minor version."""

from __future__ import annotations

from typing import Any, cast

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._apply import Diagnosis
from ansible_collections.inferops.serving.plugins.module_utils._bundles import Transformation, transform
from ansible_collections.inferops.serving.plugins.module_utils._bundles.pace import out_of_step
from ansible_collections.inferops.serving.plugins.module_utils._cluster import Client


class Cluster:
    def __init__(self, version: str) -> None:
        self._version, self.asked = version, 0

    def version(self) -> str:
        self.asked += 1
        return self._version


def deployment(*images: str) -> dict[str, Any]:
    containers = [{"name": f"c{index}", "image": image} for index, image in enumerate(images)]
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "hami-scheduler", "namespace": "kube-system"},
        "spec": {"template": {"spec": {"containers": containers}}},
    }


def told(image: str, version: str = "v1.33.4") -> list[Diagnosis]:
    return out_of_step(cast("Client", Cluster(version)), [deployment("projecthami/hami:v2.10.0", image)])


@pytest.mark.req("S3-11")
@pytest.mark.parametrize("version", ["v1.33.4", "v1.33.4+k3s1", "v1.33.5-eks-3025e55"])
@pytest.mark.parametrize("tag", [":v1.33.0", ":1.33", ":stable", "", "@sha256:0f"])
def test_a_scheduler_of_the_clusters_minor_version_or_of_none_passes(tag: str, version: str) -> None:
    assert told(f"registry.k8s.io/kube-scheduler{tag}", version) == []


@pytest.mark.req("S3-11")
@pytest.mark.parametrize("tag", ["v1.32.9", "v1.34.0", "v1.3.0", "1.32"])
def test_a_scheduler_of_another_one_is_told_with_what_fits(tag: str) -> None:
    (found,) = told(f"mirror.example:5000/google_containers/kube-scheduler:{tag}", "v1.33.4+k3s1")
    assert (found.code, found.object) == ("Rejected", "Deployment kube-system/hami-scheduler")
    assert f"kube-scheduler:{tag} is not of the cluster's version, v1.33.4+k3s1" in found.message
    assert "helm template --kube-version v1.33.4)" in found.hint
    fitting = "hami_kube_scheduler_image: mirror.example:5000/google_containers/kube-scheduler:v1.33.4"
    assert fitting in found.hint


def test_a_bundle_without_one_costs_no_question() -> None:
    cluster = Cluster("v1.33.4")
    assert out_of_step(cast("Client", cluster), [deployment("projecthami/hami:v2.10.0")]) == []
    assert cluster.asked == 0


@pytest.mark.req("S3-11")
def test_an_image_is_replaced_by_the_last_part_of_its_repository() -> None:
    how = Transformation(
        images={"kube-scheduler": "site.example/kube-scheduler:v1.33.4"}, prefix="else.example"
    )
    (made,), changes = transform(
        [deployment("registry.k8s.io/kube-scheduler:v1.31.0", "projecthami/hami:v2.10.0")],
        how,
        namespaced=lambda _obj: True,
    )
    images = [one["image"] for one in made["spec"]["template"]["spec"]["containers"]]
    assert images == ["site.example/kube-scheduler:v1.33.4", "else.example/projecthami/hami:v2.10.0"]
    assert "image registry.k8s.io/kube-scheduler:v1.31.0 → site.example/kube-scheduler:v1.33.4" in [
        change.what for change in changes
    ]
