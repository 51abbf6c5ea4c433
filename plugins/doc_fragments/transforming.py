# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations


class ModuleDocFragment:
    # The options of TRANSFORMING in plugins/module_utils/_bundles/transforming.py
    DOCUMENTATION = r"""
options:
  move:
    description: Whether all namespaced objects go to O(namespace), whatever the manifest says.
    type: bool
    default: false
  images:
    description:
      - Images to replace. Keys are whole names, or the last part of a repository such as V(kube-scheduler),
        which stands for it in every registry and with every tag.
    type: dict
    default: {}
  tolerations:
    description: Tolerations added to every pod of the bundle.
    type: list
    elements: dict
    default: []
  node_selector:
    description: Labels added to the node selector of every pod of the bundle.
    type: dict
    default: {}
  hooks:
    description:
      - What becomes of objects that are hooks of Helm. V(refuse) fails and names them, V(skip) leaves them
        out, V(apply) takes them as ordinary objects.
    type: str
    choices: [refuse, skip, apply]
    default: refuse
  drop:
    description: Objects to leave out, by C(kind) and C(name); what is not given matches all.
    type: list
    elements: dict
    default: []
  drop_secrets:
    description: Whether Secrets in the bundle are left out, since a vendor's credentials are not the site's.
    type: bool
    default: false
  managed_namespaces:
    description:
      - Names of the namespaces in which V(kueue) manages jobs and pods. They go into its configuration
        (C(managedJobsNamespaceSelector)) and into the C(namespaceSelector) of its webhooks, so that nobody
        elsewhere waits for them, or is refused while they do not answer.
      - Without it Kueue's own choice holds, which is every namespace but C(kube-system) and its own, or what
        the source says.
    type: list
    elements: str
    default: []
"""
