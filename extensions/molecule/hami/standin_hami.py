# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stands in for the Job of HAMi's chart, since simulated pods run nothing: it gives the webhook a certificate
authority. ``standin_hami.py KUBECONFIG SECONDS``."""

from __future__ import annotations

import base64
import json
import sys
import time
from pathlib import Path

import yaml
from kubernetes import config

WEBHOOK = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/hami-webhook"
CERTIFICATE = "/webhooks/0/clientConfig/caBundle"
OK = 200


def main(kubeconfig: str, seconds: str) -> None:
    end = time.monotonic() + float(seconds)
    while not signed(kubeconfig) and time.monotonic() < end:
        time.sleep(0.3)


def signed(kubeconfig: str) -> bool:
    """Whether the webhook is there and has its authority now."""
    api = config.new_client_from_config(kubeconfig)
    patch = [{"op": "add", "path": CERTIFICATE, "value": authority(kubeconfig)}]
    answer = api.rest_client.pool_manager.request(
        "PATCH",
        api.configuration.host + WEBHOOK,
        body=json.dumps(patch),
        headers={"Content-Type": "application/json-patch+json"},
    )
    return bool(answer.status == OK)


def authority(kubeconfig: str) -> str:
    cluster = yaml.safe_load(Path(kubeconfig).read_text(encoding="utf-8"))["clusters"][0]["cluster"]
    file = cluster.get("certificate-authority")
    return (
        base64.b64encode(Path(file).read_bytes()).decode() if file else cluster["certificate-authority-data"]
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
