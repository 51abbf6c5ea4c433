# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stands in for the Job of HAMi's chart that gives its webhook a certificate authority, which
simulated pods do not do: ``standin_certificate.py KUBECONFIG SECONDS``."""

from __future__ import annotations

import base64
import json
import sys
import time
from pathlib import Path

import yaml
from kubernetes import config

PATH = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/hami-webhook"
WEBHOOK = "/webhooks/0/clientConfig/caBundle"
OK = 200


def main(kubeconfig: str, seconds: str) -> None:
    connection = config.new_client_from_config(kubeconfig)
    cluster = yaml.safe_load(Path(kubeconfig).read_text(encoding="utf-8"))["clusters"][0]["cluster"]
    authority = cluster.get("certificate-authority-data") or _encoded(cluster["certificate-authority"])
    body = json.dumps([{"op": "add", "path": WEBHOOK, "value": authority}])
    end = time.monotonic() + float(seconds)
    while time.monotonic() < end:
        answer = connection.rest_client.pool_manager.request(
            "PATCH",
            connection.configuration.host + PATH,
            body=body,
            headers={"Content-Type": "application/json-patch+json"},
        )
        if answer.status == OK:
            return
        time.sleep(0.3)


def _encoded(file: str) -> str:
    return base64.b64encode(Path(file).read_bytes()).decode()


if __name__ == "__main__":
    main(*sys.argv[1:])
