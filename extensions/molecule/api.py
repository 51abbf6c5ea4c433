# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One request to an API server, without any code of the collection: ``api.py KUBECONFIG METHOD PATH [BODY]``.

Prints the answer; what is not there is no error for GET and DELETE, and prints nothing.
"""

from __future__ import annotations

import sys

from kubernetes import config

NOT_FOUND, FAILED = 404, 400
TYPES = {"PATCH": "application/merge-patch+json"}


def main(kubeconfig: str, method: str, path: str, body: str | None = None) -> None:
    connection = config.new_client_from_config(kubeconfig)
    answer = connection.rest_client.pool_manager.request(
        method,
        connection.configuration.host + path,
        body=body,
        headers={"Accept": "application/json", "Content-Type": TYPES.get(method, "application/json")},
    )
    if answer.status == NOT_FOUND and method in ("GET", "DELETE"):
        return
    if answer.status >= FAILED:
        sys.exit(answer.data.decode())
    print(answer.data.decode())  # noqa: T201 - the product of this program


main(*sys.argv[1:])
