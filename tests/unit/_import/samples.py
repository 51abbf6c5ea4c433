# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tools that are imported from are given: their documents' own examples, condensed."""

from __future__ import annotations

import base64
from copy import deepcopy
from typing import Any

TRTLLM_CHART: dict[str, Any] = {
    "gpu": "NVIDIA-A10G",
    "model": {
        "name": "llama-3-70b-instruct",
        "persistentVolumeClaim": "model-store",
        "pullSecret": "hf-model-pull",
        "skipConversion": False,
        "tensorrtLlm": {
            "conversion": {"cpu": 4, "gpu": 8, "memory": "256Gi"},
            "dataType": "float16",
            "enable": True,
            "parallelism": {"pipeline": 1, "tensor": 8},
        },
    },
    "triton": {
        "image": {
            "name": "nvcr.io/example/triton_trt-llm:24.04-trtllm-python-py3",
            "pullPolicy": "IfNotPresent",
            "pullSecrets": [{"name": "ngc-container-pull"}],
        },
        "resources": {"cpu": "4000m", "memory": "64Gi", "ephemeralStorage": "16Gi"},
    },
    "logging": {
        "initialization": {"verbose": False},
        "tritonServer": {"useIso8601": True, "verbose": True},
    },
    "kubernetes": {
        "labels": {"team": "search"},
        "noService": False,
        "serviceAccount": "triton",
        "tolerations": [{"key": "dedicated", "operator": "Exists", "effect": "NoSchedule"}],
    },
}
"""Every key of the chart but the one that it does not read."""

PRESCRIPT = """\
apt update && apt install -y nfs-common
mkdir -p /mnt/data
while [ $ELAPSED -lt 300 ]; do
  mount -t nfs4 -o nfsvers=4.1 -v 10.102.197.0:/volumes/_nogroup/models /mnt/data
  if mountpoint -q /mnt/data; then break; fi
  sleep 5
done
mkdir -p /data/model
cp -rf /mnt/data/model/Meta-Llama-3.1-8B-Instruct /data/model/
"""
DEVICES = {"otterscale.com/vgpu": 1, "otterscale.com/vgpumem-percentage": 80, "phison.com/ai100": 1}
AIDAPTIV_CHART: dict[str, Any] = {
    "image": {
        "repository": "docker.io/library/aidaptiv",
        "tag": "vNXUN_3_03AA",
        "pullPolicy": "IfNotPresent",
    },
    "deployment": {"name": "llama3-inference", "replicas": 1},
    "schedulerName": "hami-scheduler",
    "initContainer": {
        "enabled": True,
        "image": {"repository": "ubuntu", "tag": 24.04, "pullPolicy": "IfNotPresent"},
        "sharedDataPath": "/data",
    },
    "vllm": {
        "env": {"vllmUseV1": "1", "vllmWorkerMultiprocMethod": "spawn", "tiktokenEncodingsBase": ""},
        "args": {
            "model": "/data/model/Meta-Llama-3.1-8B-Instruct/",
            "nvmePath": "/mnt/nvme0",
            "port": 8000,
            "gpuMemoryUtilization": 0.9,
            "maxModelLen": 8192,
            "tensorParallelSize": 1,
            "ssdKvOffloadGb": 500,
            "noResumeKvCache": True,
            "disableGpuReuse": False,
            "enableChunkedPrefill": True,
        },
        "lora": {"enable": False, "modules": "", "maxRank": 32},
    },
    "service": {"type": "NodePort", "port": 8000, "targetPort": 8000},
    "prescript": PRESCRIPT,
    "volumes": {"dshm": {"enabled": True, "sizeLimit": "30Gi"}},
    "resources": {"requests": DEVICES, "limits": DEVICES},
}
"""The basic service of the chart's description."""


def aidaptiv_with_adapters() -> dict[str, Any]:
    """Several GPUs and adapters, as the description says to change it."""
    values = deepcopy(AIDAPTIV_CHART)
    values["vllm"]["args"] |= {"tensorParallelSize": 4, "gpuMemoryUtilization": 0.85}
    values["vllm"]["lora"] = {
        "enable": True,
        "modules": "lora=/data/lora-adapters/llama3.1-8B-lora/",
        "maxRank": 32,
    }
    devices = {**DEVICES, "otterscale.com/vgpu": 4, "phison.com/ai100": 2}
    values["resources"] = {"requests": devices, "limits": devices}
    return values


REPOSITORY = "--model-repository=s3://https://s3.ru-1.storage.selcloud.ru:443/demo/model_repository"
PASSWORD = base64.b64encode(b"open sesame").decode()
TRITON_CHART: dict[str, Any] = {
    "tags": {
        "autoscaling": False,
        "traefikBalancing": False,
        "istioGateway": True,
        "canary": False,
        "sfs": False,
        "s3": True,
        "istioBasicAuth": {"main": {"enable": True, "passwordBase64": PASSWORD}},
    },
    "main": {
        "imageName": "repo.example/mldp/triton_transformer_server:24.05-zstd",
        "numGpus": 1,
        "environment": {"TRITON_AWS_MOUNT_DIRECTORY": "/opt/tritonserver"},
        "serverArgs": [REPOSITORY, "--log-verbose=1"],
        "nodeSelector": {"demo": "base"},
    },
    "secret": {"s3": {"region": "ru-1", "id": "AKIA", "key": "hidden"}},
}
"""The basic scenario."""


