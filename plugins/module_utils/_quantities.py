# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Quantities of the Kubernetes API (``500m``, ``16Gi``, ``1e3``) as exact numbers."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

_SUFFIXES: dict[str, Decimal] = {
    "n": Decimal("1e-9"),
    "u": Decimal("1e-6"),
    "m": Decimal("1e-3"),
    "k": Decimal(10**3),
    "M": Decimal(10**6),
    "G": Decimal(10**9),
    "T": Decimal(10**12),
    "P": Decimal(10**15),
    "E": Decimal(10**18),
    "Ki": Decimal(2**10),
    "Mi": Decimal(2**20),
    "Gi": Decimal(2**30),
    "Ti": Decimal(2**40),
    "Pi": Decimal(2**50),
    "Ei": Decimal(2**60),
}


def quantity(text: str | int | float) -> Decimal:
    """The number that a quantity means: bytes for memory, cores for CPU, pieces for devices.

    Raises ValueError for what the API server would refuse too.
    """
    written = str(text).strip()
    for length in (2, 1):
        factor = _SUFFIXES.get(written[-length:])
        if factor is not None:
            number = written[:-length]
            break
    else:
        number, factor = written, Decimal(1)
    try:
        value = Decimal(number) * factor
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise ValueError(f"{text!r} is not a quantity; write for example 500m, 16Gi or 2")
    return value
