# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.inferops.serving.plugins.filter.table import table


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    rows = [{"service": "chat", "ready": "yes"}, {"service": "lean-rag", "ready": "no"}]
    assert table(rows) == ["SERVICE   READY", "chat      yes", "lean-rag  no"]


def test_columns_can_be_chosen_and_what_is_absent_is_a_dash() -> None:
    assert table([{"a": 1, "first_words": "two\nlines"}, {}], ["first_words"]) == [
        "FIRST WORDS",
        "two lines",
        "-",
    ]


def test_no_rows_make_no_table() -> None:
    assert table([]) == []


@pytest.mark.parametrize("rows", ["text", {"a": 1}, [1]])
def test_anything_but_a_list_of_dictionaries_is_refused(rows: object) -> None:
    with pytest.raises(AnsibleFilterError):
        table(rows)  # type: ignore[arg-type]


@pytest.mark.req("S1-24")
def test_a_dictionary_of_rows_has_its_keys_in_the_first_column() -> None:
    gpus = {"gpu-0": {"product": "NVIDIA-L40S", "count": 8}, "gpu-1": {"product": "", "count": 0}}
    assert table(gpus, key="node") == [
        "NODE   PRODUCT      COUNT",
        "gpu-0  NVIDIA-L40S  8",
        "gpu-1  -            0",
    ]
    assert table({}, key="node") == []
