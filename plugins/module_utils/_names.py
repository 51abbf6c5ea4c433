# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The names by which everything we write to a cluster can be told from everything else."""

from __future__ import annotations

MANAGER = "inferops.serving"
"""Field manager of every server-side apply, and value of ``app.kubernetes.io/managed-by``."""

VERSION = "0.1.0"
"""Version of the collection; equal to that of ``galaxy.yml``."""

PREFIX = "inferops.serving/"
"""Prefix of our own labels and annotations."""

MANAGED_BY_LABEL = "app.kubernetes.io/managed-by"
SERVICE_LABEL = PREFIX + "service"
SPEC_HASH_ANNOTATION = PREFIX + "spec-hash"
EXPECTED_NODES_ANNOTATION = PREFIX + "expected-nodes"
"""On a DaemonSet: the number of nodes on which it must run before it counts as ready."""
AFTER_SERVERS_ANNOTATION = PREFIX + "after-servers"
"""On what shares requests out: it is written when those who get them are ready."""
BEFORE_SERVERS_ANNOTATION = PREFIX + "before-servers"
"""On a Job: what else of its set starts pods is written when it has done its work."""
SIMULATED_ANNOTATION = PREFIX + "simulated"
"""On a simulated node: the devices that it only seems to have, separated by commas."""
REPOSITORY_HASH_ANNOTATION = PREFIX + "repository-hash"

KUEUE_QUEUE_LABEL = "kueue.x-k8s.io/queue-name"
"""On an object whose pods Kueue admits."""

STORE_LABEL = PREFIX + "store"
SECRET_LABEL = PREFIX + "secret"

S3_ACCESS_KEY = "AWS_ACCESS_KEY_ID"
S3_SECRET_KEY = "AWS_SECRET_ACCESS_KEY"  # noqa: S105 - the name of a key
"""Keys of the Secret of an S3 store."""
BASIC_AUTH_TYPE = "kubernetes.io/basic-auth"
BASIC_AUTH_USER, BASIC_AUTH_PASSWORD = "username", "password"
"""Type and keys of a Secret of user name and password, as the API and Traefik know it."""
HTPASSWD_KEY = ".htpasswd"
"""Key of the same as a line with a hash, which Envoy Gateway looks for."""
INLINE_TEXT = "inline_string"
"""Envoy's key for text that stands in its configuration instead of a file."""
API_KEY_KEY = "api-key"
"""Key of the Secret of an API key."""
HUB_TOKEN_KEYS = ("password", "HF_TOKEN")
"""Keys of the Secret of a Hugging Face token: the first is for pods, the second is what KServe looks for."""

PROGRAMS = "/opt/inferops"
"""Where containers see programs of ours."""
SIDECAR_LABEL = "sidecar.istio.io/inject"
"""On a pod: whether Istio puts its proxy beside it."""

NAMESPACE_SET = "inferops-namespace"
"""Set of a namespace that is made by us, and owned apart from what is in it."""

PROGRESS_CHANNEL = "INFEROPS_PROGRESS"
"""Environment variable of a module with the path of the file that takes its progress lines."""

MONITORING_GROUP = "monitoring.coreos.com"
MONITORING_API = f"{MONITORING_GROUP}/v1"
"""The kinds by which the Prometheus operator learns what to read."""
