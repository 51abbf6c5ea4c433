# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations


class ModuleDocFragment:
    # The options of CONNECTION in plugins/module_utils/_cluster/argspec.py
    DOCUMENTATION = r"""
options:
  kubeconfig:
    description:
      - Path of a kubeconfig file; several, separated by colons, are merged as C(kubectl) does.
      - Left out, and with neither O(context) nor a complete O(host), the service account of the pod that runs
        the module is used, or else E(KUBECONFIG) or C(~/.kube/config).
      - Can also be given by E(K8S_AUTH_KUBECONFIG).
    type: path
  context:
    description:
      - Name of the context in the kubeconfig. Left out, its current context is used.
      - Can also be given by E(K8S_AUTH_CONTEXT).
    type: str
  host:
    description:
      - URL of the API server, such as V(https://10.0.0.1:6443). With O(api_key), with O(username) and
        O(password), or with O(client_cert) and O(client_key), no kubeconfig is read.
      - Can also be given by E(K8S_AUTH_HOST).
    type: str
  api_key:
    description:
      - Bearer token.
      - Can also be given by E(K8S_AUTH_API_KEY).
    type: str
  username:
    description:
      - Name for HTTP basic authentication, which only proxies in front of an API server still accept.
      - Can also be given by E(K8S_AUTH_USERNAME).
    type: str
  password:
    description:
      - Password for HTTP basic authentication.
      - Can also be given by E(K8S_AUTH_PASSWORD).
    type: str
  client_cert:
    description:
      - Path of a client certificate, PEM.
      - Can also be given by E(K8S_AUTH_CERT_FILE).
    type: path
    aliases: [cert_file]
  client_key:
    description:
      - Path of the client certificate's key, PEM.
      - Can also be given by E(K8S_AUTH_KEY_FILE).
    type: path
    aliases: [key_file]
  ca_cert:
    description:
      - Path of the certificates of the authorities that the API server's certificate is checked against, PEM.
      - Can also be given by E(K8S_AUTH_SSL_CA_CERT).
    type: path
    aliases: [ssl_ca_cert]
  validate_certs:
    description:
      - Whether the API server's certificate is checked. Left out, it is, unless the kubeconfig says
        otherwise.
      - Can also be given by E(K8S_AUTH_VERIFY_SSL).
    type: bool
    aliases: [verify_ssl]
  proxy:
    description:
      - URL of an HTTP proxy to the API server.
      - Can also be given by E(K8S_AUTH_PROXY).
    type: str
  no_proxy:
    description:
      - Hosts that are reached without the proxy, separated by commas.
      - Can also be given by E(K8S_AUTH_NO_PROXY).
    type: str
  impersonate_user:
    description:
      - User to act as. The caller must be permitted to impersonate.
      - Can also be given by E(K8S_AUTH_IMPERSONATE_USER).
    type: str
  impersonate_groups:
    description:
      - Groups to act as.
      - Can also be given by E(K8S_AUTH_IMPERSONATE_GROUPS), separated by commas.
    type: list
    elements: str
requirements:
  - kubernetes (Python package) >= 31.0.0
notes:
  - An option wins over what the kubeconfig says, also when it comes from its environment variable.
  - Exec plugins, expiring tokens and proxies work as in the C(kubernetes) package, which then does the
    authentication. A token or a client certificate, in options or in a single kubeconfig, needs less of it,
    so that the module starts sooner.
  - Requests answered with 429 or 503, and dropped connections, are tried again until the module's deadline.
"""
