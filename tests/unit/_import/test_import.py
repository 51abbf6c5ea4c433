# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What others were given, as an inventory: with everything in its place, and a note on all that changed."""

from __future__ import annotations

import base64
import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._catalogue.aidaptiv import PARAMETERS
from ansible_collections.inferops.serving.plugins.module_utils._import import UnknownSource, import_values
from ansible_collections.inferops.serving.plugins.module_utils._import.trtllm_chart import (
    HUB_IDS,
    NO_PLACE,
    PLACES,
)
from ansible_collections.inferops.serving.plugins.module_utils._inventory import Specification, read

from tests.unit._import import samples

GUIDE = Path(__file__).parents[3] / "docs" / "import.md"
GPT2 = {"name": "vllm_model", "source": "openai-community/gpt2"}
WITH_BACKEND = {"has_vllm_backend": True}
PLAINTEXT = {**WITH_BACKEND, "allow_plaintext_auth": True}
SOUND: dict[str, tuple[Any, dict[str, Any]]] = {
    "trtllm-chart": (samples.TRTLLM_CHART, {}),
    "aidaptiv-chart": (samples.AIDAPTIV_CHART, {}),
    "aidaptiv-chart with adapters": (samples.aidaptiv_with_adapters(), {}),
    "triton-chart": (samples.TRITON_CHART, {"model": GPT2, "service": PLAINTEXT, "user": "demo"}),
    "triton-chart scaled": (samples.triton_scaled(), {"model": GPT2, "service": WITH_BACKEND}),
    "triton-chart with a canary": (samples.triton_canary(), {"model": GPT2, "service": WITH_BACKEND}),
    "manifests of Triton": (
        samples.TRITON_MANIFESTS,
        {"service": {"gpu": {"acknowledge_unaccounted_gpu": True}}},
    ),
    "manifests of vLLM": (samples.VLLM_MANIFESTS, {}),
}
"""Each source's own example, and what only its owner can say."""


def imported(values: Any, **given: Any) -> dict[str, Any]:
    return import_values(deepcopy(values), **given)


def service(values: Any, **given: Any) -> dict[str, Any]:
    (entry,) = imported(values, **given)["llm_serving"]
    found: dict[str, Any] = entry
    return found


def traps(values: Any, **given: Any) -> dict[str, str]:
    """Traps that were found, with the kind of the note."""
    return {note["trap"]: note["kind"] for note in imported(values, **given)["notes"] if note["trap"]}


def inventory(made: dict[str, Any]) -> Specification:
    return read({name: value for name, value in made.items() if name != "notes"})


