"""The own password and security question: who may change them, who is told, and what ends."""

from __future__ import annotations

import asyncio
import itertools
from datetime import datetime

import pytest
from services.accounts.tests.own_account import ME, NEW_PASSWORD, Session, logged_in, sent
from services.accounts.tests.world import PASSWORD, World
from sqlalchemy import text

from zhiye_accounts.adapters.tables import session
from zhiye_accounts.domain.policy import PASSWORD_CHANGES
from zhiye_accounts.domain.questions import QUESTIONS, normalise_answer

CHANGE = {"password": PASSWORD, "new_password": NEW_PASSWORD}
QUESTION = {"password": PASSWORD, "question": "primary_school", "answer": "育才 小学 ABC"}


async def test_a_changed_password_ends_every_other_session_and_old_tokens_and_is_told(
    world: World,
) -> None:
    row = await world.ready(
        phone="13800138000", email="wang@example.com", email_verified_at=world.clock.now()
    )
    mine, other = await logged_in(world, row), await logged_in(world, row)
    answer = await mine.client.put(f"{ME}/password", json=CHANGE)
    assert (answer.status_code, answer.content) == (204, b"")
    assert await mine.refresh() == 200, "the own session goes on"
    assert await other.refresh() == 401
    assert (await world.log_in(row["user_name"])).status_code == 401
    assert (await world.log_in(row["user_name"], NEW_PASSWORD)).status_code == 200
    event = (await world.events("account-changed", row["id"]))[-1]
    assert event["change"] == "password_changed"
    assert datetime.fromisoformat(event["tokens_not_before"]) == world.clock.now()
    assert await sent(world) == [
        ("password_changed", "13800138000"),
        ("password_changed", "wang@example.com"),
    ]
    assert await world.parameters() == {"by": ""}


async def test_an_ended_session_is_refused_at_once_although_its_token_has_not_expired(
    world: World,
) -> None:
    row = await world.ready()
    mine, other = await logged_in(world, row), await logged_in(world, row)
    await mine.client.put(f"{ME}/password", json=CHANGE)
    again = {"password": NEW_PASSWORD, "new_password": PASSWORD}
    for method, path, body in (
        ("PUT", "/password", again),
        ("PUT", "/security-question", QUESTION),
        ("POST", "/contact-changes", {"channel": "sms", "address": "13800138000", **again}),
        ("POST", "/contact-changes/confirmation", {"channel": "sms", "code": "123456"}),
        ("GET", "/sessions", None),
        ("DELETE", "/sessions", None),
        ("DELETE", f"/sessions/{mine.id}", None),
    ):
        if body:
            body = {k: v for k, v in body.items() if k != "new_password" or path == "/password"}
        answer = await other.client.request(method, f"{ME}{path}", json=body)
        assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid"), path
    assert await mine.refresh() == 200


@pytest.mark.parametrize(
    ("new", "code"),
    [
        ("short1", "password_weak"),
        ("onlyletters", "password_weak"),
        (PASSWORD, "password_unchanged"),
    ],
)
async def test_a_weak_or_the_old_password_is_refused(world: World, new: str, code: str) -> None:
    mine = await logged_in(world, await world.ready())
    answer = await mine.client.put(f"{ME}/password", json=CHANGE | {"new_password": new})
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.json()["field"] == "new_password"
    assert new not in answer.text
    assert (await sent(world)) == []
    assert await mine.refresh() == 200


async def test_changes_of_the_password_are_limited_as_each_sends_an_sms(world: World) -> None:
    row = await world.ready()
    mine = await logged_in(world, row)
    passwords = [PASSWORD, *(f"Nightingale{n:04d}" for n in range(PASSWORD_CHANGES.count + 1))]
    answers = [
        await mine.client.put(f"{ME}/password", json={"password": old, "new_password": new})
        for old, new in itertools.pairwise(passwords)
    ]
    assert [a.status_code for a in answers] == [204] * PASSWORD_CHANGES.count + [429]
    assert len(await sent(world, "password_changed")) == PASSWORD_CHANGES.count
    await logged_in(world, row, passwords[-2])


async def test_a_password_that_holds_the_user_name_is_refused(world: World) -> None:
    mine = await logged_in(world, await world.ready(user_name="wangfang1"))
    answer = await mine.client.put(f"{ME}/password", json=CHANGE | {"new_password": "xWangFang1"})
    assert answer.json()["code"] == "password_weak"


