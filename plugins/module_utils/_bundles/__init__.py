# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Manifests of others: read, checked, and changed to what a site needs, before anything is applied."""

from __future__ import annotations

from .bring import Brought, Wish, bring, objects_of, rights, take_away
from .chart import CHART, Abilities, Chart, abilities, render, secret_values
from .download import download
from .naming import Names, chart_values
from .products import PRODUCTS, Product
from .source import Source, SourceError, fetch
from .transform import Change, Transformation, transform
from .transforming import TRANSFORMING, transformation

__all__ = [
    "CHART",
    "PRODUCTS",
    "TRANSFORMING",
    "Abilities",
    "Brought",
    "Change",
    "Chart",
    "Names",
    "Product",
    "Source",
    "SourceError",
    "Transformation",
    "Wish",
    "abilities",
    "bring",
    "chart_values",
    "download",
    "fetch",
    "objects_of",
    "render",
    "rights",
    "secret_values",
    "take_away",
    "transform",
    "transformation",
]
