"""Feeding records over HTTP into a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import orjson
import pytest

from zhiye_contracts import purposes
from zhiye_contracts.events import QualificationState
from zhiye_contracts.identifiers import make_id_number

Make = Callable[..., dict[str, Any]]

NOTHING = {
    "received": 0,
    "recorded": 0,
    "updated": 0,
    "unchanged": 0,
    "ignored_older": 0,
    "rejected": 0,
}


def counted(batch: dict[str, Any], **expected: int) -> bool:
    assert batch["counts"] == NOTHING | {"received": sum(expected.values())} | expected
    return True


def codes(results: list[dict[str, Any]]) -> list[tuple[int, list[tuple[str, str]]]]:
    return [(r["line"], [(w["code"], w["field"]) for w in r["reasons"]]) for r in results]


@pytest.mark.parametrize(
    ("encode", "content_type", "bom"),
    [
        ("ndjson", "application/x-ndjson", b""),
        ("ndjson", "application/x-ndjson; charset=UTF-8", b"\xef\xbb\xbf"),
        ("csv_of", "text/csv", b""),
        ("csv_of", "text/csv; charset=utf-8", b"\xef\xbb\xbf"),
    ],
)
async def test_records_are_recorded_from_ndjson_and_csv(
    world: Any,
    record: Make,
    request: pytest.FixtureRequest,
    encode: str,
    content_type: str,
    bom: bytes,
) -> None:
    records = [record(number) for number in range(1, 4)]
    body = bom + request.getfixturevalue(encode)(records)
    response = await world.send(body, content_type)
    assert response.status_code == 201
    batch = response.json()
    assert counted(batch, recorded=3)
    assert batch["state"] == "distributing"
    assert batch["rejects"] == []
    assert response.headers["Location"] == f"/api/v1/qualification-batches/{batch['id']}"
    assert await world.rows("SELECT count(*) AS n FROM qualification") == [{"n": 3}]
    assert await world.rows("SELECT count(*) AS n FROM batch_result") == [{"n": 0}]


async def test_numbers_are_sealed_and_found_by_their_keys(world: Any, record: Make) -> None:
    await world.feed(record())
    (row,) = await world.rows("SELECT * FROM qualification")
    cipher, sent = world.kit.cipher, record()
    assert cipher.open(row["sealed_id_number"], purposes.ID_NUMBER) == sent["id_number"]
    certificate = cipher.open(row["sealed_certificate_number"], purposes.CERTIFICATE_NUMBER)
    assert certificate == sent["certificate_number"]
    assert row["person_key"] == world.kit.person_key(sent["id_number"])
    shown = repr({name: value for name, value in row.items() if "sealed" not in name})
    for secret in ("id_number", "certificate_number", "admission_number"):
        assert sent[secret] not in shown


async def test_each_recorded_record_is_published_whole(world: Any, record: Make) -> None:
    await world.feed(record(1), record(2, name="王(suo)"))
    events = [QualificationState.model_validate(data) for data in await world.published()]
    assert [event.name for event in events] == ["王芳", "王(suo)"]
    event = events[0]
    assert (event.exam_year, event.in_force) == (2026, True)
    assert event.passed_on == date(2026, 6, 15)
    assert event.certificate_key == world.kit.certificate_key(record()["certificate_number"])
    opened = world.kit.cipher.open(event.sealed_id_number, purposes.ID_NUMBER)
    assert opened == record(1)["id_number"]


async def test_the_end_of_a_batch_is_published_once_its_records_have_arrived(
    world: Any, record: Make
) -> None:
    batch = await world.feed(record(1), record(1), record(2, gender="1"))
    assert await world.published("batch-completed") == []
    await world.keep()
    (done,) = await world.published("batch-completed")
    assert done["aggregate_id"] == batch["id"]
    assert done["account_id"] == "exam-centre"
    counts = {name: done[name] for name in ("received", "recorded", "unchanged", "rejected")}
    assert counts == {"received": 3, "recorded": 1, "unchanged": 1, "rejected": 1}
    order = await world.rows("SELECT type FROM outbox ORDER BY id")
    assert order[-1]["type"] == "zhiye.qualifications.batch-completed.v1"


async def test_the_same_file_again_changes_nothing_and_publishes_no_record(
    world: Any, record: Make
) -> None:
    records = [record(number) for number in range(1, 6)]
    await world.feed(*records)
    before = await world.rows("SELECT * FROM qualification ORDER BY id")
    again = await world.feed(*records)
    assert counted(again, unchanged=5)
    assert await world.rows("SELECT * FROM qualification ORDER BY id") == before
    assert await world.rows("SELECT count(*) AS n FROM qualification_history") == [{"n": 0}]
    assert len(await world.published()) == 5
    results = await world.rows("SELECT DISTINCT outcome FROM batch_result")
    assert results == [{"outcome": "unchanged"}]


async def test_a_newer_version_replaces_and_the_old_one_is_kept(world: Any, record: Make) -> None:
    await world.feed(record(school="北京护士学校"))
    assert counted(await world.feed(record(school="北京卫生学校", version=2)), updated=1)
    (now,) = await world.rows("SELECT id, school, version, record_version FROM qualification")
    assert (now["school"], now["version"], now["record_version"]) == ("北京卫生学校", 2, 2)
    old = await world.rows("SELECT id, school, version FROM qualification_history")
    assert old == [{"id": now["id"], "school": "北京护士学校", "version": 1}]
    assert [event["version"] for event in await world.published()] == [1, 2]


async def test_an_older_version_is_ignored_and_said_so(world: Any, record: Make) -> None:
    await world.feed(record(version=3))
    batch = await world.feed(record(school="旧学校", version=2))
    assert counted(batch, ignored_older=1)
    (result,) = await world.rows("SELECT outcome, reasons FROM batch_result")
    assert result["outcome"] == "ignored_older"
    assert result["reasons"][0]["code"] == "version_older"
    assert len(await world.published()) == 1


async def test_several_versions_in_one_chunk_are_taken_in_their_order(
    world: Any, record: Make
) -> None:
    versions = [record(version=v, school=f"第{v}学校") for v in (1, 2, 1, 4, 3, 4)]
    batch = await world.feed(*versions)
    # The third is an older version by then, the fifth as well; the sixth is the fourth again.
    assert counted(batch, recorded=1, updated=2, ignored_older=2, unchanged=1)
    kept = await world.rows("SELECT record_version FROM qualification_history ORDER BY version")
    assert [row["record_version"] for row in kept] == [1, 2]
    events = [(event["version"], event["school"]) for event in await world.published()]
    assert events == [(1, "第1学校"), (2, "第2学校"), (3, "第4学校")]


async def test_a_duplicate_within_a_batch_has_its_own_result(world: Any, record: Make) -> None:
    batch = await world.feed(record(1), record(2), record(1))
    assert counted(batch, recorded=2, unchanged=1)
    assert await world.rows("SELECT line, outcome FROM batch_result") == [
        {"line": 3, "outcome": "unchanged"}
    ]


@pytest.mark.parametrize("earlier", [True, False], ids=["on record", "in the same batch"])
async def test_one_certificate_number_for_two_people_is_rejected_naming_the_field(
    world: Any, record: Make, earlier: bool
) -> None:
    stolen = record(2, certificate_number=record(1)["certificate_number"], version=2)
    if earlier:
        await world.feed(record(1))
        batch = await world.feed(stolen)
    else:
        batch = await world.feed(record(1), stolen)
    assert codes(batch["rejects"])[0][1] == [("certificate_of_other_person", "certificate_number")]
    assert await world.rows("SELECT count(*) AS n FROM qualification") == [{"n": 1}]


async def test_a_person_may_pass_again_in_another_year_but_not_twice_in_one(
    world: Any, record: Make
) -> None:
    another_year = record(
        certificate_number="202511100000001", exam_year=2025, passed_on="2025-06-15"
    )
    same_year = record(certificate_number="202611199999999")
    batch = await world.feed(record(), another_year, same_year)
    assert counted(batch, recorded=2, rejected=1)
    assert codes(batch["rejects"]) == [(3, [("exam_year_taken", "exam_year")])]


async def test_two_certificates_exchange_their_years_only_step_by_step(
    world: Any, record: Make
) -> None:
    second = record(certificate_number="202511100000001", exam_year=2025)
    await world.feed(record(), second)
    batch = await world.feed(
        record(exam_year=2024, version=2),
        second | {"exam_year": 2026, "version": 2},
        record(exam_year=2025, version=3),
    )
    assert counted(batch, updated=3)
    years = await world.rows("SELECT exam_year FROM qualification ORDER BY certificate_key")
    assert {row["exam_year"] for row in years} == {2025, 2026}


async def test_another_content_without_a_newer_version_is_rejected(
    world: Any, record: Make
) -> None:
    await world.feed(record())
    batch = await world.feed(record(school="另一学校"))
    assert codes(batch["rejects"]) == [(1, [("version_not_raised", "version")])]


async def test_rejected_records_are_told_whole_and_the_rest_goes_on(
    world: Any, record: Make
) -> None:
    batch = await world.feed(
        record(1), record(2, gender="1", education="99"), record(3, name=None), record(4)
    )
    assert counted(batch, recorded=2, rejected=2)
    assert codes(batch["rejects"]) == [
        (2, [("gender_differs", "gender"), ("code_unknown", "education")]),
        (3, [("field_missing", "name")]),
    ]
    reason = batch["rejects"][1]["reasons"][0]
    assert reason["reason"] == {"zh": "缺少必填项。", "en": "A required field is missing."}
    assert reason["next_step"]["zh"]
    assert reason["next_step"]["en"]


async def test_a_rejected_record_leaves_no_number_in_clear(world: Any, record: Make) -> None:
    spoiled = record(25, id_number="110105200001020021", education="99")
    swapped = record(26) | {
        "certificate_number": record(26)["id_number"],
        "id_number": record(26)["certificate_number"],
    }
    batch = await world.feed(spoiled, swapped)
    assert counted(batch, rejected=2)
    first = batch["rejects"][0]
    assert (first["line"], first["certificate_number"]) == (1, "2026*********25")
    assert first["admission_number"] == "2026*********25"
    kept = repr(await world.rows("SELECT * FROM batch_result"))
    kept += repr(await world.rows("SELECT * FROM batch"))
    kept += repr(await world.rows("SELECT * FROM outbox"))
    for sent in (spoiled, swapped):
        for secret in ("id_number", "certificate_number", "admission_number"):
            assert sent[secret] not in kept
            assert sent[secret] not in orjson.dumps(batch).decode()


async def test_what_cannot_be_stored_is_kept_out_of_the_masked_numbers(
    world: Any, record: Make
) -> None:
    odd = record(certificate_number="\x00\x01证书\x00" * 9, admission_number={"a": [1]})
    batch = await world.feed(odd, record(2))
    assert counted(batch, recorded=1, rejected=1)
    assert batch["rejects"][0]["admission_number"] is None


async def test_a_fifteen_digit_number_is_upgraded_and_the_result_says_so(
    world: Any, record: Make
) -> None:
    number = make_id_number("110105", date(1980, 1, 2), 2)
    old = record(id_number=number[:6] + number[8:17], birth_date="1980-01-02")
    assert counted(await world.feed(old), recorded=1)
    (result,) = await world.rows("SELECT outcome, reasons FROM batch_result")
    assert result["outcome"] == "recorded"
    assert [note["code"] for note in result["reasons"]] == ["id_number_upgraded"]
    again = await world.feed(old | {"id_number": number})
    assert counted(again, unchanged=1)


async def test_a_reserved_fifteen_digit_serial_is_rejected(world: Any, record: Make) -> None:
    batch = await world.feed(record(id_number="110105800102996", birth_date="1980-01-02"))
    assert codes(batch["rejects"]) == [(1, [("id_number_fifteen_centenarian", "id_number")])]


async def test_a_bracketed_pinyin_is_stored_as_written_and_flagged(
    world: Any, record: Make
) -> None:
    await world.feed(record(1, name="王（suo）"), record(2))
    rows = await world.rows("SELECT name, assisted FROM qualification ORDER BY assisted")
    assert rows == [{"name": "王芳", "assisted": False}, {"name": "王（suo）", "assisted": True}]


async def test_a_batch_of_many_chunks_adds_up(world: Any, record: Make) -> None:
    records = [record(n, **({"gender": "1"} if n % 100 == 0 else {})) for n in range(1, 1301)]
    batch = await world.feed(*records)
    assert counted(batch, recorded=1287, rejected=13)
    assert batch["lines"] == 1300
    assert [reject["line"] for reject in batch["rejects"]] == list(range(100, 1301, 100))
    assert len(await world.published()) == 1287


async def test_the_answer_shows_the_first_hundred_rejects_and_links_to_the_rest(
    world: Any, record: Make
) -> None:
    batch = await world.feed(*(record(n, gender="1") for n in range(1, 151)))
    assert counted(batch, rejected=150)
    assert [reject["line"] for reject in batch["rejects"]] == list(range(1, 101))
    rest = await world.client("exam_centre", account_id="exam-centre").get(batch["rejects_url"])
    assert len(rest.text.splitlines()) == 150
