"""Names, phones and email addresses."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhiye_contracts.identifiers import (
    IdentifierError,
    is_rare_character_name,
    mask_certificate,
    mask_email,
    mask_name,
    mask_phone,
    names_match,
    normalise_name,
    parse_email,
    parse_name,
    parse_phone,
    split_pinyin_brackets,
)

STEADY = settings(derandomize=True, deadline=None, database=None, max_examples=150)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        (" 王 芳 ", "王芳"),
        ("王\u3000芳\u200b", "王芳"),
        ("阿依古丽•买买提", "阿依古丽·买买提"),
        ("阿依古丽‧买买提", "阿依古丽·买买提"),
        ("阿依古丽・买买提", "阿依古丽·买买提"),
        ("阿依古丽．买买提", "阿依古丽·买买提"),
        ("阿依古丽 · 买买提", "阿依古丽·买买提"),
        ("王（SUO）", "王(suo)"),
        ("王 【suo】 明", "王(suo)明"),
        ("Mary  J. Smith", "Mary J. Smith"),
    ],
)
def test_one_name_has_one_spelling(typed: str, name: str) -> None:
    assert normalise_name(typed) == name


@given(st.text(max_size=20) | st.text(alphabet="王芳·•(（suo)） .𠮷", max_size=12))
@STEADY
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise_name(text)
    assert normalise_name(once) == once
    assert "".join(split_pinyin_brackets(text)) == once


@pytest.mark.parametrize(
    ("registered", "recorded", "match"),
    [
        ("王芳", "王 芳", "exact"),
        ("阿依古丽·买买提", "阿依古丽•买买提", "exact"),
        ("王(suo)", "王（SUO）", "exact"),
        ("王㛃", "王(jie)", "assisted"),
        ("王(jie)", "王㛃", "assisted"),
        ("王𠮷明", "王（ji）明", "assisted"),
        ("王芳", "王方", "different"),
        ("王芳芳", "王(fang)", "different"),
        ("李㛃", "王(jie)", "different"),
        ("王(jie)", "王(suo)", "different"),
        ("王·", "王(jie)", "different"),
        ("㛃", "(jie)", "different"),
        ("", "", "different"),
        ("王芳", "", "different"),
    ],
)
def test_names_match_exactly_or_with_help_or_not(
    registered: str, recorded: str, match: str
) -> None:
    assert names_match(registered, recorded) == match
    assert names_match(recorded, registered) == match


def test_a_rare_character_is_one_in_brackets_or_one_old_systems_could_not_record() -> None:
    assert split_pinyin_brackets("王（SUO）明") == ("王", "(suo)", "明")
    assert is_rare_character_name("王(suo)")
    assert is_rare_character_name("王㛃")
    assert is_rare_character_name("\U00020bb7田")
    assert not is_rare_character_name("王芳")
    assert not is_rare_character_name("阿依古丽·买买提")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "name_empty"),
        (" \u200b", "name_empty"),
        ("王", "name_length"),
        ("王" * 51, "name_length"),
        ("王芳1", "name_characters"),
        ("王<script>", "name_characters"),
        ("王\x00芳", "name_characters"),
        ("王(suo", "name_characters"),
        ("😀王", "name_characters"),
    ],
)
def test_a_name_that_cannot_be_one_is_refused(text: str, code: str) -> None:
    with pytest.raises(IdentifierError) as caught:
        parse_name(text)
    assert caught.value.code == code


def test_real_names_are_accepted() -> None:
    for name in (
        "王芳",
        "欧阳娜娜",
        "阿依古丽·买买提",
        "王(suo)",
        "王㛃",
        "O'Neil Anna-Maria",
        "〇一",
    ):
        assert parse_name(name) == name


@pytest.mark.parametrize(
    "typed",
    [
        "13812345678",
        "+86 138 1234 5678",
        "0086-13812345678",
        "8613812345678",
        "１３８１２３４５６７８",
    ],
)
def test_a_mobile_number_is_read_however_it_is_written(typed: str) -> None:
    assert parse_phone(typed) == "13812345678"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "phone_length"),
        ("1381234567", "phone_length"),
        ("138123456789", "phone_length"),
        ("1381234567O", "phone_characters"),
        ("138****5678", "phone_characters"),
        ("12812345678", "phone_prefix"),
        ("01012345678", "phone_prefix"),
        ("+1 202 555 0100 9", "phone_characters"),
    ],
)
def test_a_phone_that_gets_no_sms_is_refused(text: str, code: str) -> None:
    with pytest.raises(IdentifierError) as caught:
        parse_phone(text)
    assert caught.value.code == code


def test_an_address_is_read_with_its_domain_in_lower_case() -> None:
    assert parse_email(" Wang.Fang@Example.COM ") == "Wang.Fang@example.com"
    assert parse_email("ｗ＠ｅｘａｍｐｌｅ．ｃｏｍ") == "w@example.com"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "email_format"),
        ("wang.example.com", "email_format"),
        ("wang@example", "email_format"),
        ("wang@@example.com", "email_format"),
        ("wang@example。com", "email_format"),
        (".wang@example.com", "email_format"),
        ("wa..ng@example.com", "email_format"),
        ("wang@-example.com", "email_format"),
        ("wang@example.com\r\nBcc: x@y.com", "email_format"),
        ("王@example.com", "email_format"),
        ("w" * 65 + "@example.com", "email_length"),
        ("w@" + "a." * 130 + "com", "email_length"),
    ],
)
def test_an_address_that_cannot_work_is_refused(text: str, code: str) -> None:
    with pytest.raises(IdentifierError) as caught:
        parse_email(text)
    assert caught.value.code == code


@given(st.text(max_size=40))
@STEADY
def test_any_text_is_read_or_refused_but_never_breaks_a_parser(text: str) -> None:
    for parse in (parse_name, parse_phone, parse_email):
        try:
            value = parse(text)
        except IdentifierError as refused:
            assert refused.code.split("_")[0] in ("name", "phone", "email")
        else:
            assert parse(value) == value


def test_masks_show_enough_to_recognise_and_no_more() -> None:
    assert mask_phone("138 1234 5678") == "138****5678"
    assert mask_email("wangfang@example.com") == "w***@example.com"
    assert mask_email("w@example.com") == "***@example.com"
    assert mask_email("nonsense") == "***"
    assert mask_name("王芳") == "王*"
    assert mask_name("王(suo)") == "王*"
    assert mask_name("(suo)芳") == "**"
    assert mask_name("阿依古丽·买买提") == "阿***·***"
    assert mask_name("") == ""
    assert mask_certificate("202611123456") == "2026******56"
