# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Custom resources are ready when what they made serves the specification of now."""

from __future__ import annotations

import pytest

from tests.integration.wait.conftest import Ground
from tests.integration.wait.objects import (
    MISSING_IMAGE,
    inference_service,
    leader_workers,
    llm_inference_service,
    played,
    runtime,
)

pytestmark = [pytest.mark.proof("C"), pytest.mark.req("XC-09", "XC-10")]


class TestKServe:
    def test_ready(self, ground: Ground):
        ground.apply(runtime())
        verdict = ground.wait(inference_service(annotations=played(ready_after="2s")))
        assert verdict.codes == []
        assert any("0 of 1 pods ready" in line for line in verdict.lines)

    @pytest.mark.parametrize("stamped", [True, False])
    def test_broken_update_of_a_service_that_is_still_ready(self, ground: Ground, stamped):
        stamps = ["1", "2", "3"] if stamped else [None, None, None]
        ground.apply(runtime())
        assert ground.wait(inference_service(stamp=stamps[0])).codes == []
        verdict = ground.wait(inference_service(stamp=stamps[1], image=MISSING_IMAGE))
        assert verdict.only.code == "ImagePull"
        assert verdict.came_promptly()
        live = ground.client.get("serving.kserve.io/v1beta1", "InferenceService", "lean", ground.namespace)
        ready = next(one for one in live["status"]["conditions"] if one["type"] == "Ready")
        assert ready["status"] == "True"  # which is why nobody may trust it
        assert ground.wait(inference_service(stamp=stamps[2], image="model:3")).codes == []

    @pytest.mark.req("S2-46")
    def test_bad_runtime_name(self, ground: Ground):
        verdict = ground.wait(inference_service(runtime_name="missing"))
        assert verdict.only.code == "RuntimeNotFound"
        assert verdict.came_promptly()

    @pytest.mark.req("S2-46")
    def test_service_is_repaired_although_its_status_still_says_broken(self, ground: Ground):
        ground.wait(inference_service(runtime_name="missing"))
        ground.apply(runtime())
        assert ground.wait(inference_service(stamp="2")).codes == []

    @pytest.mark.parametrize("stamp", ["1", None])
    def test_bad_storage_uri(self, ground: Ground, stamp):
        ground.apply(runtime())
        verdict = ground.wait(inference_service(stamp=stamp, uri="ftp://example/model"))
        assert verdict.only.code == "StorageUriUnsupported"
        assert "ftp://example/model" in verdict.only.message
        assert verdict.came_promptly()

    @pytest.mark.parametrize("stamps", [("1", "2"), (None, None)])
    def test_bad_storage_uri_of_a_service_that_is_still_ready(self, ground: Ground, stamps):
        ground.apply(runtime())
        assert ground.wait(inference_service(stamp=stamps[0])).codes == []
        verdict = ground.wait(inference_service(stamp=stamps[1], uri="ftp://example/model"))
        assert verdict.codes == ["StorageUriUnsupported"]
        assert not any(line.endswith(": ready") for line in verdict.lines)

    @pytest.mark.req("S2-46")
    def test_crashing_predictor(self, ground: Ground):
        ground.apply(runtime())
        verdict = ground.wait(inference_service(annotations=played("crash-loop")))
        assert verdict.only.code == "CrashLoop"
        assert verdict.only.object == f"InferenceService {ground.namespace}/lean"
        assert verdict.only.where.startswith(f"Pod {ground.namespace}/lean-predictor-")
        assert verdict.came_promptly()

    def test_stopped_service_is_ready_when_it_has_stopped(self, ground: Ground):
        ground.apply(runtime())
        assert ground.wait(inference_service()).codes == []
        assert ground.wait(inference_service(stopped=True)).codes == []
        assert ground.client.list("apps/v1", "Deployment", namespace=ground.namespace) == []


@pytest.mark.req("S2-43")
class TestLLMInferenceService:
    def test_broken_update_of_a_service_that_is_still_ready(self, ground: Ground):
        assert ground.wait(llm_inference_service()).codes == []
        verdict = ground.wait(llm_inference_service(stamp="2", image=MISSING_IMAGE))
        assert verdict.codes == ["ImagePull"]
        assert ground.wait(llm_inference_service(stamp="3", image="model:3")).codes == []

    def test_missing_preset_is_told_although_ready_is_only_unknown(self, ground: Ground):
        worker = {"containers": [{"name": "main", "image": "model:1"}]}
        verdict = ground.wait(llm_inference_service(parallelism={"pipeline": 2}, worker=worker))
        assert verdict.only.code == "InvalidSpec"
        assert "PresetsCombined is False" in verdict.only.message
        assert "pipeline-parallel" in verdict.only.message


class TestLeaderWorkerSet:
    def test_bad_image_from_the_start(self, ground: Ground):
        verdict = ground.wait(leader_workers(image=MISSING_IMAGE))
        assert verdict.only.code == "ImagePull"
        assert verdict.only.object == f"LeaderWorkerSet {ground.namespace}/group"
        assert verdict.came_promptly()

    def test_bad_image_of_an_update(self, ground: Ground):
        assert ground.wait(leader_workers(replicas=2)).codes == []
        assert ground.wait(leader_workers(replicas=2, image=MISSING_IMAGE)).codes == ["ImagePull"]
        assert ground.wait(leader_workers(replicas=2, image="model:3")).codes == []
