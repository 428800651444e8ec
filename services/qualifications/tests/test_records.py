"""Reading one record: every bad input has its code and its field."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from zhiye_contracts.identifiers import make_id_number, physician_qualification_certificate
from zhiye_qualifications.domain.columns import FIELDS
from zhiye_qualifications.domain.records import read_record

TODAY = date(2026, 11, 23)

Make = Callable[..., dict[str, Any]]


def faults(fields: dict[str, Any]) -> set[tuple[str, str | None]]:
    reading = read_record(fields, TODAY)
    assert reading.record is None
    return {(reason.code, reason.field) for reason in reading.reasons}


def test_a_clean_record_is_read_without_any_note(record: Make) -> None:
    reading = read_record(record(7), TODAY)
    assert reading.record is not None
    assert reading.reasons == ()
    assert reading.record.birth_date == date.fromisoformat(record(7)["birth_date"])
    assert reading.record.exam_year == 2026
    assert not reading.record.assisted


def test_texts_from_csv_are_read_as_numbers_where_numbers_belong(record: Make) -> None:
    reading = read_record(record(exam_year="2026", version="3"), TODAY)
    assert reading.record is not None
    assert (reading.record.exam_year, reading.record.version) == (2026, 3)


@pytest.mark.parametrize("field", list(FIELDS))
@pytest.mark.parametrize("empty", [None, "", "  "])
def test_every_field_of_an_exam_result_is_required(
    record: Make, field: str, empty: str | None
) -> None:
    assert faults(record() | {field: empty}) == {("field_missing", field)}


def test_a_recognised_qualification_needs_no_admission_number(record: Make) -> None:
    reading = read_record(record(route="recognition", admission_number=None), TODAY)
    assert reading.record is not None
    assert reading.record.admission_number is None


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"gender": "3"}, "code_unknown", "gender"),
        ({"gender": "1"}, "gender_differs", "gender"),
        ({"gender": "9"}, "gender_differs", "gender"),
        ({"birth_date": "2000-02-30"}, "date_format", "birth_date"),
        ({"birth_date": "2000-1"}, "date_format", "birth_date"),
        ({"birth_date": "200012"}, "date_format", "birth_date"),
        ({"birth_date": "2000-1/2"}, "date_format", "birth_date"),
        ({"birth_date": "20000230"}, "date_format", "birth_date"),
        ({"birth_date": "2000年13月1日"}, "date_format", "birth_date"),
        ({"birth_date": "02/01/2000"}, "date_ambiguous", "birth_date"),
        ({"birth_date": "00-1-2"}, "date_ambiguous", "birth_date"),
        ({"birth_date": "2.1.00"}, "date_ambiguous", "birth_date"),
        ({"birth_date": "2000-W01-1"}, "date_format", "birth_date"),
        ({"birth_date": "1999-01-02"}, "birth_date_differs", "birth_date"),
        ({"birth_date": "2027-01-01"}, "date_future", "birth_date"),
        ({"id_type": "02"}, "code_unknown", "id_type"),
        ({"id_number": "110105200001020021"}, "id_number_check_digit", "id_number"),
        ({"id_number": "11010520000230002X"}, "id_number_birth_date", "id_number"),
        ({"id_number": "11010520000102"}, "id_number_length", "id_number"),
        ({"id_number": "110105********0021"}, "id_number_masked", "id_number"),
        ({"id_number": "990105200001020021"}, "id_number_region", "id_number"),
        ({"id_number": "110105000102996"}, "id_number_fifteen_centenarian", "id_number"),
        ({"id_number": 110105200001020021}, "text_expected", "id_number"),
        ({"certificate_number": "12"}, "nurse_exam_format", "certificate_number"),
        ({"certificate_number": ["2026"]}, "text_expected", "certificate_number"),
        ({"name": "王"}, "name_length", "name"),
        ({"name": "王<b>"}, "name_characters", "name"),
        ({"profession": "dentist"}, "code_unknown", "profession"),
        ({"category": "9"}, "code_unknown", "category"),
        ({"level": "chief"}, "code_unknown", "level"),
        ({"school": "校" * 101}, "too_long", "school"),
        ({"school": "北京\x00学校"}, "characters_not_allowed", "school"),
        ({"major": "护\x07理"}, "characters_not_allowed", "major"),
        ({"education": "41"}, "code_unknown", "education"),
        ({"exam_year": "二〇二六"}, "integer_expected", "exam_year"),
        ({"exam_year": 2026.5}, "integer_expected", "exam_year"),
        ({"exam_year": True}, "integer_expected", "exam_year"),
        ({"exam_year": 2027}, "out_of_range", "exam_year"),
        ({"exam_year": 1950}, "out_of_range", "exam_year"),
        ({"passed_on": "15.06.2026"}, "date_ambiguous", "passed_on"),
        ({"passed_on": "2026-11-24"}, "date_future", "passed_on"),
        ({"passed_on": "2025-06-15"}, "passed_before_exam", "passed_on"),
        ({"province": "110105"}, "code_unknown", "province"),
        ({"admission_number": "2026/11"}, "admission_number_format", "admission_number"),
        ({"route": "gift"}, "code_unknown", "route"),
        ({"version": 0}, "out_of_range", "version"),
        ({"version": 2**31}, "out_of_range", "version"),
        ({"version": "1.0"}, "integer_expected", "version"),
        ({"shoe_size": 38}, "field_unknown", "shoe_size"),
        ({"school": '=HYPERLINK("http://x")'}, "formula_not_allowed", "school"),
        ({"major": "＝1+1"}, "formula_not_allowed", "major"),
        ({"name": "@SUM(A1)"}, "formula_not_allowed", "name"),
        ({"certificate_number": "+2026"}, "formula_not_allowed", "certificate_number"),
        ({"admission_number": "-"}, "formula_not_allowed", "admission_number"),
        ({"passed_on": "=TODAY()"}, "formula_not_allowed", "passed_on"),
        ({"gender": "=2"}, "formula_not_allowed", "gender"),
        ({"version": "=1"}, "formula_not_allowed", "version"),
        ({"exam_year": "-2026"}, "formula_not_allowed", "exam_year"),
    ],
)
def test_each_bad_value_is_told_with_its_code_and_field(
    record: Make, changes: dict[str, Any], code: str, field: str
) -> None:
    assert faults(record(25, **changes)) == {(code, field)}


@pytest.mark.parametrize(
    "written",
    [
        "2026-06-05",
        "2026/6/5",
        "2026/06/05",
        "2026.6.5",
        "20260605",
        "2026年6月5日",
        "2026 年 06 月 05 日",
        "２０２６年６月５日",
        "2026-6-5",
    ],
)
def test_a_date_is_read_in_each_form_that_people_use(record: Make, written: str) -> None:
    reading = read_record(record(passed_on=written), TODAY)
    assert reading.record is not None
    assert reading.record.passed_on == date(2026, 6, 5)


@pytest.mark.parametrize(
    ("field", "label", "code"),
    [
        ("gender", "女", "2"),
        ("id_type", "居民身份证", "01"),
        ("id_type", "1", "01"),
        ("profession", "护士", "nurse"),
        ("category", "护士", "nurse"),
        ("level", "护士", "nurse"),
        ("education", "本科", "20"),
        ("education", "大学本科", "20"),
        ("education", "大专", "30"),
        ("education", "中专", "40"),
        ("province", "北京市", "110000"),
        ("province", "广西", "450000"),
        ("province", "新疆维吾尔自治区", "650000"),
        ("province", "香港", "810000"),
        ("route", "考试", "exam"),
        ("route", " 认定 ", "recognition"),
    ],
)
def test_a_code_may_be_given_by_its_chinese_label(
    record: Make, field: str, label: str, code: str
) -> None:
    reading = read_record(record(**{field: label}), TODAY)
    assert reading.record is not None, reading.reasons
    assert getattr(reading.record, field) == code


def test_a_physicians_codes_may_be_given_by_their_chinese_labels(record: Make) -> None:
    labels = {"profession": "医师", "category": "口腔类别", "level": "执业助理医师"}
    reading = read_record(physician(record, **labels), TODAY)
    assert reading.record is not None, reading.reasons
    read = reading.record
    assert (read.profession, read.category, read.level) == ("physician", "2", "2")


def test_all_faults_of_a_record_are_told_at_once(record: Make) -> None:
    spoiled = record(gender="1", birth_date="1999-01-01", education="99", version=0, name="")
    assert faults(spoiled) == {
        ("gender_differs", "gender"),
        ("birth_date_differs", "birth_date"),
        ("code_unknown", "education"),
        ("out_of_range", "version"),
        ("field_missing", "name"),
    }


def test_no_reason_repeats_a_value(record: Make) -> None:
    secrets = {
        "id_number": "110105200001020021",
        "certificate_number": "证书SECRET",
        "name": "SECRET<>",
        "110105200001020021": "SECRET",
    }
    reading = read_record(record() | secrets, TODAY)
    told = repr(reading)
    assert reading.record is None
    assert "SECRET" not in told
    assert "110105200001020021" not in told
    assert "column 19" in told  # the unknown field, by its place


def test_a_fifteen_digit_number_is_upgraded_and_the_note_says_so(record: Make) -> None:
    old = make_id_number("110105", date(1980, 1, 2), 2)
    fields = record(id_number=old[:6] + old[8:17], birth_date="1980-01-02")
    reading = read_record(fields, TODAY)
    assert reading.record is not None
    assert reading.record.id_number == old
    assert [(note.code, note.field) for note in reading.reasons] == [
        ("id_number_upgraded", "id_number")
    ]


@pytest.mark.parametrize("name", ["王(suo)", "王（suo）"])
def test_a_bracketed_pinyin_is_kept_as_written_and_flagged(record: Make, name: str) -> None:
    reading = read_record(record(name=name), TODAY)
    assert reading.record is not None
    assert reading.record.name == name
    assert reading.record.assisted
    assert [(note.code, note.field) for note in reading.reasons] == [("name_assisted", "name")]


def physician(record: Make, **changes: Any) -> dict[str, Any]:
    fields = record() | {"profession": "physician", "category": "1", "level": "1"}
    number = physician_qualification_certificate(2026, "11", "1", "10", fields["id_number"])
    return fields | {"certificate_number": number} | changes


def test_a_physician_is_read_with_the_codes_of_physicians(record: Make) -> None:
    reading = read_record(physician(record), TODAY)
    assert reading.record is not None
    assert faults(physician(record, category="nurse")) == {("code_unknown", "category")}


def test_a_physicians_old_certificate_holds_fifteen_digits_of_the_id_number(record: Make) -> None:
    born = date(1970, 1, 2)
    person = make_id_number("110105", born, 2)
    old = person[:6] + person[8:17]
    number = physician_qualification_certificate(1999, "11", "1", "10", old)
    assert len(number) == 24
    more = {"birth_date": born.isoformat(), "exam_year": 1999, "passed_on": "1999-12-01"}
    for id_number in (person, old):
        fields = physician(record, id_number=id_number, certificate_number=number, **more)
        reading = read_record(fields, TODAY)
        assert reading.record is not None, reading.reasons
        assert (reading.record.id_number, reading.record.certificate_number) == (person, number)


def test_a_physicians_certificate_must_hold_the_own_id_number(record: Make) -> None:
    other = make_id_number("110105", date(1990, 1, 1), 4)
    number = physician_qualification_certificate(2026, "11", "1", "10", other)
    assert faults(physician(record, certificate_number=number)) == {
        ("certificate_id_number_differs", "certificate_number")
    }
