# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What to do about a failure, by its code."""

from __future__ import annotations

from dataclasses import dataclass

HINTS = {
    "AdapterMissing": "Check lora.enabled and the adapters' paths; the engine logs each adapter it loads.",
    "BadRequest": "Compare the version of the server with the protocol that was asked.",
    "Broken": "Something closed the connection: is this the engine's port, and plain HTTP there?",
    "BrokenStream": "The answer broke off: read the engine's log, and the gateway's time-outs.",
    "Busy": "The server refuses more requests: scale out, or raise max_num_seqs.",
    "ClusterError": "Check the connection to the cluster and the rights of its user.",
    "EmptyAnswer": "Check weights, tokenizer and chat template, or ask another prompt.",
    "JobFailed": "The Job's image needs python3, 3.10 or later, and must be pullable here.",
    "JobRefused": "See quota and Pod Security level of the namespace, and your rights there.",
    "ModelNotServed": "Compare the model's served_names, and its path in the store, with what is served.",
    "NoAddress": "Expose the service, give a url, or use reach: port-forward.",
    "NoCluster": "Give the connection to the cluster and the namespace, or a url.",
    "NoCredentials": "Make the Secret with the API key, or correct its name and key.",
    "NoImage": "Give job.image, an image with python3.",
    "NoModel": "Nothing is loaded: read the engine's log from its start.",
    "NoPod": "Is the service deployed, and not stopped? Check its namespace and name.",
    "NoPort": "Give the container port that answers requests.",
    "NoPortForward": "See whether the node answers and you may create pods/portforward, or reach it else.",
    "NoReadyPod": "Wait for the rollout, or see services_info for what holds the pods back.",
    "NoRoute": "Something else answers there: check host, path and the gateway's route.",
    "NoUsage": "The server counts no tokens: is it compatible with vLLM?",
    "NotJson": "The server does not speak this protocol: check the engine and the port.",
    "NotReady": "The engine still loads, or nothing healthy is behind the gateway: see its pods.",
    "NotResolved": "Make the DNS entry, give the gateway's address, or use reach: port-forward.",
    "OpenToAll": "Nothing asks for the credentials: check the gateway's auth or the engine's API key.",
    "Redirected": "Give the URL to which the server redirects, most likely https.",
    "Refused": "Nothing listens there: check port, Service and firewall.",
    "ServerError": "The engine failed on the request: read its log.",
    "SloMissed": "Run more copies, smaller batches or a faster GPU, or correct the objective.",
    "Timeout": "See GPU allocation, load and network policies, or raise the timeout.",
    "TlsFailed": "The server speaks no TLS there, or only an old version: check scheme and port.",
    "TlsNotTrusted": "Give the authority's certificate as ca, or the host name of the certificate.",
    "TooManyTokens": "The server ignores max_tokens: is it compatible with vLLM?",
    "Unauthorized": "Give credentials that the server accepts.",
}


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """Why a served model was not found to serve, and the next step."""

    code: str
    check: str
    message: str
    hint: str


def diagnosis(*, code: str, check: str, message: str) -> Diagnosis:
    return Diagnosis(code=code, check=check, message=message, hint=HINTS.get(code, ""))
