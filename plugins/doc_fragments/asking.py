# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations


class ModuleDocFragment:
    # The options of ASKING in plugins/module_utils/_probe/module.py
    DOCUMENTATION = r"""
options:
  reach:
    description:
      - V(address) asks where users ask, at the URL that was given or that the service publishes in its
        C(status.url), load balancer or node port. A host that does not resolve is asked through the
        gateway's address.
      - V(port-forward) asks a Ready pod through the API server, and needs the right to create
        C(pods/portforward).
      - V(job) asks from inside the cluster, by a Job that runs O(job.image). The Job runs as no user of
        privilege, has no token, and its credentials come from a Secret only. It needs the rights to apply and
        delete Jobs and ConfigMaps and to read pods, their logs and events.
      - V(auto) tries the addresses and, where none leads to the service, a port-forward. It proves that the
        model answers; use V(address) to prove the way in too.
    type: str
    choices: [auto, address, port-forward, job]
    default: auto
  job:
    description: How the Job of O(reach=job) runs.
    type: dict
    suboptions:
      image:
        description: Image with C(python3), 3.10 or later. The engine's own image will do.
        type: str
        required: true
      pull_secrets:
        description: Secrets to pull the image with.
        type: list
        elements: str
        default: []
      run_as_user:
        description:
          - User id of the process. V(0) leaves it to the image or the cluster, as OpenShift wants it; it may
            not be root then either.
        type: int
        default: 65534
  checks:
    description:
      - Checks to make, in this order. Left out or empty, all that are usual for the protocol.
      - For V(openai) V(health), V(auth), V(models), V(completion), V(chat), V(stream). For V(triton) V(live),
        V(ready), V(model), V(repository), V(auth), V(generate), V(stream); for V(triton-ensemble) and
        V(triton-llmapi) without V(stream).
      - In a mixed fleet each service makes those that its protocol knows.
      - A model without chat template passes, unless V(chat) is listed here.
    type: list
    elements: str
    default: []
  prompt:
    description:
      - What is asked where neither the service nor the target says. Left out, V(Hello, world!) for OpenAI and
        V(What is Triton Inference Server?) for Triton.
    type: str
  max_tokens:
    description: Most tokens of a completion. Left out, V(50), and for Triton the backend's own limit.
    type: int
  chat_max_tokens:
    description: Most tokens of a chat answer.
    type: int
    default: 200
  temperature:
    description: Temperature of the sampler. Left out, V(0.7) for OpenAI and V(0) for Triton.
    type: float
  timeout:
    description: Seconds for the whole task.
    type: int
    default: 120
"""

    # The options of TARGETS in plugins/module_utils/_probe/direct.py
    TARGETS = r"""
options:
  targets:
    description:
      - Served models that no inventory describes.
      - A target is reached by O(targets[].url), or found in the cluster by one of O(targets[].service),
        O(targets[].inference_service), O(targets[].pod) and O(targets[].selector).
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: What the target is called in the result.
        type: str
        required: true
      protocol:
        description:
          - V(openai) is spoken by vLLM and all that is compatible with it, V(triton) by Triton in front of
            the vLLM backend, V(triton-ensemble) by Triton in front of a TensorRT-LLM ensemble,
            V(triton-llmapi) by Triton in front of TensorRT-LLM's LLM API.
        type: str
        choices: [openai, triton, triton-ensemble, triton-llmapi]
        default: openai
      url:
        description:
          - Where the model is served, C(http) or C(https), with a path where the server is behind one, and
            without C(/v1) or C(/v2).
        type: str
      through:
        description:
          - Address of a gateway as C(host) or C(host:port), for a O(targets[].url) whose host does not
            resolve. Host header and TLS name stay those of the URL.
        type: str
      verify_tls:
        description: Whether the certificate of an C(https) address is checked.
        type: bool
        default: true
      ca:
        description: Path of the certificates that are trusted besides the system's, PEM.
        type: path
      namespace:
        description: Namespace of the target.
        type: str
        default: default
      service:
        description: Name of the Service in front of the target.
        type: str
      inference_service:
        description: Name of the InferenceService that is the target.
        type: str
      pod:
        description: Name of the pod that is the target.
        type: str
      selector:
        description: Labels that select the target's pods, such as V(app=chat). The newest Ready pod is asked.
        type: str
      port:
        description:
          - Port of the container that answers requests. Left out, it is the Service's target port, or the
            first port that the pod names.
        type: int
      models:
        description: Names that must be served. The first of them is asked; without any, what the server has.
        type: list
        elements: str
        default: []
      adapters:
        description: Names of LoRA adapters that must be served.
        type: list
        elements: str
        default: []
      prompt:
        description: What is asked. Left out, O(prompt).
        type: str
      exclude_input:
        description:
          - Ask Triton to leave the prompt out of its answer (C(exclude_input_in_output)). An echoed prompt
            never counts as an answer, with or without it.
        type: bool
        default: false
      credentials:
        description:
          - What proves that we may ask. With any of them, the check C(auth) asks once without and must be
            refused.
          - Give O(targets[].credentials.api_key), or O(targets[].credentials.api_key_secret), or
            O(targets[].credentials.username) and O(targets[].credentials.password).
        type: dict
        suboptions:
          api_key:
            description: The engine's API key, sent as a bearer token whatever the way.
            type: str
          api_key_secret:
            description: The Secret in O(targets[].namespace) that holds the API key.
            type: dict
            suboptions:
              name:
                description: Name of the Secret.
                type: str
                required: true
              key:
                description: Key of the Secret.
                type: str
                default: api-key
          username:
            description: User for a gateway that asks for basic authentication. Sent by address only.
            type: str
          password:
            description: Password for O(targets[].credentials.username).
            type: str
      slo:
        description: Objectives; advisory unless O(targets[].slo.enforce).
        type: dict
        suboptions:
          enforce:
            description: Whether a missed objective fails the task. What was not measured is missed.
            type: bool
            default: false
          ttft_ms:
            description: Time to first token in milliseconds, which must stay below.
            type: float
          tokens_per_second:
            description: Tokens per second, of all answers together, which must be reached.
            type: float
          concurrency:
            description:
              - How many ask at once while the other objectives are measured; all must be answered. The
                time to first token is then the median.
            type: int
"""
