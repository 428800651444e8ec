"""The way back by what one knows: personal information while nothing is verified, or the answer to
the security question. A few tries a day, and no word about which part was wrong."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher
from services.accounts.tests.own_account import NEW_PASSWORD, ask, logged_in, sent
from services.accounts.tests.world import Row, World, hashed, id_number, phone
from sqlalchemy import text

from zhiye_accounts.adapters import passwords
from zhiye_accounts.adapters.attempts import purge
from zhiye_accounts.adapters.tables import attempt

NUMBER, MOBILE, EMAIL = "11010519491231002X", "13800138000", "wang@example.com"
CLAIM = {"name": "王芳", "id_number": NUMBER, "new_password": NEW_PASSWORD}
QUESTION = {"question": "primary_school", "answer": "育才小学"}


async def _by_information(world: World, address: str = "", **changes: str) -> httpx.Response:
    return await ask(world, "/personal-information", address, **CLAIM | {"phone": MOBILE} | changes)


async def _by_question(world: World, address: str = "", **changes: str) -> httpx.Response:
    return await ask(world, "/security-question", address, **CLAIM | QUESTION | changes)


async def _person(world: World, **values: Any) -> Row:
    return await world.account(**{"id_number": NUMBER, "phone": MOBILE} | values)


async def _with_question(world: World, **values: Any) -> Row:
    stored = {"question": "primary_school", "answer_hash": await hashed("育才小学")}
    return await _person(world, **stored | values)


# Personal information (Q12.2)


async def test_while_nothing_is_verified_name_id_number_and_phone_are_enough(
    world: World,
) -> None:
    row = await _person(world, email=EMAIL)
    old = await logged_in(world, row)
    answer = await _by_information(
        world, name=" 王　芳", id_number=NUMBER.lower(), phone="+86 13800138000"
    )
    assert (answer.status_code, answer.json()["user_name"]) == (200, row["user_name"])
    assert answer.headers["cache-control"] == "no-store"
    assert await old.refresh() == 401
    assert (await world.log_in(row["user_name"], NEW_PASSWORD)).status_code == 200
    now = await world.read(row["id"])
    assert (now["phone_verified_at"], now["status"]) == (None, "registered")
    assert now["tokens_not_before"] == world.clock.now()
    assert await sent(world) == [], "there is no verified contact to tell"


@pytest.mark.parametrize(
    "values",
    [
        {"phone_verified_at": "now"},
        {"email": EMAIL, "email_verified_at": "now"},
        {"phone_vouched_at": "now"},
        {"status": "revoked"},
        {"phone": "13900139000"},
        {"name": "王芬"},
        {"id_number": "130503196704010016"},
    ],
)
async def test_who_has_a_verified_contact_or_does_not_match_is_refused_alike(
    world: World, values: dict[str, Any]
) -> None:
    given = {k: world.clock.now() if v == "now" else v for k, v in values.items()}
    row = await _person(world, **given)
    answer = await _by_information(world)
    told = answer.json()
    assert (answer.status_code, told["code"], told["field"]) == (422, "recovery_not_possible", None)
    assert "institution" in told["next_step"]
    assert (await world.read(row["id"]))["password_hash"] == row["password_hash"]


# The security question (Q12.3)


async def test_the_answer_to_the_question_is_enough_and_verified_contacts_are_told(
    world: World,
) -> None:
    now = world.clock.now()
    row = await _with_question(
        world, phone_verified_at=now, email=EMAIL, email_verified_at=now, status="active"
    )
    old = await logged_in(world, row)
    for _ in range(5):
        await world.log_in(row["user_name"], "wrong", **await world.captcha())
    answer = await _by_question(world, answer=" 育才 小学")
    assert (answer.status_code, answer.json()["user_name"]) == (200, row["user_name"])
    assert await old.refresh() == 401
    assert (await world.log_in(row["user_name"], NEW_PASSWORD)).status_code == 200
    assert await sent(world) == [("password_changed", MOBILE), ("password_changed", EMAIL)]
    assert (await world.read(row["id"]))["status"] == "active"


async def test_a_question_chosen_at_registration_is_a_way_back(world: World) -> None:
    opened = await world.register(
        id_number=NUMBER,
        user_name="wangfang1",
        security_question="mentor",
        security_answer="Li Jing",
    )
    assert (opened.status_code, opened.json()["security_question"]) == (201, "mentor")
    answer = await _by_question(world, question="mentor", answer="ｌｉｊｉｎｇ")
    assert (answer.status_code, answer.json()["user_name"]) == (200, "wangfang1")


@pytest.mark.parametrize(
    "change",
    [
        {"answer": "育英小学"},
        {"question": "mentor"},
        {"name": "王芬"},
        {"id_number": "130503196704010016"},
    ],
)
async def test_a_wrong_part_is_not_told_from_another(world: World, change: dict[str, str]) -> None:
    row = await _with_question(world)
    answer = await _by_question(world, **change)
    assert (answer.status_code, answer.json()["code"]) == (422, "recovery_not_possible")
    assert (await world.read(row["id"]))["password_hash"] == row["password_hash"]


async def test_an_account_without_a_question_or_a_revoked_one_has_no_such_way(
    world: World,
) -> None:
    await world.revoke(await _with_question(world))
    await _person(world)
    assert (await _by_question(world)).json()["code"] == "recovery_not_possible"


# Both


async def test_every_failure_is_told_and_worked_for_alike(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whole answers, byte for byte, and the same slow hashes."""
    work: list[str] = []
    verify, hash_ = passwords._verify, PasswordHasher.hash

    def counted_verify(stored: str, password: str) -> bool:
        work.append("verify " + stored.split("$")[3])
        return verify(stored, password)

    def counted_hash(self: PasswordHasher, password: Any) -> str:
        work.append("hash")
        return hash_(self, password)

    monkeypatch.setattr(passwords, "_verify", counted_verify)
    monkeypatch.setattr(PasswordHasher, "hash", counted_hash)
    await _with_question(world)
    other = id_number()
    await world.ready(id_number=other)
    answers, spent = [], []
    for changes in (
        {"answer": "wrong answer"},
        {"question": "mentor"},
        {"name": "李静"},
        {"id_number": other},
        {"id_number": id_number()},
    ):
        work.clear()
        answers.append(await _by_question(world, **changes))
        spent.append(tuple(work))
    assert set(spent) == {("verify m=19456,t=2,p=1",)}
    work.clear()
    for changes in ({"name": "李静"}, {"id_number": other}, {"id_number": id_number()}):
        answers.append(await _by_information(world, **changes))
    assert work == []
    told = set()
    for answer in answers:
        body = answer.json()
        assert body.pop("request_id")
        told.add((answer.status_code, str(body), tuple(sorted(answer.headers))))
    assert len(told) == 1


