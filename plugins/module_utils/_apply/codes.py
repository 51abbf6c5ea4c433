# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a diagnosis can say: the one table of its codes, with how long each trouble may last and what to do
about it."""

from __future__ import annotations

from dataclasses import dataclass

AT_ONCE = 0.0
BRIEFLY = 3.0
"""Seconds for what often cures itself within a moment: a quota that old pods are leaving, a status that
still speaks of the previous spec."""
STALE = 15.0
"""Seconds for a controller to renew a status that was written before the present spec."""
SCHEDULING = 3.0
"""Seconds for the scheduler to find room after all."""
PULL_AGAIN = 60.0
"""Seconds for an image pull that failed by the network or an overloaded registry, which the kubelet
repeats."""
NODES_BACK = 30.0
"""Seconds for nodes that are not ready to come, or to come back."""
SCALE_UP = 90.0
"""Seconds for a node autoscaler to say that it adds nodes; when it has said so, only the deadline counts."""
NEVER: float | None = None
"""Does not end a wait; explains it when the time is up."""


@dataclass(frozen=True, kw_only=True)
class Code:
    """``grace``: seconds that the trouble may be visible before it ends the wait; ``None`` never ends it."""

    meaning: str
    hint: str
    grace: float | None


CODES: dict[str, Code] = {
    "ImagePull": Code(
        meaning="A container's image cannot be pulled.",
        hint=(
            "Check the image name and tag, and that the registry can be reached from the node; for a "
            "private registry give the pod an image pull Secret (secret of type registry)."
        ),
        grace=AT_ONCE,
    ),
    "CrashLoop": Code(
        meaning="A container ends again and again.",
        hint=(
            "Read the log lines below: the process ends by itself, usually for a wrong argument or a "
            "missing file."
        ),
        grace=AT_ONCE,
    ),
    "OutOfMemory": Code(
        meaning=(
            "A container was killed for lack of memory (exit code 137), or the engine found too little "
            "GPU memory."
        ),
        hint=(
            "GPU memory: lower gpu_memory_utilization, max_model_len (8192, then 4096) and max_num_seqs "
            "(20, then 10), or spread the model over more GPUs (tensor parallelism). Host memory: raise "
            "the memory limit and check the size of shared memory, which counts as memory."
        ),
        grace=AT_ONCE,
    ),
    "ProbeFailing": Code(
        meaning="A container runs, but its startup, liveness or readiness probe fails.",
        hint=(
            "If the model is still loading, raise the startup timeout and the time given to the wait; "
            "otherwise compare the probe's port and path with what the server listens on, and read the "
            "log."
        ),
        grace=NEVER,
    ),
    "ProbeKilled": Code(
        meaning=(
            "The kubelet kills the container again and again because its startup or liveness probe fails."
        ),
        hint=(
            "Raise the startup timeout: loading takes longer than the probe allows. Or correct the "
            "probe's port and path."
        ),
        grace=AT_ONCE,
    ),
    "InitFailed": Code(
        meaning="An init container fails.",
        hint="Read the init container's log lines below.",
        grace=AT_ONCE,
    ),
    "StorageInitializer": Code(
        meaning="KServe's storage initializer cannot fetch the model.",
        hint=(
            "Check the storage URI, the credentials Secret, the endpoint and its certificate, and that "
            "the initializer has enough memory and ephemeral storage for the model."
        ),
        grace=AT_ONCE,
    ),
    "ConfigError": Code(
        meaning=(
            "A container cannot be created: a ConfigMap, Secret or key it names is missing, or its "
            "command cannot run."
        ),
        hint="Create what is missing, or correct the name and key in the service.",
        grace=BRIEFLY,
    ),
    "VolumeMount": Code(
        meaning="A volume of the pod cannot be attached or mounted.",
        hint=(
            "Check that the volume's server, share, driver, Secret or ConfigMap exists and can be reached "
            "from the node."
        ),
        grace=NEVER,
    ),
    "PodFailed": Code(
        meaning="A pod without a controller has failed, or pods are refused or evicted by their nodes.",
        hint="Read the pod's message and log lines below.",
        grace=NEVER,
    ),
    "Unschedulable": Code(
        meaning="The scheduler finds no node for a pod.",
        hint=(
            "Free or add what the scheduler misses: GPUs of the wanted product, memory, a toleration for "
            "the node's taint, a matching node selector. A smaller tensor parallelism needs fewer GPUs on "
            "one node."
        ),
        grace=SCHEDULING,
    ),
    "QueueWaiting": Code(
        meaning="The pod is held back by a scheduling gate, such as a Kueue queue without free quota.",
        hint="Look at the queue's quota and what is ahead in it, or give the wait more time.",
        grace=NEVER,
    ),
    "QuotaDenied": Code(
        meaning="Pods cannot be created because a ResourceQuota is used up.",
        hint="Raise the namespace's ResourceQuota, or ask for less (replicas, GPUs, limits).",
        grace=BRIEFLY,
    ),
    "AdmissionDenied": Code(
        meaning="An admission webhook or policy refuses the pods.",
        hint="Correct what the message names; it is the cluster's own rule.",
        grace=BRIEFLY,
    ),
    "WebhookDown": Code(
        meaning="Pods cannot be created because an admission webhook does not answer.",
        hint="Bring the webhook's server back (its Deployment, Service and certificate), then run again.",
        grace=BRIEFLY,
    ),
    "PodCreation": Code(
        meaning="A controller cannot create its pods, for another reason.",
        hint="Correct what the message names.",
        grace=NEVER,
    ),
    "ClaimMissing": Code(
        meaning="A pod needs a PersistentVolumeClaim that does not exist.",
        hint="Create the claim (a store of the inventory), or correct its name.",
        grace=BRIEFLY,
    ),
    "VolumePending": Code(
        meaning="A PersistentVolumeClaim is not bound to a volume.",
        hint="Check the storage class, its provisioner and the free volumes that match size and access mode.",
        grace=BRIEFLY,
    ),
    "RuntimeNotFound": Code(
        meaning="KServe knows no serving runtime for this InferenceService.",
        hint=(
            "Correct the runtime's name, or create a ServingRuntime that supports the model format in "
            "this namespace."
        ),
        grace=BRIEFLY,
    ),
    "InvalidSpec": Code(
        meaning="A controller refuses the specification after the API server accepted it.",
        hint="Correct what the message names.",
        grace=BRIEFLY,
    ),
    "StorageUriUnsupported": Code(
        meaning="KServe cannot fetch models from a storage URI of this kind.",
        hint=(
            "Use s3://, gs://, hf://, pvc://, oci://, https:// or another prefix that a "
            "ClusterStorageContainer supports."
        ),
        grace=BRIEFLY,
    ),
    "ModelLoadFailed": Code(
        meaning="KServe reports that the model could not be loaded.",
        hint="Check the storage URI, the credentials and the engine's arguments; read the log lines below.",
        grace=AT_ONCE,
    ),
    "RouteRejected": Code(
        meaning="The gateway does not accept the route, or cannot resolve what it points to.",
        hint="Correct the parent, listener, backend or reference that the message names.",
        grace=SCHEDULING,
    ),
    "JobFailed": Code(
        meaning="A Job has failed.",
        hint=(
            "Read the log lines of its last pod below, correct the cause, delete the Job or change its "
            "spec, run again."
        ),
        grace=AT_ONCE,
    ),
    "RolloutStuck": Code(
        meaning="A rollout made no progress within its progress deadline.",
        hint="Look at the pods of the new revision; if they only need longer, raise progressDeadlineSeconds.",
        grace=AT_ONCE,
    ),
    "NodesMissing": Code(
        meaning="A DaemonSet runs on fewer nodes than expected.",
        hint="Compare its node selector and tolerations with the labels and taints of the nodes.",
        grace=NEVER,
    ),
    "NoStatus": Code(
        meaning="The object's controller has not written any status.",
        hint="Check that the controller of this kind runs and has no errors in its log.",
        grace=NEVER,
    ),
    "NotEstablished": Code(
        meaning="The API server does not establish a CustomResourceDefinition.",
        hint="Another definition uses the same names: remove the conflict that the message names.",
        grace=BRIEFLY,
    ),
    "Reconcile": Code(
        meaning="The object's controller reports an error or a condition that is not met.",
        hint="Look at the condition named in the message and at the controller's log.",
        grace=NEVER,
    ),
    "Deleted": Code(
        meaning="The object was deleted while it was waited for.",
        hint=(
            "Find out who deletes it (another tool that owns the same name, a person, a namespace in "
            "deletion)."
        ),
        grace=BRIEFLY,
    ),
    "StuckTerminating": Code(
        meaning="The object was asked to go, but is still there.",
        hint="See which finalizer or pod holds it, and whether its controller or node is still at work.",
        grace=NEVER,
    ),
    "ApiUnavailable": Code(
        meaning="The API server could not be asked any more; the last known state is reported.",
        hint="Check the API server and the network to it, then run again.",
        grace=NEVER,
    ),
    "DeadlineExceeded": Code(
        meaning="The time was up and nothing wrong could be seen.",
        hint="Give the wait more time, or look at the object in the cluster.",
        grace=NEVER,
    ),
}
