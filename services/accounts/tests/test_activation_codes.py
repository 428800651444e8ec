"""Activation codes: issued to the own people, one each, sent once (Q5, Q23, Q29, Q44, deck 4)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from services.accounts.tests.desk import (
    DESK,
    ELSEWHERE,
    ELSEWHERE_NAME,
    HOME,
    HOME_NAME,
    Office,
    acts,
    institution,
    messages,
    own,
    registered,
)
from services.accounts.tests.world import World
from sqlalchemy import event, text

from zhiye_accounts.adapters.tables import activation_code, metadata
from zhiye_accounts.domain.desk import CODE_LENGTH, CODE_LETTERS
from zhiye_chassis.security import Principal


@pytest.fixture
async def home(world: World) -> Office:
    return await institution(world)


@contextmanager
def statements(world: World) -> Iterator[list[str]]:
    """The statements that are sent to the database meanwhile."""
    seen: list[str] = []

    def note(*arguments: Any) -> None:
        seen.append(arguments[2])

    engine = world.kit.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


async def test_a_code_is_issued_and_sent_to_the_verified_phone(world: World, home: Office) -> None:
    row = await own(world, phone="13800138000", email="w@example.com", language="en")
    (item,) = await home.issue(row)
    code = item["code"]
    assert (item["result"], item["channel"], item["sent_to"]) == ("issued", "sms", "138****8000")
    assert (item["name"], item["reasons"]) == ("王芳", [])
    assert len(code) == CODE_LENGTH
    assert set(code) <= set(CODE_LETTERS)
    (sent,) = await messages(world, "activation_code")
    assert sent == {
        "channel": "sms",
        "language": "en",
        "account_id": row["id"],
        "address": "13800138000",
        "words": {"institution": HOME_NAME, "code": code},
    }
    (act,) = await acts(world)
    assert (act["act"], act["account_id"], act["person_key"]) == (
        "activation_code_issued",
        row["id"],
        row["person_key"],
    )
    assert (act["actor_account_id"], act["organisation_id"]) == (home.account["id"], HOME)


async def test_who_verified_only_the_email_gets_the_code_by_email(
    world: World, home: Office
) -> None:
    row = await own(
        world,
        phone_verified_at=None,
        email="wang@example.com",
        email_verified_at=world.clock.now(),
    )
    (item,) = await home.issue(row)
    assert (item["channel"], item["sent_to"]) == ("email", "w***@example.com")
    assert [m["address"] for m in await messages(world, "activation_code")] == ["wang@example.com"]


async def test_a_code_asked_for_again_is_the_same_and_not_sent_again(
    world: World, home: Office
) -> None:
    row = await own(world)
    (first,) = await home.issue(row)
    world.clock.instant += timedelta(days=3)
    (again,) = await (await home.colleague()).issue(row)
    assert (again["result"], again["code"]) == ("already_issued", first["code"])
    assert (again["issued_at"], again["sent_to"]) == (first["issued_at"], None)
    assert [r["code"] for r in again["reasons"]] == ["code_not_sent_again"]
    assert "Read the code out" in again["reasons"][0]["next_step"]
    assert len(await messages(world, "activation_code")) == 1
    assert len(await acts(world)) == 1


async def test_two_officers_at_the_same_moment_issue_one_code_and_one_sms(
    world: World, home: Office
) -> None:
    people = [await own(world) for _ in range(5)]
    officers = [home, await home.colleague(), await home.colleague()]
    answers = await asyncio.gather(
        *(
            officer.issue(*(people if n % 2 else reversed(people)))
            for n, officer in enumerate(officers)
        )
    )
    codes = [{item["account_id"]: item["code"] for item in items} for items in answers]
    assert codes[0] == codes[1] == codes[2]
    results = sorted(item["result"] for items in answers for item in items)
    assert results == ["already_issued"] * 10 + ["issued"] * 5
    assert len(await world.all(activation_code)) == 5
    assert len(await messages(world, "activation_code")) == 5
    assert len(await acts(world)) == 5


async def test_everybody_who_waits_gets_a_code_at_once(world: World, home: Office) -> None:
    waiting = [await own(world) for _ in range(3)]
    await home.issue(waiting[0])
    await own(world, status="active")
    await own(world, status="registered", phone_verified_at=None)
    await own(world, ELSEWHERE)
    answer = await home.client.post(f"{DESK}/codes", json={"all_waiting": True})
    items = answer.json()["items"]
    assert {i["account_id"] for i in items} == {row["id"] for row in waiting[1:]}
    assert {i["result"] for i in items} == {"issued"}
    assert answer.json()["more_waiting"] is False
    again = await home.client.post(f"{DESK}/codes", json={"all_waiting": True})
    assert again.json()["items"] == []


async def test_who_does_not_fit_into_one_request_is_left_for_the_next(
    world: World, home: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zhiye_accounts.application.issue_activation_codes.AT_ONCE", 2)
    for _ in range(3):
        await own(world)
    more = []
    for _ in range(3):
        answer = (await home.client.post(f"{DESK}/codes", json={"all_waiting": True})).json()
        more.append((len(answer["items"]), answer["more_waiting"]))
    assert more == [(2, True), (1, False), (0, False)]


async def test_codes_for_many_take_as_many_statements_as_for_few(
    world: World, home: Office
) -> None:
    few, many = [await own(world) for _ in range(3)], [await own(world) for _ in range(60)]
    counts = []
    for people in (few, many):
        with statements(world) as sent:
            items = await home.issue(*people)
        assert {item["result"] for item in items} == {"issued"}
        counts.append(len(sent))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        ({"status": "active"}, ["already_active"]),
        ({"phone_verified_at": None}, ["contact_not_verified"]),
        ({"name": "李静"}, ["identity_name_differs"]),
        ({"name": "王䓫"}, ["identity_confirmation_needed"]),
        (
            {"name": "李静", "phone_verified_at": None},
            ["identity_name_differs", "contact_not_verified"],
        ),
    ],
)
async def test_who_may_not_have_a_code_is_told_why_with_every_reason(
    world: World, home: Office, values: dict[str, Any], codes: list[str]
) -> None:
    row = await world.account(**{"phone_verified_at": world.clock.now()} | values)
    await registered(world, row, name="王(suo)" if row["name"] == "王䓫" else "王芳")
    (item,) = await home.issue(row)
    assert (item["result"], item["code"]) == ("refused", None)
    assert [reason["code"] for reason in item["reasons"]] == codes
    assert all(reason["next_step"] for reason in item["reasons"])
    assert await world.all(activation_code) == []
    assert await messages(world, "activation_code") == []


async def test_no_code_where_registration_is_not_electronic(world: World, home: Office) -> None:
    row = await world.ready()
    await registered(world, row, region_online=False)
    (item,) = await home.issue(row)
    assert [reason["code"] for reason in item["reasons"]] == ["region_not_online"]
    answer = await home.client.post(f"{DESK}/codes", json={"all_waiting": True})
    assert answer.json()["items"] == []


async def test_for_other_peoples_people_no_code_is_issued(world: World, home: Office) -> None:
    """They look as if there were no such account."""
    await institution(world, ELSEWHERE, ELSEWHERE_NAME)
    nowhere, cancelled = await world.ready(), await world.ready()
    await registered(world, cancelled, status="cancelled")
    revoked = await own(world)
    await world.revoke(revoked)
    strange = [await own(world, ELSEWHERE), nowhere, cancelled, revoked, home.account]
    items = await home.issue(*strange, {"id": "01JD0000000000000000NOBODY"})
    assert {item["result"] for item in items} == {"refused"}
    assert len({str(item["reasons"]) for item in items}) == 1
    assert {reason["code"] for item in items for reason in item["reasons"]} == {"person_unknown"}
    assert {item["name"] for item in items} == {None}
    assert await world.all(activation_code) == []
    assert await acts(world) == []


async def test_one_of_two_institutions_of_a_person_issues_the_code(
    world: World, home: Office
) -> None:
    other, row = await institution(world, ELSEWHERE, ELSEWHERE_NAME), await own(world)
    await registered(world, row, ELSEWHERE, profession="physician")
    answers = await asyncio.gather(home.issue(row), other.issue(row))
    results = sorted(item["result"] for (item,) in answers)
    assert results == ["issued", "refused"]
    (refused,) = [item for (item,) in answers if item["result"] == "refused"]
    assert (refused["code"], refused["reasons"][0]["code"]) == (None, "code_issued_elsewhere")
    assert len(await messages(world, "activation_code")) == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "account_ids"),
        ({"account_ids": ["a"], "all_waiting": True}, "account_ids"),
        ({"account_ids": []}, "account_ids"),
        ({"account_ids": ["a"] * 2001}, "account_ids"),
        ({"account_ids": ["a" * 41]}, "account_ids.0"),
        ({"all_waiting": False}, "all_waiting"),
        ({"account_ids": ["a"], "institution_id": ELSEWHERE}, "institution_id"),
    ],
)
async def test_a_request_that_is_wrong_is_refused(
    home: Office, body: dict[str, Any], field: str
) -> None:
    answer = await home.client.post(f"{DESK}/codes", json=body)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


async def test_an_officer_whose_account_was_ended_issues_nothing(
    world: World, home: Office
) -> None:
    clone, row = await home.colleague(), await own(world)
    await world.revoke(clone.account)
    gone = world.client(world.token_for(Principal("nobody", "institution", institution_id=HOME)))
    for client in (clone.client, gone):
        answer = await client.post(f"{DESK}/codes", json={"account_ids": [row["id"]]})
        assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid")
    assert await world.all(activation_code) == []


async def test_a_code_stands_nowhere_in_the_clear(world: World, home: Office) -> None:
    row = await own(world)
    body = {"account_ids": [row["id"]]}
    key = {"Idempotency-Key": "0190a1b2-0021"}
    (item,) = (await home.client.post(f"{DESK}/codes", json=body, headers=key)).json()["items"]
    for table in metadata.sorted_tables:
        assert item["code"] not in str(await world.all(table)), table.name


async def test_the_database_itself_keeps_a_second_code_from_waiting(
    world: World, home: Office
) -> None:
    row = await own(world)
    await home.issue(row)
    copy = text(
        "INSERT INTO activation_code SELECT 'another', account_id, institution_id, sealed_code,"
        " code_hash, issued_by, issued_at FROM activation_code ON CONFLICT DO NOTHING"
    )
    await world.execute(copy)
    assert len(await world.all(activation_code)) == 1