async def test_five_tries_a_day_for_an_id_number_by_both_ways_from_any_address(
    world: World,
) -> None:
    await _with_question(world)
    for n in range(5):
        way = _by_question if n % 2 else _by_information
        answer = await way(world, f"203.0.113.{n}", name="李静")
        assert answer.status_code == 422
    for way in (_by_question, _by_information):
        answer = await way(world, "203.0.113.99")
        assert (answer.status_code, answer.json()["code"]) == (429, "limit_recovery_person")
        assert answer.headers["retry-after"] == "86400"
    assert (await _by_question(world, "203.0.113.99", id_number=id_number())).status_code == 422
    world.clock.instant += timedelta(days=1)
    assert (await _by_question(world)).status_code == 200


async def test_the_limit_is_the_same_for_an_id_number_without_an_account(world: World) -> None:
    for n in range(6):
        answer = await _by_question(world, f"203.0.113.{n}")
        assert answer.json()["code"] == (
            "recovery_not_possible" if n < 5 else "limit_recovery_person"
        )


async def test_somebody_patient_has_fifteen_tries_a_month(world: World) -> None:
    """Answers are few: so many wards, so many books that people like."""
    await _with_question(world)
    codes = []
    for day in range(4):
        for n in range(5):
            answer = await _by_question(world, answer=f"第{day}{n}病房")
            codes.append(answer.json()["code"])
        world.clock.instant += timedelta(days=1)
        await purge(world.kit.database, world.clock.now())
    assert codes == ["recovery_not_possible"] * 15 + ["limit_recovery_person"] * 5
    assert "in 27 days" in answer.json()["detail"]
    world.clock.instant += timedelta(days=26)
    assert (await _by_question(world)).status_code == 200


