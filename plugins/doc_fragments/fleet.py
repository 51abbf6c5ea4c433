# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Written by tools/inventory_docs.py from the records of the inventory.
from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  llm_cluster:
    description:
      - What holds for every service of the cluster.
    type: dict
    default: {}
    suboptions:
      flavor:
        description:
          - Kind of the cluster.
        type: str
        choices:
          - kubernetes
          - openshift
        default: kubernetes
      version_preset:
        description:
          - Which of the two pinned versions is used for every component and engine
            that gives none of its own.
        type: str
        choices:
          - seed
          - current
        default: current
      gpu_nodes:
        description:
          - The nodes that carry GPUs.
        type: dict
        suboptions:
          names:
            description:
              - Names of the nodes that carry GPUs.
              - Left out it is the nodes that advertise the GPU resource.
            type: list
            elements: str
          selector:
            description:
              - Labels that all GPU nodes carry, instead of their names.
              - Left out it is the nodes that advertise the GPU resource.
            type: dict
          manage:
            description:
              - V(apply) writes label and taint to the nodes; V(verify) only reports
                what is missing, for node pools that a cloud provider manages.
            type: str
            choices:
              - apply
              - verify
            default: verify
          label:
            description:
              - Label C(key=value) of a GPU node.
            type: str
            default: nvidia.com/gpu=present
          taint:
            description:
              - Taint C(key=value:effect) of a GPU node. Every GPU pod tolerates it.
                An empty string means no taint.
            type: str
            default: nvidia.com/gpu=present:NoSchedule
          extra_labels:
            description:
              - More labels for every GPU node.
            type: dict
          allow_no_gpu_nodes:
            description:
              - A cluster without any GPU node is no error.
            type: bool
            default: false
      gpu_resources:
        description:
          - 'Names of the GPU resources: a preset''s name, or a map.'
          - A plain string is the same as its key C(preset).
        type: raw
        suboptions:
          preset:
            description:
              - Whose resource names are used. V(nvidia) counts whole GPUs; V(hami)
                shares them by HAMi's names; V(otterscale) has the names of HAMi's
                withdrawn Otterscale packaging.
            type: str
            choices:
              - nvidia
              - hami
              - otterscale
            default: nvidia
          count:
            description:
              - Resource name of a GPU.
              - Left out it is from the preset.
            type: str
          memory_percent:
            description:
              - Resource name of a share of a GPU's memory in percent.
              - Left out it is from the preset.
            type: str
          memory:
            description:
              - Resource name of a share of a GPU's memory in MiB.
              - Left out it is from the preset.
            type: str
      components:
        description:
          - What is installed in the cluster.
        type: dict
        suboptions:
          nfd:
            description:
              - Node Feature Discovery.
            type: dict
            suboptions:
              state:
                description:
                  - V(present) installs it, V(existing) expects it, V(absent) removes
                    what was installed from here, V(auto) uses it where it is found
                    and installs nothing.
                type: str
                choices:
                  - present
                  - existing
                  - absent
                  - auto
                default: auto
              version:
                description:
                  - Version. It decides the spelling of fields and annotations too.
                  - Left out it is from O(llm_cluster.version_preset).
                type: str
              source:
                description:
                  - V(builtin) for objects of this collection, else the path or URL
                    of a manifest, a directory or an archive, or V(helm:<chart>) for
                    a chart.
                type: str
                default: builtin
              checksum:
                description:
                  - SHA-256 of the file behind C(source).
                type: str
              values:
                description:
                  - Values of the chart.
                type: dict
          device_plugin:
            description:
              - NVIDIA device plugin.
            type: dict
            suboptions:
              state:
                description:
                  - V(present) installs it, V(existing) expects it, V(absent) removes
                    what was installed from here, V(auto) uses it where it is found
                    and installs nothing.
                type: str
                choices:
                  - present
                  - existing
                  - absent
                  - auto
                default: auto
              version:
                description:
                  - Version. It decides the spelling of fields and annotations too.
                  - Left out it is from O(llm_cluster.version_preset).
                type: str
              source:
                description:
                  - V(builtin) for objects of this collection, else the path or URL
                    of a manifest, a directory or an archive, or V(helm:<chart>) for
                    a chart.
                type: str
                default: builtin
              checksum:
                description:
                  - SHA-256 of the file behind C(source).
                type: str
              values:
                description:
                  - Values of the chart.
                type: dict
          gfd:
            description:
              - GPU Feature Discovery.
            type: dict
            suboptions:
              state:
                description:
                  - V(present) installs it, V(existing) expects it, V(absent) removes
                    what was installed from here, V(auto) uses it where it is found
                    and installs nothing.
                type: str
                choices:
                  - present
                  - existing
                  - absent
                  - auto
                default: auto
              version:
                description:
                  - Version. It decides the spelling of fields and annotations too.
                  - Left out it is from O(llm_cluster.version_preset).
                type: str
              source:
                description:
                  - V(builtin) for objects of this collection, else the path or URL
                    of a manifest, a directory or an archive, or V(helm:<chart>) for
                    a chart.
                type: str
                default: builtin
              checksum:
                description:
                  - SHA-256 of the file behind C(source).
                type: str
              values:
                description:
                  - Values of the chart.
                type: dict
          gpu_operator:
            description:
              - NVIDIA GPU Operator.
            type: dict
            suboptions:
              state:
                description:
                  - V(present) installs it, V(existing) expects it, V(absent) removes
                    what was installed from here, V(auto) uses it where it is found
                    and installs nothing.
                type: str
                choices:
                  - present
                  - existing
                  - absent
                  - auto
                default: auto
              version:
                description:
                  - Version. It decides the spelling of fields and annotations too.
                  - Left out it is from O(llm_cluster.version_preset).
                type: str
              source:
                description:
                  - V(builtin) for objects of this collection, else the path or URL
                    of a manifest, a directory or an archive, or V(helm:<chart>) for
                    a chart.
                type: str
                default: builtin
              checksum:
                description:
                  - SHA-256 of the file behind C(source).
                type: str
              values:
                description:
                  - Values of the chart.
                type: dict
          dcgm:
            description:
              - DCGM exporter.
            type: dict
            suboptions:
              state:
                description:
                  - V(present) installs it, V(existing) expects it, V(absent) removes
                    what was installed from here, V(auto) uses it where it is found
                    and installs nothing.
                type: str
                choices:
                  - present
                  - existing
                  - absent
                  - auto
                default: auto
              version:
                description:
                  - Version. It decides the spelling of fields and annotations too.
                  - Left out it is from O(llm_cluster.version_preset).
                type: str
              source:
                description:
                  - V(builtin) for objects of this collection, else the path or URL
                    of a manifest, a directory or an archive, or V(helm:<chart>) for
                    a chart.
                type: str
                default: builtin
              checksum:
                description:
                  - SHA-256 of the file behind C(source).
                type: str
              values:
                description:
                  - Values of the chart.
                type: dict
          prometheus:
            description:
              - Prometheus.
            type: dict
            suboptions:
              state:
                description:
                  - V(present) installs it, V(existing) expects it, V(absent) removes
                    what was installed from here, V(auto) uses it where it is found
                    and installs nothing.
                type: str
                choices:
                  - present
                  - existing
                  - absent
                  - auto
                default: auto
              version:
                description:
                  - Version. It decides the spelling of fields and annotations too.
                  - Left out it is from O(llm_cluster.version_preset).
                type: str
              source:
                description:
                  - V(builtin) for objects of this collection, else the path or URL
                    of a manifest, a directory or an archive, or V(helm:<chart>) for
                    a chart.
                type: str
                default: builtin
              checksum:
                description:
                  - SHA-256 of the file behind C(source).
                type: str
              values:
                description:
                  - Values of the chart.
                type: dict
              url:
                description:
                  - Address of the Prometheus that autoscalers query, for example
                    V(http://prometheus.monitoring:9090).
                type: str
          adapter:
            description:
              - Prometheus adapter.
            type: dict
            suboptions:
              state:
                description:
                  - V(present) installs it, V(existing) expects it, V(absent) removes
                    what was installed from here, V(auto) uses it where it is found
                    and installs nothing.
                type: str
                choices:
                  - present
                  - existing
                  - absent
                  - auto
                default: auto
              version:
                description:
                  - Version. It decides the spelling of fields and annotations too.
                  - Left out it is from O(llm_cluster.version_preset).
                type: str
              source:
                description:
                  - V(builtin) for objects of this collection, else the path or URL
                    of a manifest, a directory or an archive, or V(helm:<chart>) for
                    a chart.
                type: str
                default: builtin
              checksum:
                description:
                  - SHA-256 of the file behind C(source).
                type: str
              values:
                description:
                  - Values of the chart.
                type: dict
          grafana:
            description:
              - Grafana.
            type: dict
            suboptions:
              state:
                description:
                  - V(present) installs it, V(existing) expects it, V(absent) removes
                    what was installed from here, V(auto) uses it where it is found
                    and installs nothing.
                type: str
                choices:
                  - present
                  - existing
                  - absent
                  - auto
                default: auto
              version:
                description:
                  - Version. It decides the spelling of fields and annotations too.
                  - Left out it is from O(llm_cluster.version_preset).
                type: str
              source:
                description:
                  - V(builtin) for objects of this collection, else the path or URL
                    of a manifest, a directory or an archive, or V(helm:<chart>) for
                    a chart.
                type: str
                default: builtin
              checksum:
                description:
                  - SHA-256 of the file behind C(source).
                type: str
              values:
                description:
                  - Values of the chart.
                type: dict
          hami:
            description:
              - HAMi.
            type: dict
            suboptions:
              state:
                description:
                  - V(present) installs it, V(existing) expects it, V(absent) removes
                    what was installed from here, V(auto) uses it where it is found
                    and installs nothing.
                type: str
                choices:
                  - present
                  - existing
                  - absent
                  - auto
                default: auto
              version:
                description:
                  - Version. It decides the spelling of fields and annotations too.
                  - Left out it is from O(llm_cluster.version_preset).
                type: str
              source:
                description:
                  - V(builtin) for objects of this collection, else the path or URL
                    of a manifest, a directory or an archive, or V(helm:<chart>) for
                    a chart.
                type: str
                default: builtin
              checksum:
                description:
                  - SHA-256 of the file behind C(source).
                type: str
              values:
                description:
                  - Values of the chart.
                type: dict
              scheduler:
                description:
                  - Name of its scheduler, which pods with shares of GPUs ask for.
                type: str
                default: hami-scheduler
          aidaptiv:
            description:
              - aiDAPTIVCache.
            type: dict
            suboptions:
              state:
                description:
                  - V(present) installs it, V(existing) expects it, V(absent) removes
                    what was installed from here, V(auto) uses it where it is found
                    and installs nothing.
                type: str
                choices:
                  - present
                  - existing
                  - absent
                  - auto
                default: auto
              version:
                description:
                  - Version. It decides the spelling of fields and annotations too.
                  - Left out it is from O(llm_cluster.version_preset).
                type: str
              source:
                description:
                  - V(builtin) for objects of this collection, else the path or URL
                    of a manifest, a directory or an archive, or V(helm:<chart>) for
                    a chart.
                type: str
                default: builtin
              checksum:
                description:
                  - SHA-256 of the file behind C(source).
                type: str
              values:
                description:
                  - Values of the chart.
                type: dict
              mode:
                description:
                  - V(operator) installs the operator from O(llm_cluster.components.aidaptiv.source),
                    V(topolvm) uses the StorageClass packaging, V(existing) expects
                    either, V(simulate) is for simulated nodes only.
                type: str
                choices:
                  - operator
                  - topolvm
                  - existing
                  - simulate
                default: existing
              mount_path:
                description:
                  - Where pods see their cache device, as the device plugin mounts
                    it.
                type: str
                default: /mnt/nvme0
              device_gb:
                description:
                  - 'Size of one cache device in GB (10^9 bytes): 320, 1000 or 2000.'
                  - 1 or more.
                type: int
              danger_accept_any_nvme:
                description:
                  - Skip the operator's check of the firmware. Any NVMe device may
                    then be formatted.
                type: bool
                default: false
          nfs_csi:
            description:
              - CSI driver for NFS.
            type: dict
            suboptions:
              state:
                description:
                  - V(present) installs it, V(existing) expects it, V(absent) removes
                    what was installed from here, V(auto) uses it where it is found
                    and installs nothing.
                type: str
                choices:
                  - present
                  - existing
                  - absent
                  - auto
                default: auto
              version:
                description:
                  - Version. It decides the spelling of fields and annotations too.
                  - Left out it is from O(llm_cluster.version_preset).
                type: str
              source:
                description:
                  - V(builtin) for objects of this collection, else the path or URL
                    of a manifest, a directory or an archive, or V(helm:<chart>) for
                    a chart.
                type: str
                default: builtin
              checksum:
                description:
                  - SHA-256 of the file behind C(source).
                type: str
              values:
                description:
                  - Values of the chart.
                type: dict
          cert_manager:
            description:
              - cert-manager.
            type: dict
            suboptions:
              state:
                description:
                  - V(present) installs it, V(existing) expects it, V(absent) removes
                    what was installed from here, V(auto) uses it where it is found
                    and installs nothing.
                type: str
                choices:
                  - present
                  - existing
                  - absent
                  - auto
                default: auto
              version:
                description:
                  - Version. It decides the spelling of fields and annotations too.
                  - Left out it is from O(llm_cluster.version_preset).
                type: str
              source:
                description:
                  - V(builtin) for objects of this collection, else the path or URL
                    of a manifest, a directory or an archive, or V(helm:<chart>) for
                    a chart.
                type: str
                default: builtin
              checksum:
                description:
                  - SHA-256 of the file behind C(source).
                type: str
              values:
                description:
                  - Values of the chart.
                type: dict
          gateway:
            description:
              - Gateway API.
            type: dict
            suboptions:
              state:
                description:
                  - V(present) installs it, V(existing) expects it, V(absent) removes
                    what was installed from here, V(auto) uses it where it is found
                    and installs nothing.
                type: str
                choices:
                  - present
                  - existing
                  - absent
                  - auto
                default: auto
              version:
                description:
                  - Version. It decides the spelling of fields and annotations too.
                  - Left out it is from O(llm_cluster.version_preset).
                type: str
              source:
                description:
                  - V(builtin) for objects of this collection, else the path or URL
                    of a manifest, a directory or an archive, or V(helm:<chart>) for
                    a chart.
                type: str
                default: builtin
              checksum:
                description:
                  - SHA-256 of the file behind C(source).
                type: str
              values:
                description:
                  - Values of the chart.
                type: dict
              class_name:
                description:
                  - GatewayClass of gateways made here.
                  - Left out it is none; gateways must be there already.
                type: str
          inference_crds:
            description:
              - Gateway API inference extension.
            type: dict
            suboptions:
              state:
                description:
                  - V(present) installs it, V(existing) expects it, V(absent) removes
                    what was installed from here, V(auto) uses it where it is found
                    and installs nothing.
                type: str
                choices:
                  - present
                  - existing
                  - absent
                  - auto
                default: auto
              version:
                description:
                  - Version. It decides the spelling of fields and annotations too.
                  - Left out it is from O(llm_cluster.version_preset).
                type: str
              source:
                description:
                  - V(builtin) for objects of this collection, else the path or URL
                    of a manifest, a directory or an archive, or V(helm:<chart>) for
                    a chart.
                type: str
                default: builtin
              checksum:
                description:
                  - SHA-256 of the file behind C(source).
                type: str
              values:
                description:
                  - Values of the chart.
                type: dict
          lws:
            description:
              - LeaderWorkerSet.
            type: dict
            suboptions:
              state:
                description:
                  - V(present) installs it, V(existing) expects it, V(absent) removes
                    what was installed from here, V(auto) uses it where it is found
                    and installs nothing.
                type: str
                choices:
                  - present
                  - existing
                  - absent
                  - auto
                default: auto
              version:
                description:
                  - Version. It decides the spelling of fields and annotations too.
                  - Left out it is from O(llm_cluster.version_preset).
                type: str
              source:
                description:
                  - V(builtin) for objects of this collection, else the path or URL
                    of a manifest, a directory or an archive, or V(helm:<chart>) for
                    a chart.
                type: str
                default: builtin
              checksum:
                description:
                  - SHA-256 of the file behind C(source).
                type: str
              values:
                description:
                  - Values of the chart.
                type: dict
          kserve:
            description:
              - KServe.
            type: dict
            suboptions:
              state:
                description:
                  - V(present) installs it, V(existing) expects it, V(absent) removes
                    what was installed from here, V(auto) uses it where it is found
                    and installs nothing.
                type: str
                choices:
                  - present
                  - existing
                  - absent
                  - auto
                default: auto
              version:
                description:
                  - Version. It decides the spelling of fields and annotations too.
                  - Left out it is from O(llm_cluster.version_preset).
                type: str
              source:
                description:
                  - V(builtin) for objects of this collection, else the path or URL
                    of a manifest, a directory or an archive, or V(helm:<chart>) for
                    a chart.
                type: str
                default: builtin
              checksum:
                description:
                  - SHA-256 of the file behind C(source).
                type: str
              values:
                description:
                  - Values of the chart.
                type: dict
              deployment_mode:
                description:
                  - Default of O(llm_serving[].kserve.mode).
                type: str
                choices:
                  - Standard
                  - Knative
                default: Standard
          knative_features:
            description:
              - Feature flags of Knative Serving.
            type: dict
            suboptions:
              state:
                description:
                  - V(present) installs it, V(existing) expects it, V(absent) removes
                    what was installed from here, V(auto) uses it where it is found
                    and installs nothing.
                type: str
                choices:
                  - present
                  - existing
                  - absent
                  - auto
                default: auto
              version:
                description:
                  - Version. It decides the spelling of fields and annotations too.
                  - Left out it is from O(llm_cluster.version_preset).
                type: str
              source:
                description:
                  - V(builtin) for objects of this collection, else the path or URL
                    of a manifest, a directory or an archive, or V(helm:<chart>) for
                    a chart.
                type: str
                default: builtin
              checksum:
                description:
                  - SHA-256 of the file behind C(source).
                type: str
              values:
                description:
                  - Values of the chart.
                type: dict
          llmd:
            description:
              - llm-d.
            type: dict
            suboptions:
              state:
                description:
                  - V(present) installs it, V(existing) expects it, V(absent) removes
                    what was installed from here, V(auto) uses it where it is found
                    and installs nothing.
                type: str
                choices:
                  - present
                  - existing
                  - absent
                  - auto
                default: auto
              version:
                description:
                  - Version. It decides the spelling of fields and annotations too.
                  - Left out it is from O(llm_cluster.version_preset).
                type: str
              source:
                description:
                  - V(builtin) for objects of this collection, else the path or URL
                    of a manifest, a directory or an archive, or V(helm:<chart>) for
                    a chart.
                type: str
                default: builtin
              checksum:
                description:
                  - SHA-256 of the file behind C(source).
                type: str
              values:
                description:
                  - Values of the chart.
                type: dict
          kueue:
            description:
              - Kueue.
            type: dict
            suboptions:
              state:
                description:
                  - V(present) installs it, V(existing) expects it, V(absent) removes
                    what was installed from here, V(auto) uses it where it is found
                    and installs nothing.
                type: str
                choices:
                  - present
                  - existing
                  - absent
                  - auto
                default: auto
              version:
                description:
                  - Version. It decides the spelling of fields and annotations too.
                  - Left out it is from O(llm_cluster.version_preset).
                type: str
              source:
                description:
                  - V(builtin) for objects of this collection, else the path or URL
                    of a manifest, a directory or an archive, or V(helm:<chart>) for
                    a chart.
                type: str
                default: builtin
              checksum:
                description:
                  - SHA-256 of the file behind C(source).
                type: str
              values:
                description:
                  - Values of the chart.
                type: dict
              managed_namespaces:
                description:
                  - Namespaces in which it manages jobs and pods, and about which
                    its webhooks are asked.
                  - Left out it is all but C(kube-system) and its own.
                type: list
                elements: str
          istio:
            description:
              - Istio.
            type: dict
            suboptions:
              state:
                description:
                  - V(present) installs it, V(existing) expects it, V(absent) removes
                    what was installed from here, V(auto) uses it where it is found
                    and installs nothing.
                type: str
                choices:
                  - present
                  - existing
                  - absent
                  - auto
                default: auto
              version:
                description:
                  - Version. It decides the spelling of fields and annotations too.
                  - Left out it is from O(llm_cluster.version_preset).
                type: str
              source:
                description:
                  - V(builtin) for objects of this collection, else the path or URL
                    of a manifest, a directory or an archive, or V(helm:<chart>) for
                    a chart.
                type: str
                default: builtin
              checksum:
                description:
                  - SHA-256 of the file behind C(source).
                type: str
              values:
                description:
                  - Values of the chart.
                type: dict
              root_namespace:
                description:
                  - Istio's root namespace, whose objects hold for gateways in all
                    namespaces.
                type: str
                default: istio-system
              gateway_selector:
                description:
                  - Labels of the pods of the ingress gateway.
                type: dict
          keda:
            description:
              - KEDA.
            type: dict
            suboptions:
              state:
                description:
                  - V(present) installs it, V(existing) expects it, V(absent) removes
                    what was installed from here, V(auto) uses it where it is found
                    and installs nothing.
                type: str
                choices:
                  - present
                  - existing
                  - absent
                  - auto
                default: auto
              version:
                description:
                  - Version. It decides the spelling of fields and annotations too.
                  - Left out it is from O(llm_cluster.version_preset).
                type: str
              source:
                description:
                  - V(builtin) for objects of this collection, else the path or URL
                    of a manifest, a directory or an archive, or V(helm:<chart>) for
                    a chart.
                type: str
                default: builtin
              checksum:
                description:
                  - SHA-256 of the file behind C(source).
                type: str
              values:
                description:
                  - Values of the chart.
                type: dict
      registry:
        description:
          - Where images come from.
        type: dict
        suboptions:
          prefix:
            description:
              - Registry and path put in front of every image whose registry has no
                mirror, for example V(registry.example/cache).
            type: str
          mirrors:
            description:
              - 'Registry host to its replacement, for example V({docker.io: registry.example/hub}).'
            type: dict
          pull_secret:
            description:
              - Entry of O(llm_secrets) that every pod pulls its images with.
            type: str
      namespaces:
        description:
          - Namespaces and what they carry.
        type: list
        elements: dict
        suboptions:
          name:
            description:
              - Name of the namespace.
            type: str
            required: true
          labels:
            description:
              - Labels merged into the namespace's own.
            type: dict
          istio:
            description:
              - V(none), V(enabled) for C(istio-injection=enabled), or a revision
                for C(istio.io/rev).
            type: str
            default: none
          create:
            description:
              - Create the namespace when it is missing.
            type: bool
            default: true
      host_mounts:
        description:
          - File systems that hosts mount.
        type: list
        elements: dict
        suboptions:
          hosts:
            description:
              - Pattern of the inventory's hosts that mount it.
            type: str
            default: llm_gpu_hosts
          source:
            description:
              - What is mounted, for example V(nfs.example:/models).
            type: str
            required: true
          path:
            description:
              - Mount point.
            type: str
            required: true
          fstype:
            description:
              - Type of the file system.
            type: str
            default: nfs4
          opts:
            description:
              - Mount options.
              - Left out it is V(nfsvers=4.1,_netdev) for NFS.
            type: str
          directories:
            description:
              - Directories to make there.
            type: list
            elements: dict
            suboptions:
              path:
                description:
                  - Directory below the mount point.
                type: str
                required: true
              owner:
                description:
                  - Owner, C(user:group).
                  - Left out it is left as it is.
                type: str
              mode:
                description:
                  - Mode, for example V(0755).
                  - Left out it is left as it is.
                type: str
  llm_secrets:
    description:
      - Credentials, by value, from the environment, or already in the cluster.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description:
          - Name of the entry and of the Kubernetes Secret.
        type: str
        required: true
      kind:
        description:
          - V(hf-token) is a Hugging Face access token, V(registry) logs in to image
            registries, V(s3) is a pair of keys of an S3 store, V(basic-auth) a user
            name and password of clients, V(api-key) the key that clients show to
            the engine, V(generic) any keys and values.
        type: str
        choices:
          - hf-token
          - registry
          - s3
          - basic-auth
          - api-key
          - generic
        required: true
      namespaces:
        description:
          - Namespaces that get the Secret.
          - Left out it is the namespaces of the services that use it.
        type: list
        elements: str
      existing:
        description:
          - Name of a Secret that is already in every such namespace; nothing is written.
        type: str
      env:
        description:
          - 'Environment variable of the machine that runs the task. For V(hf-token)
            it holds the token, for V(api-key) the key, for V(basic-auth) the password,
            for V(registry) a Docker configuration as JSON, for V(generic) a map as
            JSON; for V(s3) it is a prefix: V(AWS) reads E(AWS_ACCESS_KEY_ID) and
            E(AWS_SECRET_ACCESS_KEY).'
        type: str
      value:
        description:
          - The token or key.
          - For kind V(hf-token) and V(api-key) only.
        type: str
      registries:
        description:
          - Logins of all registries.
          - For kind V(registry) only.
        type: list
        elements: dict
        suboptions:
          server:
            description:
              - Registry host, for example V(nvcr.io).
            type: str
            required: true
          username:
            description:
              - User name. For V(nvcr.io) the literal V($oauthtoken).
            type: str
            required: true
          password:
            description:
              - Password or API key, not base64-encoded.
            type: str
            required: true
      access_key:
        description:
          - Access key id.
          - For kind V(s3) only.
        type: str
      secret_key:
        description:
          - Secret access key.
          - For kind V(s3) only.
        type: str
      username:
        description:
          - User name. Required for V(basic-auth); there is no default.
          - For kind V(basic-auth) only.
        type: str
      password:
        description:
          - Password.
          - For kind V(basic-auth) only.
        type: str
      data:
        description:
          - Keys and values, not base64-encoded.
          - For kind V(generic) only.
        type: dict
  llm_stores:
    description:
      - Where models lie.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description:
          - Name of the entry.
        type: str
        required: true
      kind:
        description:
          - V(pvc) is a claim on an existing or dynamically made volume, V(nfs) and
            V(csi) also make the volume, V(s3) is a bucket, V(oci) an image registry
            with models as images, V(hf) is the Hugging Face hub or a mirror of it.
        type: str
        choices:
          - pvc
          - nfs
          - csi
          - s3
          - oci
          - hf
        required: true
      claim:
        description:
          - Name of the PersistentVolumeClaim.
          - Left out it is the store's name.
          - For kind V(pvc), V(nfs) and V(csi) only.
        type: str
      size:
        description:
          - Requested size. Needed unless the claim exists already.
          - A quantity with its unit, such as V(16Gi).
          - For kind V(pvc), V(nfs) and V(csi) only.
        type: str
      access_modes:
        description:
          - 'Access modes: V(ReadWriteMany), V(ReadOnlyMany), V(ReadWriteOnce), V(ReadWriteOncePod).'
          - For kind V(pvc), V(nfs) and V(csi) only.
        type: list
        elements: str
        choices:
          - ReadWriteMany
          - ReadOnlyMany
          - ReadWriteOnce
          - ReadWriteOncePod
        default:
          - ReadWriteMany
      storage_class:
        description:
          - StorageClass of a dynamically made volume; empty for static binding.
          - For kind V(pvc), V(nfs) and V(csi) only.
        type: str
        default: ''
      reclaim:
        description:
          - What happens to a volume of ours when its claim goes.
          - For kind V(pvc), V(nfs) and V(csi) only.
        type: str
        choices:
          - Retain
          - Delete
        default: Retain
      pv:
        description:
          - The volume behind the claim.
          - For kind V(pvc), V(nfs) and V(csi) only.
        type: dict
        suboptions:
          nfs:
            description:
              - An NFS export.
            type: dict
            suboptions:
              server:
                description:
                  - Host name or address of the NFS server.
                type: str
                required: true
              path:
                description:
                  - Exported path.
                type: str
                required: true
              mount_options:
                description:
                  - Mount options.
                type: list
                elements: str
                default:
                  - nfsvers=4.1
          csi:
            description:
              - A volume of a CSI driver.
            type: dict
            suboptions:
              driver:
                description:
                  - Name of the CSI driver, for example V(efs.csi.aws.com).
                type: str
                required: true
              handle:
                description:
                  - Volume handle that the driver knows.
                type: str
                required: true
              attributes:
                description:
                  - Volume attributes of the driver.
                type: dict
          existing:
            description:
              - Name of a PersistentVolume that is already there.
            type: str
      mount_path:
        description:
          - Where pods see the store.
          - For kind V(pvc), V(nfs) and V(csi) only.
        type: str
        default: /mnt/models
      read_only:
        description:
          - Pods that serve mount the store read-only.
          - For kind V(pvc), V(nfs) and V(csi) only.
        type: bool
        default: true
      endpoint:
        description:
          - URL with scheme, for V(s3) with its port too, for example V(https://s3.example:443).
          - Left out it is the public service.
          - For kind V(s3) and V(hf) only.
        type: str
      region:
        description:
          - Region of the bucket.
          - For kind V(s3) only.
        type: str
      bucket:
        description:
          - Bucket. Required for V(s3).
          - For kind V(s3) only.
        type: str
      prefix:
        description:
          - Path inside the bucket in front of every model's source.
          - For kind V(s3) only.
        type: str
        default: ''
      secret:
        description:
          - Entry of O(llm_secrets) with the credentials.
          - Left out it is anonymous access.
          - For kind V(s3), V(oci) and V(hf) only.
        type: str
      path_style:
        description:
          - Write the bucket into the path instead of the host name.
          - For kind V(s3) only.
        type: bool
        default: true
      verify_tls:
        description:
          - Verify the endpoint's certificate.
          - For kind V(s3) only.
        type: bool
        default: true
      ca:
        description:
          - ConfigMap with a CA bundle under the key V(cabundle.crt), for an endpoint
            with a private CA.
          - For kind V(s3) only.
        type: str
      registry:
        description:
          - Registry and path in front of every model's source, for example V(registry.example/models).
            Required for V(oci).
          - For kind V(oci) only.
        type: str
      offline:
        description:
          - The hub cannot be reached from the cluster; only what is cached is used.
          - For kind V(hf) only.
        type: bool
        default: false
  llm_models:
    description:
      - What is served.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description:
          - Name of the entry.
        type: str
        required: true
      source:
        description:
          - Hugging Face id, or path inside the store.
        type: str
        required: true
      store:
        description:
          - Entry of O(llm_stores) that holds the model.
          - Left out it is the public Hugging Face hub.
        type: str
      revision:
        description:
          - Branch, tag or commit on the hub.
        type: str
      gated:
        description:
          - The hub gives the model only to holders of an accepted token.
        type: bool
        default: false
      served_names:
        description:
          - Names under which requests address the model.
          - Left out it is the model's name.
        type: list
        elements: str
      max_position:
        description:
          - Longest sequence that the model was made for, in tokens.
          - 1 or more.
          - Left out it is known for measured models.
        type: int
      raw_size:
        description:
          - Size of the model's files.
          - A quantity with its unit, such as V(16Gi).
          - Left out it is known for measured models.
        type: str
      converted_sizes:
        description:
          - 'Size of the model converted for TensorRT-LLM by C(<pipeline>x<tensor>),
            for example V({1x8: 152Gi}). Required where none was measured.'
          - A quantity with its unit, such as V(16Gi).
          - Left out it is known for measured models.
        type: dict
      size_class:
        description:
          - Size class, for default memory and advice.
          - 'Left out it is from O(llm_models[].params_b): below 7 V(small), up to
            13 V(medium), above V(large).'
        type: str
        choices:
          - small
          - medium
          - large
      params_b:
        description:
          - Number of parameters in 10^9.
        type: float
      dtype:
        description:
          - Data type of the weights, for example V(bfloat16).
          - Left out it is from the model's own configuration.
        type: str
      adapters:
        description:
          - LoRA adapters.
        type: list
        elements: dict
        suboptions:
          name:
            description:
              - Name under which requests address the adapter.
            type: str
            required: true
          path:
            description:
              - Directory of the adapter as the serving container sees it.
            type: str
          source:
            description:
              - Path of the adapter inside the model's store, or a hub id.
            type: str
          rank:
            description:
              - Rank of the adapter.
              - 1 or more.
            type: int
  llm_serving:
    description:
      - One entry is one running service.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description:
          - Name of the service and of its objects.
        type: str
        required: true
      namespace:
        description:
          - Namespace.
        type: str
        default: default
      model:
        description:
          - Entry of O(llm_models).
        type: str
        required: true
      state:
        description:
          - V(present) runs it, V(stopped) keeps its objects without pods, V(absent)
            removes it and leaves stores and secrets.
        type: str
        choices:
          - present
          - stopped
          - absent
        default: present
      engine:
        description:
          - V(vllm) is vLLM's own server, V(triton-vllm) is Triton with the vLLM backend,
            V(triton-trtllm) is Triton with TensorRT-LLM, V(aidaptiv) is vLLM with
            aiDAPTIVCache, V(simulator) answers like vLLM without GPU and model.
        type: str
        choices:
          - vllm
          - triton-vllm
          - triton-trtllm
          - aidaptiv
          - simulator
        required: true
      platform:
        description:
          - V(deployment) is a plain Deployment, V(kserve) an InferenceService, V(llmd)
            pods behind llm-d's router, V(leader-workers) a Deployment for each rank
            of a copy, V(lws) a LeaderWorkerSet.
        type: str
        choices:
          - deployment
          - kserve
          - llmd
          - leader-workers
          - lws
        default: deployment
      kserve:
        description:
          - For platform V(kserve).
        type: dict
        suboptions:
          mode:
            description:
              - Deployment mode of the InferenceService. It cannot change on an existing
                one.
              - Left out it is O(llm_cluster.components.kserve.deployment_mode).
            type: str
            choices:
              - Standard
              - Knative
          runtime:
            description:
              - V(existing:<name>) uses a ClusterServingRuntime or ServingRuntime
                that is already there.
              - Left out it is a ServingRuntime of this service.
            type: str
      llmd:
        description:
          - For platform V(llmd).
        type: dict
        suboptions:
          provider:
            description:
              - V(native) makes the pods, the pool and the endpoint picker itself;
                V(kserve) makes an LLMInferenceService.
            type: str
            choices:
              - native
              - kserve
            default: native
      image:
        description:
          - Image of the engine.
          - Left out it is the pinned image of the engine.
        type: str
      version:
        description:
          - Version of vLLM or TensorRT-LLM. Without O(llm_serving[].image) it chooses
            the image; with one it says what is inside, where the tag does not tell.
          - Left out it is from the image's tag.
        type: str
      image_pull_policy:
        description:
          - When the image is pulled.
        type: str
        choices:
          - IfNotPresent
          - Always
          - Never
        default: IfNotPresent
      pull_secrets:
        description:
          - Entries of O(llm_secrets) to pull the image with.
        type: list
        elements: str
      presets:
        description:
          - Presets, merged left to right; what is written here wins.
        type: list
        elements: str
      topology:
        description:
          - How many GPUs serve one copy.
        type: dict
        suboptions:
          tensor:
            description:
              - 'Tensor parallelism: GPUs that share each layer.'
              - 1 or more.
            type: int
            default: 1
          pipeline:
            description:
              - 'Pipeline parallelism: groups of GPUs that share the layers.'
              - 1 or more.
            type: int
            default: 1
          data:
            description:
              - 'Data parallelism: engines of one copy that share its requests.'
              - 1 or more.
            type: int
            default: 1
          expert:
            description:
              - 'Expert parallelism: the experts are spread over all GPUs of a copy.'
            type: bool
            default: false
          pods:
            description:
              - V(single) is one pod per copy, V(per-gpu) one pod per GPU, V(per-node)
                one pod for every O(llm_serving[].topology.gpus_per_node) GPUs.
              - Left out it is V(single), for platform V(leader-workers) V(per-gpu).
            type: str
            choices:
              - single
              - per-gpu
              - per-node
            default: single
          gpus_per_node:
            description:
              - GPUs of one pod, for V(per-node).
              - 1 or more.
            type: int
          placement:
            description:
              - Where the pods of one copy run.
            type: dict
            suboptions:
              scheduler:
                description:
                  - Scheduler of the pods. An empty string is the cluster's default.
                  - Left out it is the cluster's default, for O(llm_serving[].gpu.mode)
                    V(vgpu) that of HAMi.
                type: str
              gang:
                description:
                  - 'How several pods of one copy get their GPUs all at once: V(serial)
                    lets one copy start after the other, the others name what does
                    it in the cluster.'
                type: str
                choices:
                  - none
                  - serial
                  - volcano
                  - kueue
                  - coscheduling
                default: none
              queue:
                description:
                  - LocalQueue of Kueue or queue of Volcano.
                type: str
              colocate:
                description:
                  - V(node) keeps the pods of one copy on one node, which on platform
                    V(lws) it has for itself; a node label such as V(topology.kubernetes.io/rack)
                    keeps them where its value is the same.
                type: str
                default: none
      gpu:
        description:
          - Which GPUs, and how they are taken.
        type: dict
        suboptions:
          mode:
            description:
              - V(resource) requests whole GPUs and the device plugin chooses them;
                V(vgpu) requests shares of GPUs (HAMi); V(visible-devices) takes devices
                by index or UUID past the scheduler; V(none) uses no GPU.
              - Left out it is V(resource), for engine V(simulator) V(none).
            type: str
            choices:
              - resource
              - vgpu
              - visible-devices
              - none
            default: resource
          product:
            description:
              - GPU product as in the node label C(nvidia.com/gpu.product), for example
                V(NVIDIA-A10G). A list makes one instance for each product on platform
                V(leader-workers), elsewhere any of them will do.
              - Left out it is any.
            type: list
            elements: str
          resource:
            description:
              - Resource name to request, for example V(nvidia.com/mig-3g.40gb).
              - Left out it is O(llm_cluster.gpu_resources).
            type: str
          memory_percent:
            description:
              - Share of each GPU's memory in percent, 1 to 100, for V(vgpu).
            type: int
          memory:
            description:
              - Share of each GPU's memory, for V(vgpu).
              - A quantity with its unit, such as V(16Gi).
            type: str
          visible_devices:
            description:
              - Indices or full UUIDs of the devices, for V(visible-devices).
            type: list
            elements: str
          acknowledge_unaccounted_gpu:
            description:
              - The scheduler does not know of GPUs taken by V(visible-devices), and
                others may get them too. Required there.
            type: bool
            default: false
          p2p:
            description:
              - Whether the GPUs of a pod reach each other directly (NVLink or PCIe
                peer to peer).
            type: str
            choices:
              - auto
              - 'true'
              - 'false'
            default: auto
      engine_args:
        description:
          - Arguments of the engine.
        type: dict
        suboptions:
          gpu_memory_utilization:
            description:
              - Share of the visible GPU memory that the engine takes, above 0 and
                up to 1.
              - Left out it is 0.9.
              - For engine V(vllm), V(triton-vllm) and V(aidaptiv) only.
            type: float
          max_model_len:
            description:
              - Longest sequence in tokens, prompt and answer.
              - 1 or more.
              - Left out it is the model's own.
            type: int
          max_num_seqs:
            description:
              - Most sequences in one step.
              - 1 or more.
              - Left out it is the engine's.
            type: int
          max_num_batched_tokens:
            description:
              - Most tokens in one step.
              - 1 or more.
              - Left out it is the engine's.
              - For engine V(vllm), V(triton-vllm) and V(aidaptiv) only.
            type: int
          kv_cache_dtype:
            description:
              - Data type of the KV cache, for example V(auto), V(fp8), V(fp8_e5m2).
              - Left out it is the engine's.
              - For engine V(vllm), V(triton-vllm) and V(aidaptiv) only.
            type: str
          dtype:
            description:
              - Data type of weights and activations.
              - Left out it is O(llm_models[].dtype).
              - For engine V(vllm), V(triton-vllm) and V(aidaptiv) only.
            type: str
          quantization:
            description:
              - Quantisation method.
              - Left out it is from the model's own configuration.
              - For engine V(vllm), V(triton-vllm) and V(aidaptiv) only.
            type: str
          prefix_caching:
            description:
              - Keep the KV cache of common prefixes.
              - Left out it is the engine's.
              - For engine V(vllm), V(triton-vllm) and V(aidaptiv) only.
            type: bool
          chunked_prefill:
            description:
              - Split long prompts over several steps.
              - Left out it is the engine's.
              - For engine V(vllm), V(triton-vllm) and V(aidaptiv) only.
            type: bool
          enforce_eager:
            description:
              - Use no CUDA graphs.
              - Left out it is the engine's.
              - For engine V(vllm), V(triton-vllm) and V(aidaptiv) only.
            type: bool
          speculative:
            description:
              - Speculative decoding, the JSON object of C(--speculative-config).
              - For engine V(vllm), V(triton-vllm) and V(aidaptiv) only.
            type: dict
          trust_remote_code:
            description:
              - Run code that comes with the model.
              - Left out it is the engine's.
              - For engine V(vllm), V(triton-vllm) and V(aidaptiv) only.
            type: bool
          seed:
            description:
              - Seed of the sampler.
              - 0 or more.
              - Left out it is the engine's.
            type: int
          model_json:
            description:
              - More keys of Triton's C(model.json), which are vLLM's AsyncEngineArgs;
                for V(triton-trtllm) of C(model.yaml), which are arguments of TensorRT-LLM's
                LLM, or values of its engine's templates.
              - For engine V(triton-vllm) and V(triton-trtllm) only.
            type: dict
          log_verbose:
            description:
              - Verbosity of Triton's log.
              - 0 or more.
              - Left out it is off.
              - For engine V(triton-vllm) and V(triton-trtllm) only.
            type: int
          log_iso8601:
            description:
              - ISO 8601 times in Triton's log.
              - For engine V(triton-vllm) and V(triton-trtllm) only.
            type: bool
            default: false
          extra:
            description:
              - More arguments of the server process, one item each, for example V(--max-loras=2).
                They must not repeat what has a key of its own or is derived.
            type: list
            elements: str
      kv_offload:
        description:
          - Offloading of the KV cache.
          - For engine V(vllm), V(triton-vllm) and V(aidaptiv) only.
        type: dict
        suboptions:
          enabled:
            description:
              - Offload the KV cache when a size is given.
            type: bool
            default: true
          provider:
            description:
              - 'Who moves the KV cache: V(aidaptiv) for engine V(aidaptiv) alone,
                V(vllm-native) is vLLM''s own, V(lmcache) is LMCache inside the engine''s
                process.'
              - Left out it is V(vllm-native), for engine V(aidaptiv) V(aidaptiv).
            type: str
            choices:
              - aidaptiv
              - vllm-native
              - lmcache
          dram_gb:
            description:
              - Size in main memory in GB (10^9 bytes), over all GPUs of a pod.
              - 0 or more.
            type: int
            default: 0
          ssd_gb:
            description:
              - Size on disk in GB (10^9 bytes).
              - 0 or more.
            type: int
            default: 0
          path:
            description:
              - Directory of the disk inside the container.
              - Left out it is the provider's.
            type: str
          storage_class:
            description:
              - StorageClass of a volume for the disk, for example V(aidaptiv-cache).
              - Left out it is a cache device of the node, or local storage of the
                pod.
            type: str
          resume:
            description:
              - V(resume) uses what an earlier pod left on the disk, V(discard) starts
                empty. Provider V(aidaptiv) only.
            type: str
            choices:
              - discard
              - resume
            default: discard
          clean_obsolete:
            description:
              - Remove what belongs to no running model. Provider V(aidaptiv) only.
              - Left out it is the engine's.
            type: bool
          device_count:
            description:
              - Cache devices of a pod. Provider V(aidaptiv) only.
              - 0 or more.
              - Left out it is V(1) with a size on disk and no StorageClass.
            type: int
          gpu_reuse:
            description:
              - Keep what was reused in GPU memory. Provider V(aidaptiv) only.
              - Left out it is the engine's.
            type: bool
          long_token:
            description:
              - Mode for very long prompts. Provider V(aidaptiv) only.
              - Left out it is the engine's.
            type: bool
      lora:
        description:
          - LoRA adapters.
        type: dict
        suboptions:
          enabled:
            description:
              - Serve the model's adapters.
            type: bool
            default: false
          max_rank:
            description:
              - 'Largest rank: 1, 8, 16, 32, 64, 128, 256, 320 or 512.'
              - 1 or more.
            type: int
      conversion:
        description:
          - Conversion of the model for TensorRT-LLM.
          - For engine V(triton-trtllm) only.
        type: dict
        suboptions:
          enabled:
            description:
              - Convert the model by a Job; V(false) expects it to be there.
            type: bool
            default: true
          resources:
            description:
              - Resources of the Job.
            type: dict
            suboptions:
              cpu:
                description:
                  - CPUs.
                  - A quantity of CPUs, such as V(4) or V(500m).
                  - Left out it is by the number of GPUs.
                type: str
              gpu:
                description:
                  - GPUs.
                  - 1 or more.
                  - Left out it is the world size.
                type: int
              memory:
                description:
                  - Memory.
                  - A quantity with its unit, such as V(16Gi).
                  - Left out it is by the size of the model.
                type: str
          data_type:
            description:
              - 'Data type of the converted model: V(float16), V(bfloat16) or V(float32).'
              - Left out it is O(llm_models[].dtype), else V(float16).
            type: str
          options:
            description:
              - More options of C(trtllm-build), without their dashes.
            type: dict
      resources:
        description:
          - CPU, memory and ephemeral storage of the engine's container.
        type: dict
        suboptions:
          cpu:
            description:
              - CPUs.
            type: dict
            suboptions:
              request:
                description:
                  - Request.
                  - A quantity of CPUs, such as V(4) or V(500m).
                  - Left out it is chosen by engine and GPUs.
                type: str
              limit:
                description:
                  - Limit.
                  - A quantity of CPUs, such as V(4) or V(500m).
                  - Left out it is chosen by engine and GPUs.
                type: str
          memory:
            description:
              - Memory.
            type: dict
            suboptions:
              request:
                description:
                  - Request.
                  - A quantity with its unit, such as V(16Gi).
                  - Left out it is chosen by engine and model.
                type: str
              limit:
                description:
                  - Limit.
                  - A quantity with its unit, such as V(16Gi).
                  - Left out it is chosen by engine and model.
                type: str
          ephemeral:
            description:
              - Ephemeral storage.
            type: dict
            suboptions:
              request:
                description:
                  - Request.
                  - A quantity with its unit, such as V(16Gi).
                  - Left out it is chosen by engine and model.
                type: str
              limit:
                description:
                  - Limit.
                  - A quantity with its unit, such as V(16Gi).
                  - Left out it is chosen by engine and model.
                type: str
          extra:
            description:
              - 'Further resources of each pod, for example V({rdma/hca: 1}), V({vpc.amazonaws.com/efa:
                4}) or V({hugepages-2Mi: 5Gi}). Huge pages have a volume at C(/dev/hugepages-2Mi),
                RDMA and EFA the capability C(IPC_LOCK), which a namespace that enforces
                V(restricted) refuses.'
            type: dict
      shm_size:
        description:
          - Size of C(/dev/shm). It counts as memory of the container.
          - A quantity with its unit, such as V(16Gi).
          - Left out it is chosen by engine and topology.
        type: str
      delivery:
        description:
          - 'How the model reaches the engine: V(mount) reads it from the store''s
            volume, V(copy) copies it to local storage first, V(image) has it in an
            image, V(legacy-prescript) runs a script before. V(repository) is for
            Triton with the vLLM backend: the store has the whole model repository,
            with C(config.pbtxt) and C(model.json).'
          - Left out it is by the kind of the store.
        type: str
        choices:
          - mount
          - copy
          - image
          - repository
          - legacy-prescript
      repositories:
        description:
          - 'More model repositories that Triton serves besides: entries of O(llm_stores)
            of kind V(s3).'
          - For engine V(triton-vllm) only.
        type: list
        elements: str
      fast_local:
        description:
          - 'Local storage is faster than the store: copy the model there.'
        type: bool
        default: false
      shared_path:
        description:
          - Directory of a copied model inside the pod.
        type: str
        default: /data
      shared_storage_class:
        description:
          - StorageClass of a volume of the pod for O(llm_serving[].shared_path),
            for example of NVMe disks.
          - Left out it is local storage of the node.
        type: str
      prescript:
        description:
          - For delivery V(legacy-prescript).
        type: dict
        suboptions:
          image:
            description:
              - Image that runs the script.
            type: str
            default: docker.io/library/ubuntu
          tag:
            description:
              - Tag of the image.
            type: str
            default: '24.04'
          script:
            description:
              - Shell script that puts the model to O(llm_serving[].shared_path).
            type: str
            required: true
      cache:
        description:
          - Cache of Hugging Face downloads on a store.
        type: dict
        suboptions:
          store:
            description:
              - Entry of O(llm_stores), of kind V(pvc), V(nfs) or V(csi).
            type: str
          path:
            description:
              - Directory inside the store.
            type: str
            default: hf_cache
          prewarm:
            description:
              - A Job fills the cache before the pods start, which mount it read-only
                and download nothing. With a hub that is O(llm_stores[].offline) the
                cache was filled before.
            type: bool
            default: false
      env:
        description:
          - Environment variables. No secrets here.
        type: dict
      node_selector:
        description:
          - Labels that the node must carry, besides those of the GPU.
        type: dict
      tolerations:
        description:
          - Tolerations besides that of the GPU taint.
        type: list
        elements: dict
        suboptions:
          key:
            description:
              - Key of the taint.
              - Left out it is any key.
            type: str
          operator:
            description:
              - How the value is compared.
            type: str
            choices:
              - Equal
              - Exists
            default: Equal
          value:
            description:
              - Value of the taint.
            type: str
          effect:
            description:
              - Effect of the taint.
              - Left out it is any effect.
            type: str
            choices:
              - NoSchedule
              - PreferNoSchedule
              - NoExecute
          tolerationSeconds:
            description:
              - How long a V(NoExecute) taint is tolerated, in seconds.
              - Left out it is for ever.
            type: int
      labels:
        description:
          - Labels for all objects and pods.
        type: dict
      annotations:
        description:
          - Annotations for the pods.
        type: dict
      service_account:
        description:
          - ServiceAccount of the pods.
          - Left out it is the namespace's default.
        type: str
      run_as:
        description:
          - User and group of the pods, for volumes and devices that belong to others.
        type: dict
        suboptions:
          user:
            description:
              - User id of the processes. V(0) is root, which a namespace that enforces
                V(restricted) refuses.
              - 0 or more.
              - Left out it is V(1000), on OpenShift one that the cluster assigns.
            type: int
          group:
            description:
              - Group id that owns the volumes, C(fsGroup).
              - 0 or more.
              - Left out it is the user's id.
            type: int
      scaling:
        description:
          - Number of copies.
        type: dict
        suboptions:
          min:
            description:
              - Fewest copies.
              - 0 or more.
            type: int
            default: 1
          max:
            description:
              - Most copies. Required when a metric scales.
              - 0 or more.
              - Left out it is O(llm_serving[].scaling.min).
            type: int
          metric:
            description:
              - What decides the number of copies. V(none) keeps O(llm_serving[].scaling.min)
                copies; V(concurrency) is requests at one time, V(rps) requests per
                second, V(queue_ratio) the share of the time in the engine that requests
                wait, V(queue_time) the time they wait, V(external) a query of your
                own.
            type: str
            choices:
              - none
              - concurrency
              - rps
              - cpu
              - memory
              - queue_ratio
              - queue_time
              - external
            default: none
          target:
            description:
              - 'Load that one copy should carry: percent for V(cpu) and V(memory),
                requests for V(concurrency), requests per second for V(rps), a ratio
                for V(queue_ratio), microseconds for V(queue_time).'
            type: float
          query:
            description:
              - Prometheus query, for V(external).
            type: str
          behavior:
            description:
              - C(behavior) of the HorizontalPodAutoscaler, in the API's own form.
            type: dict
      expose:
        description:
          - The way in.
        type: dict
        suboptions:
          type:
            description:
              - V(none) makes no Service, V(cluster) a ClusterIP, V(nodeport) a NodePort,
                V(loadbalancer) a LoadBalancer, V(route) a Route of OpenShift, V(istio)
                a VirtualService, V(gateway-api) an HTTPRoute, V(traefik) an IngressRoute.
            type: str
            choices:
              - none
              - cluster
              - nodeport
              - loadbalancer
              - route
              - istio
              - gateway-api
              - traefik
            default: cluster
          host:
            description:
              - Host name of requests, for V(route), V(istio), V(gateway-api) and
                V(traefik).
              - Left out it is any host.
            type: str
          path:
            description:
              - Prefix of the path of requests; the engine sees what follows it.
              - Left out it is V(/).
            type: str
          gateway:
            description:
              - Gateway that is there already, C(<namespace>/<name>), for V(istio)
                and V(gateway-api).
              - Left out it is a gateway of this service.
            type: str
          tls:
            description:
              - Requests come by TLS. A gateway that is there already takes them on
                port 443.
              - Left out it is plain HTTP.
            type: dict
            suboptions:
              secret:
                description:
                  - Secret of type C(kubernetes.io/tls) with the certificate of the
                    host, where the gateway reads its secrets.
                  - Left out it is the certificate of the gateway or router itself.
                type: str
          auth:
            description:
              - What clients must show.
            type: dict
            suboptions:
              basic:
                description:
                  - 'Entry of O(llm_secrets) of kind V(basic-auth): clients show its
                    user name and password.'
                type: str
              api_key:
                description:
                  - 'Entry of O(llm_secrets) of kind V(api-key): clients show it as
                    bearer token.'
                type: str
          access_log:
            description:
              - 'Each request is logged: for V(istio) by the proxies in the pods,
                for V(traefik) by Traefik.'
            type: bool
            default: false
          port:
            description:
              - Port of the Service.
              - 1 or more.
              - Left out it is the engine's port.
            type: int
          node_port:
            description:
              - Port on every node, 30000 to 32767, for V(nodeport).
              - Left out it is one that the cluster chooses.
            type: int
      rollout:
        description:
          - How a new version replaces the old one.
        type: dict
        suboptions:
          strategy:
            description:
              - V(rolling) replaces copy by copy; a pod with GPUs gives them back
                before its successor starts, so none has to be spare. V(recreate)
                stops all old pods first.
            type: str
            choices:
              - rolling
              - recreate
            default: rolling
          canary:
            description:
              - A part of the requests goes to another specification.
            type: dict
            suboptions:
              weight:
                description:
                  - Percent of the requests, 0 to 100.
                  - 0 or more.
                type: int
                required: true
              overrides:
                description:
                  - Keys of the service that differ.
                type: dict
          revision_history:
            description:
              - How many applied revisions are kept.
              - 1 or more.
            type: int
            default: 10
      router:
        description:
          - The router, for platform V(llmd).
        type: dict
        suboptions:
          prefix_aware:
            description:
              - Prefer the copy that has the prompt's prefix in its cache.
            type: bool
            default: true
          scheduler_replicas:
            description:
              - Copies of the endpoint picker.
              - 1 or more.
            type: int
            default: 1
          plugins:
            description:
              - Configuration of the endpoint picker, C(EndpointPickerConfig) without
                kind and version.
            type: dict
          objectives:
            description:
              - Specs of InferenceObjectives by name.
            type: dict
          model_rewrites:
            description:
              - Specs of InferenceModelRewrites by name.
            type: dict
      prefill:
        description:
          - Pods that only read prompts, for platform V(llmd).
        type: dict
        suboptions:
          replicas:
            description:
              - Copies that only read prompts.
              - 0 or more.
            type: int
            default: 1
          scaling:
            description:
              - What decides their number.
              - Left out it is O(llm_serving[].prefill.replicas).
            type: dict
            suboptions:
              min:
                description:
                  - Fewest copies.
                  - 0 or more.
                type: int
                default: 1
              max:
                description:
                  - Most copies. Required when a metric scales.
                  - 0 or more.
                  - Left out it is O(llm_serving[].scaling.min).
                type: int
              metric:
                description:
                  - What decides the number of copies. V(none) keeps O(llm_serving[].scaling.min)
                    copies; V(concurrency) is requests at one time, V(rps) requests
                    per second, V(queue_ratio) the share of the time in the engine
                    that requests wait, V(queue_time) the time they wait, V(external)
                    a query of your own.
                type: str
                choices:
                  - none
                  - concurrency
                  - rps
                  - cpu
                  - memory
                  - queue_ratio
                  - queue_time
                  - external
                default: none
              target:
                description:
                  - 'Load that one copy should carry: percent for V(cpu) and V(memory),
                    requests for V(concurrency), requests per second for V(rps), a
                    ratio for V(queue_ratio), microseconds for V(queue_time).'
                type: float
              query:
                description:
                  - Prometheus query, for V(external).
                type: str
              behavior:
                description:
                  - C(behavior) of the HorizontalPodAutoscaler, in the API's own form.
                type: dict
          topology:
            description:
              - GPUs of one of them.
            type: dict
            suboptions:
              tensor:
                description:
                  - 'Tensor parallelism: GPUs that share each layer.'
                  - 1 or more.
                type: int
                default: 1
              pipeline:
                description:
                  - 'Pipeline parallelism: groups of GPUs that share the layers.'
                  - 1 or more.
                type: int
                default: 1
              data:
                description:
                  - 'Data parallelism: engines of one copy that share its requests.'
                  - 1 or more.
                type: int
                default: 1
              expert:
                description:
                  - 'Expert parallelism: the experts are spread over all GPUs of a
                    copy.'
                type: bool
                default: false
              pods:
                description:
                  - V(single) is one pod per copy, V(per-gpu) one pod per GPU, V(per-node)
                    one pod for every O(llm_serving[].topology.gpus_per_node) GPUs.
                  - Left out it is V(single), for platform V(leader-workers) V(per-gpu).
                type: str
                choices:
                  - single
                  - per-gpu
                  - per-node
                default: single
              gpus_per_node:
                description:
                  - GPUs of one pod, for V(per-node).
                  - 1 or more.
                type: int
              placement:
                description:
                  - Where the pods of one copy run.
                type: dict
                suboptions:
                  scheduler:
                    description:
                      - Scheduler of the pods. An empty string is the cluster's default.
                      - Left out it is the cluster's default, for O(llm_serving[].gpu.mode)
                        V(vgpu) that of HAMi.
                    type: str
                  gang:
                    description:
                      - 'How several pods of one copy get their GPUs all at once:
                        V(serial) lets one copy start after the other, the others
                        name what does it in the cluster.'
                    type: str
                    choices:
                      - none
                      - serial
                      - volcano
                      - kueue
                      - coscheduling
                    default: none
                  queue:
                    description:
                      - LocalQueue of Kueue or queue of Volcano.
                    type: str
                  colocate:
                    description:
                      - V(node) keeps the pods of one copy on one node, which on platform
                        V(lws) it has for itself; a node label such as V(topology.kubernetes.io/rack)
                        keeps them where its value is the same.
                    type: str
                    default: none
          resources:
            description:
              - Resources of one of them.
            type: dict
            suboptions:
              cpu:
                description:
                  - CPUs.
                type: dict
                suboptions:
                  request:
                    description:
                      - Request.
                      - A quantity of CPUs, such as V(4) or V(500m).
                      - Left out it is chosen by engine and GPUs.
                    type: str
                  limit:
                    description:
                      - Limit.
                      - A quantity of CPUs, such as V(4) or V(500m).
                      - Left out it is chosen by engine and GPUs.
                    type: str
              memory:
                description:
                  - Memory.
                type: dict
                suboptions:
                  request:
                    description:
                      - Request.
                      - A quantity with its unit, such as V(16Gi).
                      - Left out it is chosen by engine and model.
                    type: str
                  limit:
                    description:
                      - Limit.
                      - A quantity with its unit, such as V(16Gi).
                      - Left out it is chosen by engine and model.
                    type: str
              ephemeral:
                description:
                  - Ephemeral storage.
                type: dict
                suboptions:
                  request:
                    description:
                      - Request.
                      - A quantity with its unit, such as V(16Gi).
                      - Left out it is chosen by engine and model.
                    type: str
                  limit:
                    description:
                      - Limit.
                      - A quantity with its unit, such as V(16Gi).
                      - Left out it is chosen by engine and model.
                    type: str
              extra:
                description:
                  - 'Further resources of each pod, for example V({rdma/hca: 1}),
                    V({vpc.amazonaws.com/efa: 4}) or V({hugepages-2Mi: 5Gi}). Huge
                    pages have a volume at C(/dev/hugepages-2Mi), RDMA and EFA the
                    capability C(IPC_LOCK), which a namespace that enforces V(restricted)
                    refuses.'
                type: dict
      monitoring:
        description:
          - Metrics.
        type: dict
        suboptions:
          podmonitor:
            description:
              - Make a PodMonitor for the Prometheus operator.
            type: bool
            default: false
          labels:
            description:
              - Labels by which Prometheus selects the PodMonitor and the rules.
            type: dict
          rules:
            description:
              - Make recording and alerting rules for the Prometheus operator.
            type: bool
            default: false
          dashboard:
            description:
              - Make a dashboard for Grafana.
            type: bool
            default: false
          tracing:
            description:
              - Address of an OTLP collector that engine and endpoint picker send
                traces to, for example V(http://otel-collector.monitoring:4317).
              - Left out it is no traces.
              - For engine V(vllm), V(triton-vllm) and V(simulator) only.
            type: str
      verify:
        description:
          - How the service is proved to serve.
        type: dict
        suboptions:
          smoke:
            description:
              - Ask the service after every rollout.
            type: bool
            default: true
          prompt:
            description:
              - What is asked.
              - Left out it is a short question.
            type: str
          slo:
            description:
              - Service level objectives.
            type: dict
            suboptions:
              enforce:
                description:
                  - A missed objective is a failure instead of a remark.
                type: bool
                default: false
              ttft_ms:
                description:
                  - Longest time to the first token, in milliseconds.
                  - 1 or more.
                type: int
              concurrency:
                description:
                  - Requests at one time while it is measured.
                  - 1 or more.
                type: int
              gpu_util:
                description:
                  - 'Least use of the GPUs meanwhile, in percent. No client can measure
                    it: it is told as not measured, and missed where it is enforced.'
                  - 1 or more.
                type: int
          startup_timeout:
            description:
              - How long one pod may take from start to ready, in seconds.
              - 1 or more.
              - Left out it is what the engine is known to need.
            type: int
      allow_any_world_size:
        description:
          - Accept a world size that is no power of two for TensorRT-LLM.
        type: bool
        default: false
      allow_plaintext_auth:
        description:
          - Accept passwords that travel without TLS.
        type: bool
        default: false
      strict_capacity:
        description:
          - More GPUs than the cluster has are an error instead of a warning.
        type: bool
        default: false
      kv_cache_dtype_ack:
        description:
          - Accept an fp8 KV cache on GPUs that lack fp8 in hardware.
        type: bool
        default: false
      has_vllm_backend:
        description:
          - The image contains Triton's vLLM backend although its tag does not say
            so.
        type: bool
        default: false
      dashboard_compatible:
        description:
          - Names, labels and annotations as the OpenShift AI dashboard expects them.
        type: bool
        default: false
      recreate:
        description:
          - Delete and make anew what cannot be changed in place.
        type: bool
        default: false
"""
