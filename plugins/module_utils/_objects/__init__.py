# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a plan to Kubernetes objects: plain dicts in the form of the API, in apply order."""

from __future__ import annotations

from .monitoring import OPTIONAL_GROUPS
from .namespaces import namespace_objects
from .secrets import secret_objects
from .services import service_objects
from .stores import store_objects

__all__ = ["OPTIONAL_GROUPS", "namespace_objects", "secret_objects", "service_objects", "store_objects"]
