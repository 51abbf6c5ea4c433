# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stands in for the Prometheus adapter, of which simulated pods run nothing: answers to every request with
the list of one custom metric. ``standin_metrics.py CERTIFICATE KEY PORT SECONDS``."""

from __future__ import annotations

import json
import ssl
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

METRIC = {"name": "pods/avg_time_queue_us", "namespaced": True, "kind": "MetricValueList", "verbs": ["get"]}
LISTED = {
    "kind": "APIResourceList",
    "apiVersion": "v1",
    "groupVersion": "custom.metrics.k8s.io/v1beta1",
    "resources": [METRIC],
}


class Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = json.dumps(LISTED).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main(certificate: str, key: str, port: str, seconds: str) -> None:
    server = ThreadingHTTPServer(("localhost", int(port)), Answer)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Timer(float(seconds), server.shutdown).start()
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
