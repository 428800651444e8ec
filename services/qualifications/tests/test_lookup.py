"""Finding qualifications: one's own, and a person's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from zhiye_contracts.identifiers import make_id_number, physician_qualification_certificate

Make = Callable[..., dict[str, Any]]

LOOKUP = "/api/v1/qualifications/lookup"
OWN = "/api/v1/my/qualifications"


def reasons(response: Any) -> list[tuple[str, str | None]]:
    return [(reason["code"], reason["field"]) for reason in response.json()["reasons"]]


async def test_the_number_that_activates_an_account_is_not_told_to_one_not_yet_active(
    world: Any, record: Make
) -> None:
    await world.feed(record())
    key = world.kit.person_key(record()["id_number"])
    answer = await world.client("practitioner", person_key=key, active=False).get(OWN)
    assert (answer.status_code, answer.json()["code"]) == (403, "account_not_active")
    for name in ("certificate_number", "admission_number", "name", "school"):
        assert record()[name] not in answer.text


async def test_a_practitioner_sees_the_own_record_whole(world: Any, record: Make) -> None:
    await world.feed(record(1), record(2))
    key = world.kit.person_key(record(1)["id_number"])
    client = world.client("practitioner", person_key=key)
    answer = (await client.get(OWN)).json()
    (own,) = answer["items"]
    assert answer["missing"] == []
    sent = record(1)
    for name in ("certificate_number", "admission_number", "name", "school", "birth_date"):
        assert own[name] == sent[name]
    assert own["id_number"] == "110***********" + sent["id_number"][-4:]
    assert (own["education"], own["education_label"]) == ("40", "中等专科")
    assert (own["province_label"], own["route_label"]) == ("北京市", "考试")


async def test_labels_come_in_the_readers_language(world: Any, record: Make) -> None:
    await world.feed(record())
    key = world.kit.person_key(record()["id_number"])
    client = world.client("practitioner", language="en", person_key=key)
    (own,) = (await client.get(OWN)).json()["items"]
    labels = {name: value for name, value in own.items() if name.endswith("_label")}
    assert labels == {
        "profession_label": "nurse",
        "gender_label": "female",
        "id_type_label": "resident ID card",
        "category_label": "nurse",
        "level_label": "nurse",
        "education_label": "secondary vocational school",
        "title_label": None,
        "province_label": "Beijing",
        "route_label": "exam",
    }


async def test_the_latest_certificate_comes_first(world: Any, record: Make) -> None:
    earlier = record(certificate_number="202411100000001", exam_year=2024, passed_on="2024-06-15")
    await world.feed(earlier, record())
    key = world.kit.person_key(record()["id_number"])
    items = (await world.client("practitioner", person_key=key).get(OWN)).json()["items"]
    assert [item["exam_year"] for item in items] == [2026, 2024]


@pytest.mark.parametrize("key", [None, "0" * 32])
async def test_whoever_has_no_record_is_told_where_to_turn_by_route(
    world: Any, record: Make, key: str | None
) -> None:
    await world.feed(record())
    answer = (await world.client("practitioner", person_key=key).get(OWN)).json()
    assert answer["items"] == []
    assert [why["code"] for why in answer["missing"]] == ["qualification_not_found"] * 2
    assert "考试中心" in answer["missing"][0]["next_step"]
    assert {why["source"] for why in answer["missing"]} == {"答疑手册问题4；答疑手册问题14"}


QUESTIONS: list[Callable[[dict[str, Any]], dict[str, Any]]] = [
    lambda r: {"certificate_number": r["certificate_number"]},
    lambda r: {
        "certificate_number": f" {r['certificate_number'][:8]} {r['certificate_number'][8:]}"
    },
    lambda r: {"name": r["name"], "id_number": r["id_number"]},
    lambda r: {"admission_number": r["admission_number"]},
]


@pytest.mark.parametrize("ask", QUESTIONS)
async def test_each_question_finds_the_person_with_masked_numbers(
    world: Any, record: Make, ask: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    await world.feed(record(1), record(2))
    response = await world.client("exam_centre").post(LOOKUP, json=ask(record(2)))
    assert response.status_code == 200
    (found,) = response.json()["items"]
    assert found["birth_date"] == record(2)["birth_date"]
    assert found["certificate_number"] == "2026*********02"
    for secret in ("id_number", "certificate_number", "admission_number"):
        assert record(2)[secret] not in response.text


async def test_a_physician_is_found_by_certificate_without_telling_the_id_number(
    world: Any, record: Make
) -> None:
    number = physician_qualification_certificate(2026, "11", "1", "10", record()["id_number"])
    await world.feed(
        record(profession="physician", category="1", level="1", certificate_number=number)
    )
    response = await world.client("exam_centre").post(
        LOOKUP, json={"certificate_number": number.lower()}
    )
    (found,) = response.json()["items"]
    assert (found["profession"], found["category_label"]) == ("physician", "临床")
    assert record()["id_number"] not in response.text


async def test_a_fifteen_digit_number_finds_its_upgrade(world: Any, record: Make) -> None:
    number = make_id_number("110105", date(1980, 1, 2), 2)
    await world.feed(record(id_number=number, birth_date="1980-01-02"))
    question = {"name": "王芳", "id_number": number[:6] + number[8:17]}
    response = await world.client("exam_centre").post(LOOKUP, json=question)
    assert response.status_code == 200


@pytest.mark.parametrize(
    ("recorded", "asked", "status", "told"),
    [
        ("王(suo)", "王㛃", 200, "assisted"),
        ("王（suo）", "王(SUO)", 200, "exact"),
        ("王芳", "王方", 404, "qualification_name_differs"),
    ],
)
async def test_names_are_matched_exactly_or_with_assistance_or_differ(
    world: Any, record: Make, recorded: str, asked: str, status: int, told: str
) -> None:
    await world.feed(record(name=recorded))
    question = {"name": asked, "id_number": record()["id_number"]}
    response = await world.client("exam_centre").post(LOOKUP, json=question)
    assert response.status_code == status
    body = response.json()
    assert (body["items"][0]["name_match"] if status == 200 else body["code"]) == told


@pytest.mark.parametrize(
    ("region", "status"),
    [("110000", 200), ("000000", 200), ("320000", 404), ("110105", 403), (None, 403)],
)
async def test_an_authority_finds_only_what_belongs_to_its_region(
    world: Any, record: Make, region: str | None, status: int
) -> None:
    await world.feed(record())
    client = world.client("authority", region=region)
    for ask in QUESTIONS:
        assert (await client.post(LOOKUP, json=ask(record()))).status_code == status


async def test_not_there_and_not_yours_look_the_same(world: Any, record: Make) -> None:
    await world.feed(record(1))
    client = world.client("authority", region="320000")
    answers = [
        (await client.post(LOOKUP, json={"admission_number": number})).json()
        for number in (record(1)["admission_number"], record(2)["admission_number"])
    ]
    for answer in answers:
        answer.pop("request_id")
    assert answers[0] == answers[1]
    assert answers[0]["code"] == "qualification_not_found"
    assert len(answers[0]["reasons"]) == 2


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ({}, [("lookup_one_question", None)]),
        ({"name": "王芳"}, [("lookup_one_question", None)]),
        ({"id_number": "110105200001020021"}, [("lookup_one_question", None)]),
        (
            {"certificate_number": "202611100000001", "admission_number": "1234"},
            [("lookup_one_question", None)],
        ),
        ({"certificate_number": "1"}, [("nurse_exam_format", "certificate_number")]),
        ({"admission_number": "号"}, [("admission_number_format", "admission_number")]),
        (
            {"name": "王", "id_number": "110105200001020021"},
            [("name_length", "name"), ("id_number_check_digit", "id_number")],
        ),
        (
            {"name": "王芳", "id_number": "110105800102996"},
            [("id_number_fifteen_centenarian", "id_number")],
        ),
        ({"passport": "E1"}, [("field_unknown", "passport")]),
        ({"certificate_number": "1" * 61}, [("too_long", "certificate_number")]),
    ],
)
async def test_a_bad_question_has_its_code_and_field(
    world: Any, question: dict[str, str], expected: list[tuple[str, str | None]]
) -> None:
    response = await world.client("exam_centre").post(LOOKUP, json=question)
    assert response.status_code == 422
    assert reasons(response) == expected
    for value in question.values():
        assert len(value) < 5 or value not in response.text


@pytest.mark.parametrize("role", ["practitioner", "institution", "operator", None])
async def test_others_may_not_look_people_up(world: Any, role: str | None) -> None:
    response = await world.client(role).post(LOOKUP, json={"admission_number": "1234"})
    assert response.status_code == (403 if role else 401)


@pytest.mark.parametrize("role", ["exam_centre", "institution", "authority", "operator", None])
async def test_only_practitioners_have_qualifications_of_their_own(
    world: Any, role: str | None
) -> None:
    assert (await world.client(role).get(OWN)).status_code == (403 if role else 401)