async def test_a_wrong_password_changes_nothing_and_locks_after_five(world: World) -> None:
    row = await world.ready()
    mine = await logged_in(world, row)
    wrong = CHANGE | {"password": "WrongPassword1"}
    answers = [await mine.client.put(f"{ME}/password", json=wrong) for _ in range(6)]
    assert [a.status_code for a in answers] == [422] * 5 + [423]
    assert (await mine.client.put(f"{ME}/password", json=CHANGE)).status_code == 423
    assert (await world.read(row["id"]))["password_hash"] == row["password_hash"]


@pytest.mark.parametrize("role", ["institution", "operator"])
async def test_staff_change_their_password_and_the_reserved_phone_is_told(
    world: World, role: str
) -> None:
    row = await world.account(role=role, phone="13800138000", phone_verified_at=world.clock.now())
    mine = await logged_in(world, row)
    assert (await mine.client.put(f"{ME}/password", json=CHANGE)).status_code == 204
    assert await sent(world) == [("password_changed", "13800138000")]


async def test_a_log_in_with_the_old_password_at_the_same_moment_does_not_outlive_it(
    world: World,
) -> None:
    row = await world.ready()
    mine = await logged_in(world, row)
    change, *log_ins = await asyncio.gather(
        mine.client.put(f"{ME}/password", json=CHANGE),
        *(world.log_in(row["user_name"]) for _ in range(4)),
    )
    assert change.status_code == 204
    for answer in log_ins:
        assert answer.status_code in (200, 401, 422)
        if answer.status_code == 200:
            assert await Session(world, answer.json()).refresh() == 401
    opened = await world.rows(text("SELECT id FROM session WHERE ended_at IS NULL"))
    assert [s["id"] for s in opened] == [mine.id]


async def test_two_changes_of_a_password_at_once_are_one(world: World) -> None:
    row = await world.ready()
    mine = await logged_in(world, row)
    bodies = [CHANGE | {"new_password": f"Seacole188{n}"} for n in range(3)]
    answers = await asyncio.gather(
        *(mine.client.put(f"{ME}/password", json=body) for body in bodies)
    )
    assert sorted(a.status_code for a in answers) == [204, 422, 422]
    (won,) = [b for b, a in zip(bodies, answers, strict=True) if a.status_code == 204]
    assert (await world.log_in(row["user_name"], won["new_password"])).status_code == 200


# The security question


async def test_the_questions_are_told_to_anybody_in_both_languages(world: World) -> None:
    for language in ("zh", "en"):
        answer = await world.client(language=language).get("/api/v1/accounts/security-questions")
        items = answer.json()["items"]
        assert [item["code"] for item in items] == list(QUESTIONS)
        assert len(items) == 8
        assert any("一" <= c <= "鿿" for c in items[0]["text"]) == (language == "zh")
        assert answer.headers["vary"] == "Accept-Language"


async def test_a_question_is_set_with_the_password_and_its_answer_kept_as_a_slow_hash(
    world: World,
) -> None:
    row = await world.account()
    answer = await world.as_(row).put(f"{ME}/security-question", json=QUESTION)
    assert (answer.status_code, answer.content) == (204, b"")
    stored = await world.read(row["id"])
    assert (stored["question"], stored["version"]) == ("primary_school", row["version"] + 1)
    assert stored["answer_hash"].startswith("$argon2id$")
    told = await world.as_(row).get(ME)
    assert told.json()["security_question"] == "primary_school"
    assert "育才" not in told.text
    assert (await world.events("account-changed"))[-1]["change"] == "security_question_set"


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"question": "mother"}, "question_unknown", "question"),
        ({"answer": "一"}, "answer_too_short", "answer"),
        ({"answer": " 一  "}, "answer_too_short", "answer"),
        ({"answer": "x" * 101}, "too_long", "answer"),
        ({"password": "WrongPassword1"}, "password_wrong", "password"),
    ],
)
async def test_a_question_that_is_none_or_an_answer_too_short_is_refused(
    world: World, change: dict[str, str], code: str, field: str
) -> None:
    row = await world.account()
    answer = await world.as_(row).put(f"{ME}/security-question", json=QUESTION | change)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.json()["field"] == field
    assert (await world.read(row["id"]))["question"] is None


def test_blanks_width_and_case_make_no_difference_to_an_answer() -> None:
    spellings = ("育才 小学 ABC", "育才小学abc", "　育才小学ＡＢＣ　", "育才\u200b小学a b c")
    assert {normalise_answer(s) for s in spellings} == {"育才小学abc"}
    assert normalise_answer("育才小学") != normalise_answer("育英小学")


async def test_no_session_is_made_or_ended_by_a_question(world: World) -> None:
    row = await world.account()
    mine = await logged_in(world, row)
    await mine.client.put(f"{ME}/security-question", json=QUESTION)
    assert [s["ended_at"] for s in await world.all(session)] == [None]
