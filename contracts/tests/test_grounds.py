"""Grounds of a decision: what is kept of them and how they are told."""

from __future__ import annotations

import pytest

from zhiye_contracts.codes.grounds import sentence, told
from zhiye_contracts.reasons import Refused, Text

CODES = {"unclear": Text("不清晰", "unclear"), "other": Text("其他", "Other")}


def test_label_and_free_text_are_told_together_and_other_by_its_text_alone() -> None:
    assert sentence(CODES, "unclear", "", "en") == "unclear"
    assert sentence(CODES, "unclear", "第2页", "zh") == "不清晰：第2页"
    assert sentence(CODES, "other", "重复", "zh") == "重复"


def test_a_code_that_was_dropped_from_the_table_is_still_told() -> None:
    assert sentence(CODES, "former", "", "zh") == "former"


def test_everything_that_is_missing_is_told_at_once() -> None:
    with pytest.raises(Refused) as none_at_all:
        told(CODES, [], required=True)
    assert [why.code for why in none_at_all.value.reasons] == ["reasons_required"]
    with pytest.raises(Refused) as no_text:
        told(CODES, [("other", ""), ("unclear", ""), ("other", "")], required=True)
    fields = [(why.code, why.field) for why in no_text.value.reasons]
    assert fields == [
        ("reason_text_required", "reasons.0.text"),
        ("reason_text_required", "reasons.2.text"),
    ]


def test_an_approval_may_come_without_grounds() -> None:
    assert told(CODES, [], required=False) == []
