"""Two at the same moment: the database decides, and exactly one wins."""

from __future__ import annotations

import asyncio
from datetime import date

from services.accounts.tests.world import PASSWORD, World, another, id_number, phone
from sqlalchemy import text

from zhiye_accounts.adapters.tables import account, attempt, session
from zhiye_accounts.application.register_account import RegisterAccount, register_account
from zhiye_contracts.identifiers import parse_id_number


def _command(number: str, captcha: dict[str, str]) -> RegisterAccount:
    return RegisterAccount(
        name="王芳",
        id_number=parse_id_number(number, date(2026, 11, 23)),
        phone=phone(),
        email=None,
        user_name="wangfang9",
        password=PASSWORD,
        language="zh",
        client="client",
        **captcha,
    )


async def test_an_id_number_registered_twice_at_once_has_one_account(world: World) -> None:
    number = id_number()
    forms = [await world.form(id_number=number) for _ in range(4)]
    answers = await asyncio.gather(
        *(world.anybody.post("/api/v1/accounts", json=form) for form in forms)
    )
    assert sorted(a.status_code for a in answers) == [201, 409, 409, 409]
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {
        "identity_already_registered"
    }
    assert len(await world.all(account)) == 1
    assert len(await world.events("account-changed")) == 1


async def test_a_user_name_chosen_twice_at_once_is_given_once(world: World) -> None:
    forms = [await world.form(user_name=name) for name in ("WangFang1", "wangfang1", "WANGFANG1")]
    answers = await asyncio.gather(
        *(world.anybody.post("/api/v1/accounts", json=form) for form in forms)
    )
    assert sorted(a.status_code for a in answers) == [201, 409, 409]
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"user_name_taken"}


async def test_one_captcha_lets_one_of_two_registrations_through(world: World) -> None:
    shared = await world.captcha()
    forms = [await world.form(**shared) for _ in range(3)]
    answers = await asyncio.gather(
        *(world.anybody.post("/api/v1/accounts", json=form) for form in forms)
    )
    assert sorted(a.status_code for a in answers) == [201, 422, 422]
    assert {a.json()["code"] for a in answers if a.status_code == 422} == {"captcha_wrong"}


async def test_the_same_registration_sent_twice_at_once_is_done_once(world: World) -> None:
    form, key = await world.form(), {"Idempotency-Key": "0190a1b2-0001"}
    answers = await asyncio.gather(
        *(world.anybody.post("/api/v1/accounts", json=form, headers=key) for _ in range(3))
    )
    assert [a.status_code for a in answers] == [201] * 3
    assert len({a.json()["account_id"] for a in answers}) == 1


async def test_two_people_who_verify_one_phone_at_once_do_not_both_get_it(world: World) -> None:
    shared = phone()
    people = [await world.account(phone=shared, email=f"a{n}@example.com") for n in range(2)]
    codes = []
    for person in people:
        codes.append(await world.send_code(person))
        await world.execute(text("DELETE FROM attempt"))
    answers = await asyncio.gather(
        *(world.verify(person, code) for person, code in zip(people, codes, strict=True))
    )
    assert sorted(a.status_code for a in answers) == [200, 409]
    (lost,) = [a for a in answers if a.status_code == 409]
    assert (lost.json()["code"], lost.json()["field"]) == ("phone_verified_elsewhere", "code")
    rows = [await world.read(person["id"]) for person in people]
    assert sorted(row["phone_verified_at"] is not None for row in rows) == [False, True]
    assert sorted(row["version"] for row in rows) == [1, 2]
    changes = [e["change"] for e in await world.events("account-changed")]
    assert changes.count("contact_verified") == 1, "the loser's event was taken back"


async def test_guesses_sent_at_once_are_all_counted(world: World) -> None:
    row = await world.account()
    code = await world.send_code(row)
    answers = await asyncio.gather(*(world.verify(row, another(code)) for _ in range(8)))
    codes = sorted(a.json()["code"] for a in answers)
    assert codes == ["code_expired"] * 3 + ["code_wrong"] * 5
    assert (await world.verify(row, code)).json()["code"] == "code_expired"


async def test_passwords_guessed_at_once_are_locked_out_as_soon_as_one_after_the_other(
    world: World,
) -> None:
    await world.account(user_name="wangfang1")
    answers = await asyncio.gather(
        *(world.log_in("wangfang1", f"wrong{n}", f"192.0.2.{n}") for n in range(8))
    )
    assert [a.status_code for a in answers].count(401) == 3, "then a captcha is asked for"
    assert {a.json()["code"] for a in answers if a.status_code == 422} == {"captcha_required"}
    failed = [row for row in await world.all(attempt) if row["kind"] == "login_failed"]
    assert len(failed) == 3


async def test_a_code_that_is_asked_for_twice_at_once_is_sent_once(world: World) -> None:
    row = await world.account()
    client = world.as_(row)
    answers = await asyncio.gather(
        *(
            client.post("/api/v1/accounts/me/verification-codes", json={"channel": "sms"})
            for _ in range(3)
        )
    )
    assert sorted(a.status_code for a in answers) == [202, 429, 429]
    assert len(await world.events("message-requested")) == 1


async def test_a_qualification_that_comes_while_somebody_registers_is_not_missed(
    world: World,
) -> None:
    """The event cannot see the account that is not committed yet: it must wait for it."""
    number, given = id_number(), await world.captcha()
    async with world.kit.database.transaction() as tx:
        account_id = await register_account(tx, world.kit, _command(number, given))
        event = world.qualified(world.kit.person_key(number))
        delivery = asyncio.create_task(world.deliver(event))
        await asyncio.sleep(0.3)
    await delivery
    assert (await world.read(account_id))["identity"] == "matched"


async def test_a_registration_that_comes_while_a_qualification_is_recorded_sees_it(
    world: World,
) -> None:
    number, given = id_number(), await world.captcha()
    handler = world.service.subscriptions.table[0].handler
    async with world.kit.database.transaction() as tx:
        await handler(tx, [world.qualified(world.kit.person_key(number))])
        form = await world.form(id_number=number, **given)
        registration = asyncio.create_task(world.anybody.post("/api/v1/accounts", json=form))
        await asyncio.sleep(0.3)
    assert (await registration).json()["identity"]["code"] == "identity_matched"


async def test_a_correction_of_the_id_number_waits_for_the_qualification_of_it(
    world: World,
) -> None:
    row, number = await world.account(), id_number()
    handler = world.service.subscriptions.table[0].handler
    async with world.kit.database.transaction() as tx:
        await handler(tx, [world.qualified(world.kit.person_key(number))])
        correction = asyncio.create_task(
            world.as_(row).post("/api/v1/accounts/me/identity-check", json={"id_number": number})
        )
        await asyncio.sleep(0.3)
    assert (await correction).json()["identity"]["code"] == "identity_matched"


async def test_one_refresh_token_used_twice_at_once_gives_one_successor(world: World) -> None:
    await world.account(user_name="wangfang1")
    token = (await world.log_in("wangfang1")).json()["refresh_token"]
    answers = await asyncio.gather(
        *(
            world.anybody.post(
                "/api/v1/oauth/token",
                data={"grant_type": "refresh_token", "refresh_token": token},
            )
            for _ in range(3)
        )
    )
    assert [a.status_code for a in answers] == [200] * 3
    assert len({a.json()["refresh_token"] for a in answers}) == 1
    assert len(await world.all(session)) == 1