def changed(values: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """The same values with one of them otherwise; None takes it away."""
    made = deepcopy(values)
    *parents, last = path.split(".")
    target = made
    for parent in parents:
        target = target.setdefault(parent, {})
    target[last] = value
    return made


@pytest.mark.req("XC-24", "S3-54")
@pytest.mark.parametrize("name", SOUND)
def test_an_example_becomes_a_sound_inventory(name: str) -> None:
    values, given = SOUND[name]
    made = imported(values, namespace="llm", **given)
    assert [str(problem) for problem in inventory(made).errors] == []
    assert not [note for note in made["notes"] if note["kind"] == "unknown"]


@pytest.mark.req("XC-24")
def test_a_source_is_known_by_its_keys() -> None:
    engines = {name: service(values)["engine"] for name, (values, _given) in SOUND.items()}
    assert set(engines.values()) == {"triton-trtllm", "aidaptiv", "triton-vllm", "vllm"}
    with pytest.raises(UnknownSource):
        import_values({"replicaCount": 1})


@pytest.mark.parametrize("name", ["trtllm-chart", "aidaptiv-chart", "triton-chart"])
def test_a_key_that_nobody_knows_is_told(name: str) -> None:
    values = {**SOUND[name][0], "replicaCounts": 3}
    notes = [note for note in imported(values)["notes"] if note["kind"] == "unknown"]
    assert [note["path"] for note in notes] == ["replicaCounts"]


def test_what_the_owner_says_wins() -> None:
    made = service(samples.TRTLLM_CHART, name="big", namespace="llm", service={"topology": {"tensor": 4}})
    assert (made["name"], made["namespace"]) == ("big", "llm")
    assert made["topology"] == {"pipeline": 1, "tensor": 4}


class TestTrtllmChart:
    @pytest.mark.req("S1-97")
    def test_every_key_of_the_chart_has_a_place_or_a_reason(self) -> None:
        keys = {path for path, _value in leaves(samples.TRTLLM_CHART)}
        assert keys == set(PLACES)
        assert set(NO_PLACE) == {"kubernetes.hostRootPath"}
        without = {path: changed(samples.TRTLLM_CHART, path, None) for path in PLACES}
        whole = imported(samples.TRTLLM_CHART)
        told_by_default = {
            "model.tensorrtLlm.enable",
            "logging.initialization.verbose",
            "kubernetes.noService",
        }
        same = {path for path, values in without.items() if imported(values) == whole}
        assert same == told_by_default, "these only say what is so anyway"

    @pytest.mark.req("S1-97")
    def test_a_key_without_a_place_is_dropped_for_a_reason(self) -> None:
        values = changed(samples.TRTLLM_CHART, "kubernetes.hostRootPath", "/srv")
        assert traps(values)["T-35"] == "dropped"

    @pytest.mark.req("S1-53")
    @pytest.mark.parametrize("skip", [True, False])
    def test_skipping_means_what_the_chart_does(self, skip: bool) -> None:
        values = changed(samples.TRTLLM_CHART, "model.skipConversion", skip)
        assert service(values)["conversion"]["enabled"] is not skip
        assert traps(values)["T-17"] == "corrected"

    def test_no_service_is_no_service(self) -> None:
        values = changed(samples.TRTLLM_CHART, "kubernetes.noService", True)
        assert service(values)["expose"] == {"type": "none"}
        assert traps(values)["T-18"] == "corrected"

    def test_without_tensorrt_the_engine_is_vllm(self) -> None:
        values = changed(samples.TRTLLM_CHART, "model.tensorrtLlm.enable", False)
        made = service(values)
        assert (made["engine"], made["platform"]) == ("triton-vllm", "deployment")
        assert "conversion" not in made

    def test_parts_of_a_cpu_are_not_rounded_down(self) -> None:
        values = changed(samples.TRTLLM_CHART, "triton.resources.cpu", "500m")
        assert service(values)["resources"]["cpu"] == {"request": "500m", "limit": "500m"}

    def test_the_chart_s_models_are_on_the_hub(self) -> None:
        assert len(HUB_IDS) == 10
        values = changed(samples.TRTLLM_CHART, "model.name", "gpt2")
        assert imported(values)["llm_models"][0]["source"] == HUB_IDS["gpt2"]


def leaves(values: dict[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, value in values.items():
        nested = isinstance(value, dict) and f"{prefix}{name}" != "kubernetes.labels"
        found += leaves(value, f"{prefix}{name}.") if nested else [(f"{prefix}{name}", value)]
    return found


class TestAidaptivChart:
    @pytest.mark.req("S3-54")
    @pytest.mark.parametrize("spelled", ["ssdKvOffloadGb", "ssdKVOffloadGb", "ssdkvoffloadgb"])
    def test_any_casing_is_understood(self, spelled: str) -> None:
        values = deepcopy(samples.AIDAPTIV_CHART)
        del values["vllm"]["args"]["ssdKvOffloadGb"]
        values["vllm"]["args"][spelled] = 320
        assert service(values)["kv_offload"]["ssd_gb"] == 320
        told = [note["path"] for note in imported(values)["notes"] if note["trap"] == "T-65"]
        assert (f"vllm.args.{spelled}" in told) is (spelled != "ssdKVOffloadGb")

    @pytest.mark.req("S3-54")
    def test_a_misspelt_key_is_told(self) -> None:
        values = changed(samples.AIDAPTIV_CHART, "vllm.args.maxModelLength", 8192)
        (note,) = [note for note in imported(values)["notes"] if note["kind"] == "unknown"]
        assert note["path"] == "vllm.args.maxModelLength"

    def test_the_script_s_mount_and_copy_are_a_store_and_a_delivery(self) -> None:
        made = imported(samples.AIDAPTIV_CHART)
        (store,), (model,), (entry,) = made["llm_stores"], made["llm_models"], made["llm_serving"]
        assert store["pv"]["nfs"] == {"server": "10.102.197.0", "path": "/volumes/_nogroup/models"}
        assert model["source"] == "model/Meta-Llama-3.1-8B-Instruct"
        assert (entry["delivery"], entry["shared_path"]) == ("copy", "/data")

    def test_a_script_that_is_not_understood_is_kept(self) -> None:
        values = changed(samples.AIDAPTIV_CHART, "prescript", "echo 1")
        made = service(values)
        assert made["delivery"] == "legacy-prescript"
        assert made["prescript"] == {"image": "ubuntu", "tag": "24.04", "script": "echo 1"}
        assert traps(values)["T-87"] == "assumed"

    def test_gpus_devices_and_names_of_resources(self) -> None:
        made = imported(samples.aidaptiv_with_adapters())
        (entry,) = made["llm_serving"]
        assert made["llm_cluster"] == {"gpu_resources": "otterscale"}
        assert (entry["topology"]["tensor"], entry["kv_offload"]["device_count"]) == (4, 2)
        assert entry["gpu"] == {"memory_percent": 80, "mode": "vgpu"}
        assert made["llm_models"][0]["adapters"] == [
            {"name": "lora", "source": "lora-adapters/llama3.1-8B-lora"}
        ]

    def test_a_device_without_a_size_is_left_out(self) -> None:
        values = changed(samples.AIDAPTIV_CHART, "vllm.args.ssdKvOffloadGb", 0)
        assert "device_count" not in service(values)["kv_offload"]
        assert traps(values)["T-84"] == "dropped"

    def test_resume_and_no_resume_are_one_choice(self) -> None:
        values = changed(samples.AIDAPTIV_CHART, "vllm.args.resumeKVCache", True)
        assert service(values)["kv_offload"]["resume"] == "discard"
        assert traps(values)["T-71"] == "corrected"

    def test_turning_off_the_cache_turns_off_the_offload(self) -> None:
        values = changed(samples.AIDAPTIV_CHART, "vllm.args.disableKVCache", True)
        assert service(values)["kv_offload"]["enabled"] is False
        assert traps(values)["T-70"] == "corrected"

    def test_three_ports_are_one(self) -> None:
        values = changed(samples.AIDAPTIV_CHART, "service.targetPort", 9000)
        assert service(values)["expose"] == {"type": "nodeport", "port": 8000}
        assert traps(values)["T-74"] == "corrected"

    def test_a_name_is_asked_for(self) -> None:
        values = changed(samples.AIDAPTIV_CHART, "deployment", {})
        assert traps(values)["T-68"] == "missing"


class TestTritonChart:
    @pytest.mark.req("S4-28")
    @pytest.mark.parametrize(("access", "secret"), [("id", "key"), ("access_key", "secret_key")])
    def test_either_name_of_a_key_is_taken(self, access: str, secret: str) -> None:
        values = {
            **samples.TRITON_CHART,
            "secret": {"s3": {"region": "ru-1", access: "AKIA", secret: "hidden"}},
        }
        made = imported(values)
        keys = {"name": "bucket-keys", "kind": "s3", "access_key": "AKIA", "secret_key": "hidden"}
        assert keys in made["llm_secrets"]
        assert made["llm_stores"][0]["region"] == "ru-1"
        assert "hidden" not in json.dumps(made["notes"])

    @pytest.mark.req("S4-28")
    def test_a_misspelt_key_is_missing_and_told(self) -> None:
        values = {**samples.TRITON_CHART, "secret": {"s3": {"id": "AKIA", "secret": "hidden"}}}
        notes = {(note["kind"], note["path"]) for note in imported(values)["notes"]}
        assert {("missing", "secret.s3.key"), ("unknown", "secret.s3.secret")} <= notes

    def test_the_repository_is_a_store(self) -> None:
        (store,) = imported(samples.TRITON_CHART)["llm_stores"]
        assert store["endpoint"] == "https://s3.ru-1.storage.selcloud.ru:443"
        assert store["bucket"] == "demo"

    @pytest.mark.req("S4-38")
    def test_a_password_is_decoded_once_and_a_user_is_asked_for(self) -> None:
        made = imported(samples.TRITON_CHART)
        (login,) = [one for one in made["llm_secrets"] if one["kind"] == "basic-auth"]
        assert login == {"name": "triton-auth", "kind": "basic-auth", "password": "open sesame"}
        assert ("missing", "llm_secrets[triton-auth].username") in {
            (note["kind"], note["path"]) for note in made["notes"]
        }
        assert "sesame" not in json.dumps(made["notes"])

    @pytest.mark.req("S4-38")
    @pytest.mark.parametrize(
        ("written", "kind"),
        [
            (base64.b64encode(base64.b64encode(b"open sesame")).decode(), "assumed"),
            ("open sesame", "missing"),
            (base64.b64encode(b"\x00\x01\xff").decode(), "missing"),
            (base64.b64encode(b"\x07bell").decode(), "missing"),
        ],
    )
    def test_what_is_no_password_or_was_encoded_twice_is_told(self, written: str, kind: str) -> None:
        values = changed(samples.TRITON_CHART, "tags.istioBasicAuth.main.passwordBase64", written)
        assert traps(values)["T-105"] == kind

    @pytest.mark.req("S4-15")
    def test_the_old_name_of_the_cache_is_understood(self) -> None:
        made = imported(samples.triton_scaled())
        assert made["llm_serving"][0]["cache"] == {"store": "sfs", "path": "hf_cache"}
        (store,) = [one for one in made["llm_stores"] if one["name"] == "sfs"]
        assert store["mount_path"] == "/mnt/nfs"

    def test_a_cache_on_no_volume_is_no_cache(self) -> None:
        values = samples.triton_scaled()
        values["tags"]["sfs"] = False
        assert "cache" not in service(values)
        assert traps(values)["T-93"] == "corrected"

    @pytest.mark.req("S4-22")
    def test_each_switch_is_one_key(self) -> None:
        scaled, canary = service(samples.triton_scaled()), service(samples.triton_canary(), namespace="demo")
        assert scaled["scaling"] == {"min": 1, "max": 2, "metric": "queue_time", "target": 1_000_000}
        assert canary["expose"]["type"] == "istio"
        assert canary["expose"]["path"] == "/demo/triton-inference-server"
        assert canary["rollout"]["canary"]["weight"] == 20
        assert canary["rollout"]["canary"]["overrides"]["shm_size"] == "1024Mi"
        assert "rollout" not in scaled

    @pytest.mark.req("S4-22")
    def test_two_ways_in_are_one(self) -> None:
        values = changed(samples.TRITON_CHART, "tags.traefikBalancing", True)
        assert service(values)["expose"]["type"] == "istio"
        assert traps(values)["T-96"] == "corrected"

    def test_an_image_without_the_backend_is_told(self) -> None:
        assert traps(samples.TRITON_CHART)["T-98"] == "missing"

    def test_a_repository_that_was_nested_twice_is_found(self) -> None:
        values = deepcopy(samples.TRITON_CHART)
        values["main"]["serverArgs"] = [samples.REPOSITORY + "/model_repository"]
        assert "prefix" not in imported(values)["llm_stores"][0]
        assert traps(values)["T-90"] == "corrected"


class TestManifests:
    @pytest.mark.req("S0-10")
    def test_the_annotation_that_the_api_drops_is_read(self) -> None:
        made = service(samples.TRITON_MANIFESTS)
        assert made["scaling"] == {"min": 1, "max": 1, "metric": "concurrency", "target": 1}
        assert made["kserve"] == {"mode": "Knative"}
        assert {"T-03": "corrected", "T-04": "corrected"}.items() <= traps(samples.TRITON_MANIFESTS).items()

    def test_variables_of_gpus_become_what_they_mean(self) -> None:
        made = service(samples.TRITON_MANIFESTS)
        assert made["gpu"] == {"p2p": "false", "mode": "visible-devices", "visible_devices": [0, 1]}
        assert "env" not in made
        found = traps(samples.TRITON_MANIFESTS)
        assert {"T-08": "missing", "T-09": "corrected", "T-10": "corrected"}.items() <= found.items()

    def test_keys_of_the_repository_are_in_their_places(self) -> None:
        made = service(samples.TRITON_MANIFESTS)
        assert made["topology"] == {"tensor": 2}
        assert made["engine_args"] == {
            "gpu_memory_utilization": 0.5,
            "enforce_eager": True,
            "model_json": {"max_loras": 2},
        }
        assert traps(samples.TRITON_MANIFESTS)["T-101"] == "dropped"

    def test_arguments_are_in_their_places(self) -> None:
        made = imported(samples.VLLM_MANIFESTS)
        (entry,), (model,) = made["llm_serving"], made["llm_models"]
        assert entry["engine_args"] == {
            "gpu_memory_utilization": 0.9,
            "kv_cache_dtype": "fp8_e5m2",
            "prefix_caching": True,
            "extra": ["--max-loras=2"],
        }
        assert entry["resources"]["memory"] == {"request": "16Gi", "limit": "32Gi"}
        assert model == {"name": "lean-rag-inference", "served_names": ["rag"], "source": "acme/rag"}

    def test_old_names_of_modes_are_understood(self) -> None:
        assert service(samples.VLLM_MANIFESTS)["kserve"] == {"mode": "Standard"}

    def test_kinds_that_are_not_read_are_told(self) -> None:
        values = [*samples.VLLM_MANIFESTS, {"kind": "InferenceGraph", "metadata": {"name": "x"}}]
        (note,) = [note for note in imported(values)["notes"] if note["kind"] == "unknown"]
        assert note["path"] == "InferenceGraph"


@pytest.mark.req("XC-24", "S1-97")
def test_the_guide_names_every_key() -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    told = [*PLACES, *NO_PLACE, *(f"vllm.{parameter.key}" for parameter in PARAMETERS)]
    assert [key for key in told if f"`{key}`" not in guide] == []
