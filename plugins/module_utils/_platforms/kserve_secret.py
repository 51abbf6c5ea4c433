# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What KServe's storage initializer wants to know of a bucket."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from .._fleet import Store


def kserve_annotations(store: Store) -> dict[str, str]:
    """Annotations of the Secret with the keys of a bucket; switches are the texts 0 and 1."""
    annotations = {
        "s3-verifyssl": "1" if store.verify_tls else "0",
        "s3-usevirtualbucket": "0" if store.path_style else "1",
        "s3-useanoncredential": "0",
    }
    if store.endpoint is not None:
        endpoint = urlsplit(store.endpoint)
        annotations["s3-endpoint"] = endpoint.netloc
        annotations["s3-usehttps"] = "1" if endpoint.scheme == "https" else "0"
    if store.region is not None:
        annotations["s3-region"] = store.region
    if store.ca is not None:
        annotations["s3-cabundle-configmap"] = store.ca
    return {f"serving.kserve.io/{name}": value for name, value in sorted(annotations.items())}
