"""What events are made of."""

from __future__ import annotations

from zhiye_contracts.codes.grounds import told
from zhiye_contracts.events import told_reasons
from zhiye_contracts.reasons import Text

CODES = {"photo": Text("照片不合格", "the photo is not fit"), "other": Text("其他", "other")}


def test_reasons_are_told_in_both_languages_with_the_officers_own_words() -> None:
    kept = told(CODES, [("photo", ""), ("photo", "底色"), ("other", "请重拍")], required=True)
    assert [(one.text, one.text_en) for one in told_reasons(CODES, kept)] == [
        ("照片不合格", "the photo is not fit"),
        ("照片不合格：底色", "the photo is not fit: 底色"),
        ("请重拍", "请重拍"),
    ]


def test_a_reason_of_no_table_keeps_the_english_it_brings_along() -> None:
    kept = [
        {"code": "a", "text": "档案不符", "note": "", "en": "not as in the archive"},
        {"code": "b", "text": "档案不符", "note": ""},
    ]
    assert [one.text_en for one in told_reasons(CODES, kept)] == ["not as in the archive", None]
