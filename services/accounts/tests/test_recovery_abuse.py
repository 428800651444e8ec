"""Recovery in the wrong hands: guessing codes, flooding phones, asking who has an account."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from services.accounts.tests.own_account import ME, ask, complete, recover, sent, start
from services.accounts.tests.world import PASSWORD, Row, World, another, phone
from sqlalchemy import event

from zhiye_accounts.adapters.tables import account, verification_code
from zhiye_accounts.application import codes

MOBILE, EMAIL = "13800138000", "wang@example.com"
NOBODYS, NOBODYS_EMAIL = "13900139000", "li@example.com"


async def _people(world: World) -> None:
    now = world.clock.now()
    await world.ready(phone=MOBILE, email=EMAIL, email_verified_at=now)
    await world.account(role="institution", user_name="hospital1", phone="13700137000")


def _what_is_told(answer: httpx.Response) -> tuple[int, str, tuple[tuple[str, str], ...]]:
    """An answer without ids; the clock stands still."""
    body = answer.json()
    for name in ("request_id", "recovery_id"):
        if name in body:
            assert re.fullmatch("[0-9A-Za-z-]{20,40}", body.pop(name))
    headers = [h for h in answer.headers.multi_items() if h[0] != "x-request-id"]
    return answer.status_code, json.dumps(body, sort_keys=True), tuple(sorted(headers))


# Who has an account

Start = Callable[[World, bool], Awaitable[httpx.Response]]


async def _by_phone(world: World, known: bool) -> httpx.Response:
    return await start(world, MOBILE if known else NOBODYS)


async def _by_email(world: World, known: bool) -> httpx.Response:
    return await start(world, EMAIL if known else NOBODYS_EMAIL)


async def _for_staff(world: World, known: bool) -> httpx.Response:
    number = "13700137000" if known else "13700137001"
    return await ask(world, "/staff", user_name="hospital1", phone=number)


each_start = pytest.mark.parametrize("begin", [_by_phone, _by_email, _for_staff])


@each_start
async def test_every_answer_is_the_same_whether_or_not_there_is_an_account(
    world: World, begin: Start
) -> None:
    """Started, started too soon, guessed until the tries are used up, guessed on: byte for byte."""
    await _people(world)
    stories = []
    for known in (True, False):
        answers = [await begin(world, known), await begin(world, known)]
        recovery_id = answers[0].json()["recovery_id"]
        code = (await world.parameters())["code"] if known else "000000"
        answers += [await complete(world, recovery_id, another(code)) for _ in range(7)]
        stories.append([_what_is_told(answer) for answer in answers])
    assert stories[0] == stories[1]
    assert [status for status, *_ in stories[0]] == [202, 429] + [422] * 5 + [409] * 2
    assert len(await sent(world)) == 1, "only the one who has an account was sent anything"


@each_start
async def test_over_a_day_of_starts_the_same_ones_are_refused(world: World, begin: Start) -> None:
    """Limits that count by account would tell: so these count by address and client only."""
    await _people(world)
    stories = []
    for known in (True, False):
        story = []
        for _ in range(13):
            story.append(_what_is_told(await begin(world, known)))
            world.clock.instant += timedelta(minutes=21)
        stories.append([(status, body) for status, body, _ in story])
        world.clock.instant += timedelta(days=1)
    told = [[re.sub(r"\d\d\d\d-\d\d-\d\dT[^\"]*", "", body) for _, body in s] for s in stories]
    assert told[0] == told[1]
    assert [s for s, _ in stories[0]] == [s for s, _ in stories[1]] == [202] * 10 + [429] * 3


async def test_two_contacts_are_not_told_to_belong_to_one_account(world: World) -> None:
    """Ten codes a day for an account would refuse the eleventh of these."""
    await _people(world)
    for n in range(12):
        started = await start(world, (MOBILE, EMAIL)[n % 2])
        assert started.status_code == 202
        world.clock.instant += timedelta(minutes=15)


async def test_a_recovery_for_nobody_ends_with_no_other_one(world: World) -> None:
    """Were there one waiting code for all of nobody, a second start would tell by the first."""
    first = (await start(world, NOBODYS)).json()["recovery_id"]
    await start(world, "13900139001")
    assert (await complete(world, first, "123456")).json()["code"] == "code_wrong"


@pytest.mark.parametrize(("number", "status"), [(MOBILE, 200), (NOBODYS, 422)])
async def test_a_guess_that_would_have_been_right_is_wrong_for_nobody(
    world: World, monkeypatch: pytest.MonkeyPatch, number: str, status: int
) -> None:
    """One in a million guesses would tell who has no account, and then have nobody to recover."""
    await _people(world)
    chosen = SimpleNamespace(
        randbelow=lambda _: 424242, compare_digest=codes.secrets.compare_digest
    )
    monkeypatch.setattr(codes, "secrets", chosen)
    recovery_id = (await start(world, number)).json()["recovery_id"]
    assert (await complete(world, recovery_id, "424242")).status_code == status


@pytest.fixture
def statements(world: World) -> Iterator[list[str]]:
    """What the service asks of the database, without the values."""
    asked: list[str] = []

    def record(_c: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        asked.append(statement)

    engine = world.kit.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", record)
    yield asked
    event.remove(engine, "before_cursor_execute", record)


@each_start
async def test_the_same_is_asked_of_the_database_but_for_the_message(
    world: World, begin: Start, statements: list[str]
) -> None:
    """So it takes as long: argon2id is not even reached."""
    await _people(world)
    asked = []
    for known in (True, False):
        await world.captcha()  # connections and caches are warm
        statements.clear()
        started = await begin(world, known)
        begun = [s for s in statements if "captcha" not in s]
        statements.clear()
        answer = await complete(world, started.json()["recovery_id"], "999999")
        assert answer.json()["code"] == "code_wrong"
        asked.append((begun, list(statements)))
    (known_start, known_guess), (unknown_start, unknown_guess) = asked
    outbox = [s for s in known_start if "outbox" in s]
    assert len(outbox) == 1
    assert [s for s in known_start if s not in outbox] == unknown_start
    assert known_guess == unknown_guess


# Guessing


async def test_guesses_sent_at_once_use_up_five_tries_and_no_more(world: World) -> None:
    await _people(world)
    recovery_id = (await start(world, MOBILE)).json()["recovery_id"]
    code = (await world.parameters())["code"]
    guesses = [f"{(int(code) + n) % 10**6:06d}" for n in range(1, 13)]
    answers = await asyncio.gather(*(complete(world, recovery_id, g) for g in guesses))
    codes = sorted(a.json()["code"] for a in answers)
    assert codes == ["code_expired"] * 7 + ["code_wrong"] * 5
    assert (await complete(world, recovery_id, code)).json()["code"] == "code_expired"
    assert await sent(world, "password_changed") == []


@pytest.mark.parametrize("number", [MOBILE, NOBODYS])
async def test_new_codes_bring_no_new_guesses_for_an_address(world: World, number: str) -> None:
    await _people(world)
    for _ in range(3):
        recovery_id = (await start(world, number)).json()["recovery_id"]
        code = (await world.parameters())["code"] if number == MOBILE else "000000"
        for _ in range(5):
            answer = await complete(world, recovery_id, another(code))
            assert answer.json()["code"] == "code_wrong"
        world.clock.instant += timedelta(minutes=1)
    recovery_id = (await start(world, number)).json()["recovery_id"]
    for code in ("123456", "654321"):
        answer = await complete(world, recovery_id, code)
        assert (answer.status_code, answer.json()["code"]) == (429, "limit_code_guess")
    world.clock.instant += timedelta(hours=1)
    if number == MOBILE:
        assert (await recover(world, MOBILE)).status_code == 200, "a wait, no lock for ever"


async def test_the_code_of_one_recovery_is_no_good_for_another(world: World) -> None:
    await _people(world)
    first = (await start(world, MOBILE)).json()["recovery_id"]
    code = (await world.parameters())["code"]
    second = (await start(world, EMAIL)).json()["recovery_id"]
    if (await world.parameters())["code"] != code:
        assert (await complete(world, second, code)).json()["code"] == "code_wrong"
    assert (await complete(world, first, code)).status_code == 200


async def test_a_code_for_something_else_recovers_nothing(world: World) -> None:
    row = await world.account(phone=MOBILE)
    code = await world.send_code(row)
    (waiting,) = await world.all(verification_code)
    assert (await complete(world, waiting["id"], code)).json()["code"] == "recovery_unknown"
    recovery_id = (await start(world, NOBODYS)).json()["recovery_id"]
    assert (await complete(world, recovery_id, code)).json()["code"] == "code_wrong"


# Flooding


async def _change(world: World, row: Row, number: str, client: str) -> httpx.Response:
    return await world.as_(row).post(
        f"{ME}/contact-changes",
        json={"channel": "sms", "address": number, "password": PASSWORD},
        headers={"X-Forwarded-For": client},
    )


async def _verify(world: World, row: Row, client: str) -> httpx.Response:
    return await world.as_(row).post(
        f"{ME}/verification-codes", json={"channel": "sms"}, headers={"X-Forwarded-For": client}
    )


async def test_one_phone_is_not_flooded_from_many_addresses_in_many_ways(world: World) -> None:
    """Recoveries, changes to it and verifications of it, from a new address each: one a minute and
    five an hour in all."""
    await world.ready(phone=MOBILE)
    await world.account(role="institution", user_name="hospital1", phone=MOBILE)
    changer, mistyped = await world.ready(), await world.account(phone=MOBILE)
    clients = (f"203.0.113.{n}" for n in range(1, 250))
    ways: list[Callable[[], Awaitable[httpx.Response]]] = [
        lambda: start(world, MOBILE, next(clients)),
        lambda: _change(world, changer, MOBILE, next(clients)),
        lambda: _verify(world, mistyped, next(clients)),
        lambda: ask(world, "/staff", next(clients), user_name="hospital1", phone=MOBILE),
        lambda: ask(world, "/staff", next(clients), user_name="hospital9", phone=MOBILE),
    ]
    for n in range(5):
        assert (await ways[n]()).status_code == 202
        for way in ways:
            answer = await way()
            assert (answer.status_code, answer.json()["code"]) == (429, "limit_code_to_address")
        world.clock.instant += timedelta(minutes=1)
    for way in ways:
        answer = await way()
        assert answer.status_code == 429
        assert int(answer.headers["retry-after"]) == 55 * 60
    assert await sent(world) == [
        ("recovery_code", MOBILE),
        ("verification_code", MOBILE),
        ("verification_code", MOBILE),
        ("recovery_code", MOBILE),
    ], "four of the five: the last one had no account"


async def test_recoveries_of_one_phone_started_at_once_send_one_message(world: World) -> None:
    await world.ready(phone=MOBILE)
    answers = await asyncio.gather(*(start(world, MOBILE, f"203.0.113.{n}") for n in range(1, 7)))
    assert sorted(a.status_code for a in answers) == [202] + [429] * 5
    assert len(await sent(world)) == 1


async def test_many_phones_are_not_flooded_from_one_address(world: World) -> None:
    """Whether they have accounts or not, whoever is logged in, whatever the client claims."""
    here = "203.0.113.7"
    changer = await world.ready()
    for n in range(30):
        number = phone()
        if n % 10 == 0:
            await world.ready(phone=number)
        forged = f"198.51.100.{n}, {here}"
        way = _change(world, changer, number, here) if n == 9 else start(world, number, forged)
        assert (await way).status_code == 202
    for way in (
        start(world, phone(), here),
        start(world, "wu@example.com", here),
        ask(world, "/staff", here, user_name="hospital1", phone=phone()),
        _change(world, changer, phone(), here),
        _verify(world, await world.account(), here),
    ):
        answer = await way
        assert (answer.status_code, answer.json()["code"]) == (429, "limit_code_by_client")
    assert len(await sent(world)) == 4
    assert (await start(world, phone(), "203.0.113.8")).status_code == 202


async def test_a_flood_of_recoveries_costs_the_account_nothing_but_the_wait(world: World) -> None:
    await _people(world)
    (before,) = await world.rows(account.select().where(account.c.role == "practitioner"))
    for n in range(5):
        recovery_id = (await start(world, MOBILE, f"203.0.113.{n}")).json()["recovery_id"]
        await complete(world, recovery_id, "000000")
        world.clock.instant += timedelta(minutes=1)
    assert await world.read(before["id"]) == before
    assert (await recover(world, EMAIL)).status_code == 200, "the other way is open"
