"""Who looked at whose qualification, the search of a province, and the result that is missing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from services.qualifications.tests.case_world import Cases, codes

from zhiye_qualifications.application import search as searching

Make = Callable[..., dict[str, Any]]
OWN = "/api/v1/my/qualifications"
ACCESSES = f"{OWN}/accesses"
REFRESH = f"{OWN}/refresh"
SEARCH = "/api/v1/qualifications/search"
REQUESTS = "/api/v1/qualifications/requests"


@pytest.fixture
def cases(world: Any) -> Cases:
    return Cases(world)


async def seen_by(cases: Cases, number: int = 1) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await cases.person(number).get(ACCESSES)).json()["items"]
    return items


async def disclose(cases: Cases, client: Any, **body: Any) -> Any:
    row = await cases.qualification()
    given = {"purpose": "registration_review", "note": "核实首次注册"} | body
    return await client.post(f"/api/v1/qualifications/{row['id']}/disclosure", json=given)


async def test_the_whole_record_is_disclosed_for_a_purpose_that_its_owner_reads(
    cases: Cases, record: Make
) -> None:
    await cases.world.feed(record(1))
    answer = await disclose(cases, cases.province())
    assert answer.status_code == 200, answer.text
    for field in ("id_number", "certificate_number", "admission_number"):
        assert answer.json()[field] == record(1)[field]
    (seen,) = await seen_by(cases)
    assert (seen["kind"], seen["purpose_label"], seen["note"], seen["by"]) == (
        "disclosure",
        "执业注册核实",
        "核实首次注册",
        "北京市卫生健康部门",
    )
    await disclose(cases, cases.exam_centre(), purpose="judicial", note="")
    assert [one["by"] for one in await seen_by(cases)] == ["考试中心", "北京市卫生健康部门"]
    assert await seen_by(cases, 2) == []


async def test_a_disclosure_out_of_scope_or_without_its_ground_is_refused(
    cases: Cases, record: Make
) -> None:
    await cases.world.feed(record(1))
    assert (await disclose(cases, cases.province("120000"))).status_code == 404
    assert (await disclose(cases, cases.province("110105"))).status_code == 403
    assert (await disclose(cases, cases.person(1))).status_code == 403
    assert (await disclose(cases, cases.hospital())).status_code == 403
    no = await disclose(cases, cases.province(), purpose="other", note="")
    assert codes(no) == [("access_note_needed", "note")]
    no = await disclose(cases, cases.province(), purpose="curiosity")
    assert codes(no) == [("choice", "purpose")]
    assert await seen_by(cases) == []


async def test_every_look_of_others_is_recorded(cases: Cases, record: Make) -> None:
    await cases.world.feed(record(1))
    row = await cases.qualification()
    province = cases.province()
    question = {"certificate_number": record(1)["certificate_number"], "purpose": "supervision"}
    await province.post("/api/v1/qualifications/lookup", json=question)
    await province.post(SEARCH, json={"name": "王"})
    await province.get(f"/api/v1/qualifications/{row['id']}/versions")
    await cases.person().get(f"/api/v1/qualifications/{row['id']}/versions")
    assert [(one["kind"], one["purpose"]) for one in await seen_by(cases)] == [
        ("versions", None),
        ("search", None),
        ("lookup", "supervision"),
    ]
    with pytest.raises(Exception, match="only grows"):
        async with cases.world.kit.database.transaction() as tx:
            await tx.connection.exec_driver_sql("DELETE FROM qualification_access")


async def test_a_look_that_finds_nothing_is_not_held_against_anybody(
    cases: Cases, record: Make
) -> None:
    await cases.world.feed(record(1))
    question = {"certificate_number": record(1)["certificate_number"]}
    other = cases.province("120000")
    assert (await other.post("/api/v1/qualifications/lookup", json=question)).status_code == 404
    assert await seen_by(cases) == []


NAMES = ("王芳", "王芬", "王芳芳", "李梅", "王")


async def many(cases: Cases, record: Make) -> None:
    await cases.world.feed(
        record(1, name="王芳"),
        record(2, name="王芬", exam_year=2025, passed_on="2025-06-15"),
        record(3, name="王芳芳", school="天津护士学校"),
        record(4, name="李梅", route="recognition", admission_number=None),
        record(5, name="王芳", province="120000"),
    )


async def found(cases: Cases, region: str = "110000", **body: Any) -> list[str]:
    answer = await cases.province(region).post(SEARCH, json=body)
    assert answer.status_code == 200, answer.text
    return [item["name"] for item in answer.json()["items"]]


async def test_a_province_searches_its_own_by_name_year_school_and_the_rest(
    cases: Cases, record: Make
) -> None:
    await many(cases, record)
    assert sorted(await found(cases)) == ["李梅", "王芬", "王芳", "王芳芳"]
    assert await found(cases, name="王芳") == ["王芳", "王芳芳"]
    assert await found(cases, name=" 王 芬") == ["王芬"]
    assert await found(cases, exam_year=2025) == ["王芬"]
    assert await found(cases, school="天津") == ["王芳芳"]
    assert await found(cases, route="recognition", profession="nurse", level="nurse") == ["李梅"]
    assert await found(cases, category="1") == []
    assert await found(cases, in_force=False) == []
    assert await found(cases, name="%") == []
    assert await found(cases, name="王_") == []
    assert await found(cases, "120000") == ["王芳"]
    assert await found(cases, "000000", province="120000") == ["王芳"]


async def test_a_search_does_not_identify_people(cases: Cases, record: Make) -> None:
    await cases.world.feed(record(1))
    answer = await cases.province().post(SEARCH, json={"name": "王"})
    (item,) = answer.json()["items"]
    assert item["id_number"] == "*" * 16 + record(1)["id_number"][-2:]
    for secret in ("id_number", "certificate_number", "admission_number", "birth_date"):
        assert record(1)[secret] not in answer.text


async def test_pages_of_a_search_go_on_where_the_last_one_ended(
    cases: Cases, record: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    await cases.world.feed(
        *(record(n, name=("王芳", "王芬")[n % 2]) for n in range(1, 12)),
        record(12, name="赵敏", school="天津护士学校"),
    )
    for window in (searching.WINDOW, 3):
        monkeypatch.setattr(searching, "WINDOW", window)
        for body in ({"name": "王"}, {"school": "天津"}, {}):
            ids: list[str] = []
            cursor = None
            for _ in range(20):
                answer = await cases.province().post(
                    SEARCH, json=body | {"limit": 2, "cursor": cursor}
                )
                ids += [item["id"] for item in answer.json()["items"]]
                if (cursor := answer.json()["next_cursor"]) is None:
                    break
            assert cursor is None
            assert (
                len(ids)
                == len(set(ids))
                == {"王": 11, None: 12}.get(body.get("name"), 12) - (11 if "school" in body else 0)
            )


async def test_others_do_not_search(cases: Cases) -> None:
    for client, status in (
        (cases.person(), 403),
        (cases.hospital(), 403),
        (cases.exam_centre(), 403),
        (cases.province("110105"), 403),
    ):
        assert (await client.post(SEARCH, json={})).status_code == status
    no = await cases.province().post(SEARCH, json={"province": "120000"})
    assert (no.status_code, codes(no)) == (403, [("province_not_yours", "province")])
    no = await cases.province("000000").post(SEARCH, json={})
    assert codes(no) == [("search_province_needed", "province")]
    no = await cases.province().post(SEARCH, json={"cursor": "x"})
    assert codes(no) == [("cursor_invalid", "cursor")]


async def ask(cases: Cases, number: int, **more: Any) -> dict[str, Any]:
    answer = await cases.person(number, active=False).post(REFRESH, json=more)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_a_missing_result_is_told_apart_without_saying_whose_it_is(
    cases: Cases, record: Make
) -> None:
    await cases.world.feed(record(1))
    number = record(1)["admission_number"]
    mine = await ask(cases, 1, admission_number=number)
    assert (mine["outcome"], mine["request_id"]) == ("on_record", None)
    other = await ask(cases, 2, certificate_number=record(1)["certificate_number"])
    assert other["outcome"] == "under_another_identity"
    assert other["advice"]["code"] == "qualification_under_another_identity"
    assert "更正" in other["advice"]["next_step"]
    for secret in (record(1)["name"], record(1)["id_number"], record(1)["birth_date"]):
        assert secret not in str(other)
    missing = await ask(cases, 2, admission_number="2026110999")
    assert missing["outcome"] == "asked"
    (event,) = await cases.world.published("record-requested")
    assert event["by"] == "admission_number"
    assert "2026110999" not in str(event)


async def test_the_exam_centre_answers_and_the_person_sees_it_later(
    cases: Cases, record: Make
) -> None:
    first = await ask(cases, 1, admission_number=record(1)["admission_number"])
    second = await ask(cases, 1, certificate_number="202699900000001")
    again = await ask(cases, 1, certificate_number="202699900000001")
    assert again["request_id"] == second["request_id"]
    centre = cases.exam_centre()
    open_ = (await centre.get(REQUESTS)).json()["items"]
    assert [one["number"] for one in open_] == [
        record(1)["admission_number"],
        "202699900000001",
    ]
    await cases.world.feed(record(1))
    answer = {"answer": "not_found", "note": "该编号不存在"}
    url = f"{REQUESTS}/{second['request_id']}/answer"
    assert (await centre.post(url, json=answer)).status_code == 200
    no = await centre.post(url, json=answer)
    assert (no.status_code, codes(no)) == (409, [("request_answered", None)])
    assert (await centre.post(f"{REQUESTS}/none/answer", json=answer)).status_code == 404
    items = (await cases.person(1, active=False).get(REFRESH)).json()["items"]
    assert [(one["state"], one["note"]) for one in items] == [
        ("not_found", "该编号不存在"),
        ("on_record", None),
    ]
    assert items[1]["id"] == first["request_id"]
    assert "*" in items[0]["number"]
    assert (await cases.person(2).get(REFRESH)).json()["items"] == []


async def test_asking_is_limited_also_at_once(cases: Cases, clock: Any) -> None:
    person = cases.person()
    answers = await asyncio.gather(
        *(person.post(REFRESH, json={"admission_number": f"20261{n:05d}"}) for n in range(8))
    )
    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [429] * 3
    clock.instant += timedelta(hours=24, seconds=1)
    assert (await person.post(REFRESH, json={"admission_number": "2026199"})).status_code == 200


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, ("refresh_one_number", None)),
        (
            {"admission_number": "1234", "certificate_number": "123456"},
            ("refresh_one_number", None),
        ),
        ({"admission_number": "号"}, ("admission_number_format", "admission_number")),
        ({"certificate_number": "1"}, ("nurse_exam_format", "certificate_number")),
    ],
)
async def test_a_bad_question_has_its_code_and_costs_nothing(
    cases: Cases, body: dict[str, str], expected: tuple[str, str | None]
) -> None:
    for _ in range(6):
        no = await cases.person().post(REFRESH, json=body)
        assert (no.status_code, codes(no)) == (422, [expected])