async def test_tries_sent_at_once_are_all_counted(world: World) -> None:
    await _with_question(world)
    answers = await asyncio.gather(
        *(_by_question(world, f"203.0.113.{n}", answer=f"guess {n}") for n in range(9))
    )
    assert sorted(a.status_code for a in answers) == [422] * 5 + [429] * 4
    assert (await _by_question(world)).status_code == 429


async def test_one_address_tries_twenty_people_an_hour(world: World) -> None:
    here = "203.0.113.7"
    await world.execute(
        text(
            "INSERT INTO attempt (kind, subject, at) SELECT 'recovery_client', :c, :now"
            " FROM generate_series(1, 19)"
        ).bindparams(c=world.kit.client_key(here), now=world.clock.now())
    )
    assert (await _by_question(world, here, id_number=id_number())).status_code == 422
    for way in (_by_question, _by_information):
        answer = await way(world, here, id_number=id_number())
        assert (answer.status_code, answer.json()["code"]) == (429, "limit_recovery_client")
        assert answer.headers["retry-after"] == "3600"
    assert (await _by_question(world, "203.0.113.8")).status_code == 422


async def test_without_a_captcha_nobody_uses_up_the_tries_of_another(world: World) -> None:
    row = await _with_question(world)
    for _ in range(6):
        answer = await _by_question(world, captcha_answer="00000")
        assert (answer.status_code, answer.json()["code"]) == (422, "captcha_wrong")
    assert await world.all(attempt) == []
    assert (await _by_question(world)).json()["user_name"] == row["user_name"]


async def test_a_weak_password_is_told_first_and_costs_neither_captcha_nor_try(
    world: World,
) -> None:
    row = await _with_question(world, user_name="wangfang1")
    given = CLAIM | QUESTION | await world.captcha()
    path = "/api/v1/recoveries/security-question"
    for weak in ("short1", "onlyletters", "xWangFang1x"):
        answer = await world.anybody.post(path, json=given | {"new_password": weak})
        assert (answer.status_code, answer.json()["code"]) == (422, "password_weak")
        assert answer.json()["field"] == "new_password"
    answer = await world.anybody.post(path, json=given)
    assert (answer.status_code, answer.json()["user_name"]) == (200, row["user_name"])


async def test_two_recoveries_of_one_person_at_once_leave_one_password(world: World) -> None:
    row = await _with_question(world)
    chosen = [f"Seacole188{n}" for n in range(3)]
    answers = await asyncio.gather(*(_by_question(world, new_password=p) for p in chosen))
    assert [a.status_code for a in answers] == [200] * 3, "one after the other, all with proof"
    right = [(await world.log_in(row["user_name"], p)).status_code for p in chosen]
    assert sorted(right) == [200, 401, 401]


@pytest.mark.parametrize(
    ("path", "change", "code", "field"),
    [
        ("/personal-information", {"phone": "1"}, "phone_length", "phone"),
        ("/personal-information", {"name": "王"}, "name_length", "name"),
        (
            "/security-question",
            {"id_number": "110105194912310020"},
            "id_number_check_digit",
            "id_number",
        ),
        ("/security-question", {"question": "mother"}, "question_unknown", "question"),
    ],
)
async def test_a_field_that_cannot_be_right_is_told(
    world: World, path: str, change: dict[str, str], code: str, field: str
) -> None:
    more = QUESTION if "question" in path else {"phone": phone()}
    answer = await ask(world, path, **CLAIM | more | change)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.json()["field"] == field
    assert await world.all(attempt) == []