def triton_scaled() -> dict[str, Any]:
    """The scenario with a shared file system and an autoscaler."""
    values = deepcopy(TRITON_CHART)
    values["tags"] |= {"autoscaling": True, "sfs": True}
    del values["tags"]["istioBasicAuth"]
    values["main"] |= {
        "sfsAddress": "10.222.2.252",
        "sfsModelDirectoryPath": "/shares/1",
        "modelRepositoryTritonDirectory": "/mnt/nfs",
        "environment": {"TRANSFORMERS_CACHE": "/mnt/nfs/hf_cache", "TRITON_AWS_MOUNT_DIRECTORY": ""},
        "autoscaling": {
            "minReplicas": 1,
            "maxReplicas": 2,
            "metrics": [
                {
                    "type": "Pods",
                    "pods": {
                        "metric": {"name": "avg_time_queue_us"},
                        "target": {"type": "AverageValue", "averageValue": "1000000000m"},
                    },
                }
            ],
        },
    }
    values["secret"] = {"s3": {"region": "ru-1", "access_key": "AKIA", "secret_key": "hidden"}}
    values["prometheus-adapter"] = {
        "namespaceOverride": "inferp-platform",
        "prometheus": {"url": "http://kube-prometheus-stack-prometheus", "port": 9090},
        "rules": {"custom": [{"seriesQuery": "nv_inference_queue_duration_us"}]},
    }
    return values


def triton_canary() -> dict[str, Any]:
    """The scenario with a second variant."""
    values = deepcopy(TRITON_CHART)
    values["tags"] |= {"canary": True}
    values["tags"]["istioBasicAuth"]["main"]["enable"] = False
    values["canary"] = {
        **values["main"],
        "imageName": "nvcr.io/nvidia/tritonserver:26.06-vllm-python-py3",
        "shmsize": "1024Mi",
        "nodeSelector": {"demo": "canary"},
    }
    values["istio"] = {
        "accessLogs": {"enable": True, "namespace": "istio-system"},
        "virtualservice": {"primaryWeight": 80, "canaryWeight": 20},
    }
    return values


TRITON_MANIFESTS: list[dict[str, Any]] = [
    {
        "apiVersion": "serving.kserve.io/v1alpha1",
        "kind": "ServingRuntime",
        "metadata": {"name": "triton"},
        "spec": {
            "supportedModelFormats": [{"name": "triton", "version": "2"}],
            "containers": [
                {
                    "name": "kserve-container",
                    "image": "nvcr.io/nvidia/tritonserver:26.06-vllm-python-py3",
                    "env": [
                        {"name": "NCCL_DEBUG"},
                        {"value": "TRACE"},
                        {"name": "NCCL_IGNORE_DISABLED_P2P", "value": 1},
                        {"name": "CUDA_VISIBLE_DEVICES", "value": "0,1"},
                    ],
                    "volumeMounts": [{"name": "dshm", "mountPath": "/dev/shm"}],
                }
            ],
            "volumes": [{"name": "dshm", "emptyDir": {"medium": "Memory", "sizeLimit": "2Gi"}}],
        },
    },
    {
        "apiVersion": "serving.kserve.io/v1beta1",
        "kind": "InferenceService",
        "metadata": {
            "name": "chat",
            "namespace": "chat",
            "annotation": {"autoscaling.knative.dev/target": "1"},
        },
        "spec": {
            "predictor": {
                "minReplicas": 1,
                "scaleTarget": 1,
                "model": {
                    "modelFormat": {"name": "triton"},
                    "runtime": "triton",
                    "storageUri": "pvc://models/llama",
                },
            }
        },
    },
    {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "repository"},
        "data": {
            "llama_1_model.json": '{"model": "/mnt/models", "tensor_parallel_size": 2, "max_loras": 2,'
            ' "gpu_memory_utilization": 0.5, "enforce_eager": true, "disable_log_requests": true}'
        },
    },
]
"""As the notes on an installation of Triton with vLLM describe it, with what is wrong in them."""

VLLM_MANIFESTS: list[dict[str, Any]] = [
    {
        "apiVersion": "serving.kserve.io/v1alpha1",
        "kind": "ServingRuntime",
        "metadata": {"name": "vllm-runtime"},
        "spec": {
            "supportedModelFormats": [{"name": "vLLM"}],
            "containers": [
                {
                    "name": "kserve-container",
                    "image": "docker.io/vllm/vllm-openai:v0.33.0",
                    "args": [
                        "--model=/mnt/models",
                        "--port=8080",
                        "--served-model-name=rag",
                        "--gpu-memory-utilization=0.9",
                        "--kv-cache-dtype=fp8_e5m2",
                        "--tensor-parallel-size=1",
                        "--enable-prefix-caching",
                        "--max-loras=2",
                    ],
                }
            ],
        },
    },
    {
        "apiVersion": "serving.kserve.io/v1beta1",
        "kind": "InferenceService",
        "metadata": {
            "name": "lean-rag-inference",
            "annotations": {"serving.kserve.io/deploymentMode": "RawDeployment"},
        },
        "spec": {
            "predictor": {
                "minReplicas": 1,
                "maxReplicas": 10,
                "scaleMetric": "cpu",
                "scaleTarget": 80,
                "model": {
                    "modelFormat": {"name": "vLLM"},
                    "runtime": "vllm-runtime",
                    "storageUri": "hf://acme/rag",
                    "resources": {
                        "requests": {"cpu": "4", "memory": "16Gi", "nvidia.com/gpu": "1"},
                        "limits": {"cpu": "8", "memory": "32Gi", "nvidia.com/gpu": "1"},
                    },
                },
            }
        },
    },
]
"""As a guide to vLLM with KServe describes it."""
