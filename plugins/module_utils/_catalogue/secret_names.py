# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""By which names secrets go: of environment variables, and of values of charts."""

from __future__ import annotations

import re

_WORDS = {"TOKEN", "PASSWORD", "PASSWD", "SECRET", "SECRETS", "CREDENTIAL", "CREDENTIALS"}
_ENDS = ("API_KEY", "ACCESS_KEY", "ACCESS_KEY_ID", "PRIVATE_KEY", "SECRET_KEY")
_OTHER_ENDS = ("_PATH", "_FILE", "_DIR", "_NAME")
_SEAM = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[-.]")


def names_secret(name: str) -> bool:
    """Whether what has this name is most likely a secret: ``HF_TOKEN``, ``adminPassword``."""
    upper = _SEAM.sub("_", name).upper()
    if upper.endswith(_OTHER_ENDS):
        return False
    return upper.endswith(_ENDS) or bool(_WORDS & set(upper.split("_")))
