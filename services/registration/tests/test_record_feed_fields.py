"""What of a statement is refused: each field with its code, all of them at once."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from zhiye_contracts.record_feeds import RECORD_FEEDS
from zhiye_registration.domain.record_feeds import FEEDS, read_statement

TODAY = date(2026, 11, 23)


def example(feed: str) -> dict[str, Any]:
    return dict(RECORD_FEEDS[f"record-feeds.{feed}-stated.v1"].example)


def faults(feed: str, **changes: Any) -> list[tuple[str, str | None]]:
    statement, reasons = read_statement(feed, {**example(feed), **changes}, TODAY)
    if statement is not None:
        return []
    return [(reason.code, reason.field) for reason in reasons]


def test_the_fields_that_are_read_are_those_of_the_contract() -> None:
    for feed, one in FEEDS.items():
        fields = RECORD_FEEDS[f"record-feeds.{feed}-stated.v1"].model_fields
        person = {"record_id", "version", "profession", "id_number", "name"}
        assert {*one.fields, *person} == set(fields)


@pytest.mark.parametrize("feed", FEEDS)
def test_what_the_contract_requires_is_missing_otherwise(feed: str) -> None:
    schema = RECORD_FEEDS[f"record-feeds.{feed}-stated.v1"].model_json_schema()
    _, reasons = read_statement(feed, {}, TODAY)
    missing = {reason.field for reason in reasons if reason.code == "field_missing"}
    assert missing == set(schema["required"])


@pytest.mark.parametrize("feed", FEEDS)
@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("record_id", None, "field_missing"),
        ("record_id", 17, "text_expected"),
        ("record_id", "x" * 101, "too_long"),
        ("record_id", "a\0b", "characters_not_allowed"),
        ("version", 0, "out_of_range"),
        ("version", 2**31, "out_of_range"),
        ("version", 10**400, "out_of_range"),
        ("version", True, "integer_expected"),
        ("version", 1.5, "integer_expected"),
        ("version", "first", "integer_expected"),
        ("profession", "dentist", "code_unknown"),
        ("profession", ["nurse"], "text_expected"),
        ("id_number", "110105198503070018", "id_number_check_digit"),
        ("id_number", "1101051985", "id_number_length"),
        ("id_number", "110105850307999", "id_number_fifteen_centenarian"),
        ("id_number", 110105198503070019, "text_expected"),
        ("id_number", "1.10105E+17", "digits_lost"),
        ("name", "", "field_missing"),
        ("name", "张", "name_length"),
        ("name", "张伟\0", "name_characters"),
        ("name", "=HYPERLINK()", "formula_not_allowed"),
        ("name", {"zh": "张伟"}, "text_expected"),
        ("colour", "blue", "field_unknown"),
    ],
)
def test_fields_of_every_statement(feed: str, field: str, value: Any, code: str) -> None:
    assert (code, field) in faults(feed, **{field: value})


@pytest.mark.parametrize(
    ("feed", "field", "value", "code"),
    [
        ("assessment", "profession", "nurse", "feed_of_other_profession"),
        ("assessment", "result", "excellent", "code_unknown"),
        ("assessment", "result", None, "field_missing"),
        ("assessment", "cycle_from", "last year", "date_format"),
        ("assessment", "cycle_from", "01/02/2024", "date_ambiguous"),
        ("assessment", "cycle_from", "1980-01-01", "date_before_birth"),
        ("assessment", "cycle_to", "2023-12-31", "dates_order"),
        ("assessment", "cycle_to", 2025, "text_expected"),
        ("assessment", "assessed_on", "2026-11-24", "date_future"),
        ("assessment", "assessed_on", "2023-12-31", "assessed_before_cycle"),
        ("assessment", "assessed_on", "2026-02-30", "date_format"),
        ("assessment", "after_suspension", "yes", "yes_or_no_expected"),
        ("assessment", "assessing_body", "x" * 101, "too_long"),
        ("residency", "profession", "nurse", "feed_of_other_profession"),
        ("residency", "state", "paused", "code_unknown"),
        ("residency", "specialty", None, "field_missing"),
        ("residency", "base_institution_name", None, "base_institution_missing"),
        ("residency", "base_institution_name", 7, "text_expected"),
        ("residency", "base_institution_id", "x" * 101, "too_long"),
        ("residency", "base_institution_number", "123", "institution_number_length"),
        ("residency", "began_on", "2026-11-24", "date_future"),
        ("residency", "finished_on", None, "field_missing"),
        ("residency", "finished_on", "2023-08-31", "dates_order"),
        ("residency", "certificate_number", 17, "text_expected"),
        ("education", "year", 1989, "out_of_range"),
        ("education", "year", 2027, "out_of_range"),
        ("education", "year", "MMXXVI", "integer_expected"),
        ("education", "credits_class_1", -1, "out_of_range"),
        ("education", "credits_class_1", 10**400, "out_of_range"),
        ("education", "credits_class_1", "5", "number_expected"),
        ("education", "credits_class_1", True, "number_expected"),
        ("education", "credits_class_2", 2.55, "number_expected"),
        ("education", "credits_class_2", 1000, "out_of_range"),
        ("education", "project", " ", "field_missing"),
        ("education", "completed_on", "2025-06-30", "outside_the_year"),
        ("promotion", "title", "251", "code_unknown"),
        ("promotion", "title", 232, "text_expected"),
        ("promotion", "obtained_on", "1984-01-01", "date_before_birth"),
        ("promotion", "obtained_on", None, "field_missing"),
        ("promotion", "certificate_number", None, "field_missing"),
        ("promotion", "issuing_body", "-", "formula_not_allowed"),
    ],
)
def test_fields_of_one_feed(feed: str, field: str, value: Any, code: str) -> None:
    assert faults(feed, **{field: value}) == [(code, field)]


def test_a_training_that_goes_on_has_neither_an_end_nor_a_certificate() -> None:
    assert faults("residency", state="began") == [
        ("not_finished_yet", "finished_on"),
        ("not_finished_yet", "certificate_number"),
    ]
    assert faults("residency", state="began", finished_on=None, certificate_number=None) == []


def test_who_left_the_training_has_no_certificate_of_it() -> None:
    assert faults("residency", state="left") == [("left_without_certificate", "certificate_number")]
    assert faults("residency", state="left", certificate_number=None) == []


def test_without_any_credits_nothing_is_recorded() -> None:
    none = {"credits_class_1": 0, "credits_class_2": None}
    assert faults("education", **none) == [("credits_missing", "credits_class_1")]
    assert faults("education", credits_class_1=None) == []


def test_every_fault_is_told_at_once() -> None:
    assert faults("promotion", version=None, name="张", title="999", obtained_on="soon") == [
        ("field_missing", "version"),
        ("name_length", "name"),
        ("date_format", "obtained_on"),
        ("code_unknown", "title"),
    ]


def test_labels_and_written_dates_are_read_as_people_write_them() -> None:
    statement, _ = read_statement(
        "promotion",
        example("promotion")
        | {"profession": "医师", "title": "主任医师", "obtained_on": "2026年5月20日"},
        TODAY,
    )
    assert statement is not None
    assert (statement.profession, statement.data["title"]) == ("physician", "231")
    assert statement.happened_on == date(2026, 5, 20)


def test_no_reason_repeats_a_value() -> None:
    secret = "=张伟秘密"
    for feed in FEEDS:
        fields = dict.fromkeys(example(feed), secret) | {secret: secret}
        _, reasons = read_statement(feed, fields, TODAY)
        assert reasons
        assert secret[1:] not in repr(reasons)
