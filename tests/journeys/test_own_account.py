"""A nurse keeps hold of her account: security settings, sessions, and every way back to it, through
the gateway, which refuses what has ended at once (Q3, Q12, Q34, deck 2.2)."""

from __future__ import annotations

import asyncio
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool
from tests.journeys.caller import Caller
from tests.journeys.conftest import Connect
from tests.journeys.people import Nurse, People
from tests.journeys.system import System

ME, RECOVERIES = "/api/v1/accounts/me", "/api/v1/recoveries"
NEW_PASSWORD = "Seacole1881"


async def _message(caller: Caller, address: str, template: str) -> dict[str, Any]:
    """The parameters of the newest message of this kind, once it has come."""
    channel = "email" if "@" in address else "sms"
    path = f"/api/v1/development/messages?channel={channel}&address={address}"
    async with asyncio.timeout(15):
        while True:
            for message in (await caller.get(path))["items"]:
                if message["template"] == template:
                    return message["parameters"]  # type: ignore[no-any-return]
            await asyncio.sleep(0.02)


async def _until_refused(caller: Caller) -> None:
    """Within seconds, not the ten minutes that a token lives."""
    async with asyncio.timeout(10):
        while True:
            if (await caller.ask("GET", "/api/v1/my/messages")).status_code == 401:
                return
            await asyncio.sleep(0.01)


async def _captcha(caller: Caller) -> dict[str, str]:
    made = await caller.post("/api/v1/captchas")
    return {"captcha_id": made["captcha_id"], "captcha_answer": made["development_answer"]}


async def _logged_in(connect: Connect, nurse: Nurse) -> Caller:
    caller = connect()
    await caller.log_in(nurse.user_name, nurse.password)
    return caller


async def test_a_stolen_token_stops_when_the_password_is_changed_and_the_own_session_goes_on(
    connect: Connect, people: People
) -> None:
    nurse = await people.active()
    thief = await _logged_in(connect, nurse)
    sessions = (await nurse.caller.get(f"{ME}/sessions"))["items"]
    assert [session["current"] for session in sessions] == [False, True]
    assert all(session["network"].startswith("198.51.") for session in sessions)
    await asyncio.sleep(1.1)  # a token of the same second may be the new one
    body = {"password": nurse.password, "new_password": NEW_PASSWORD}
    answer = await nurse.caller.ask("PUT", f"{ME}/password", body)
    assert answer.status_code == 204, answer.text
    await _until_refused(thief)
    await nurse.caller.refresh()
    assert len((await nurse.caller.get(f"{ME}/sessions"))["items"]) == 1
    assert await _message(nurse.caller, nurse.phone, "password_changed") == {"by": ""}


async def test_a_session_ended_from_elsewhere_is_refused_at_once(
    connect: Connect, people: People
) -> None:
    nurse = await people.active()
    one, two = await _logged_in(connect, nurse), await _logged_in(connect, nurse)
    session_id = one.refresh_token.partition(".")[0]
    assert (await nurse.caller.ask("DELETE", f"{ME}/sessions/{session_id}")).status_code == 204
    await _until_refused(one)
    await two.get("/api/v1/my/messages")
    assert (await nurse.caller.ask("DELETE", f"{ME}/sessions")).status_code == 204
    await _until_refused(two)
    await nurse.caller.get("/api/v1/my/messages")


async def test_a_phone_mistyped_at_registration_is_put_right_and_the_account_becomes_active(
    people: People,
) -> None:
    nurse = await people.registered()
    nurse.phone = f"135{nurse.phone[3:]}"
    change = {"channel": "sms", "address": nurse.phone, "password": nurse.password}
    await nurse.caller.post(f"{ME}/contact-changes", change)
    code = (await _message(nurse.caller, nurse.phone, "verification_code"))["code"]
    confirmation = {"channel": "sms", "code": code}
    told = await nurse.caller.post(f"{ME}/contact-changes/confirmation", confirmation)
    assert (told["phone_verified"], told["status"]) == (True, "verified")
    await nurse.activate()
    email = f"{nurse.user_name}@example.org"
    await nurse.caller.post(
        f"{ME}/contact-changes", {"channel": "email", "address": email, "password": nurse.password}
    )
    code = (await _message(nurse.caller, email, "verification_code"))["code"]
    await nurse.caller.post(
        f"{ME}/contact-changes/confirmation", {"channel": "email", "code": code}
    )
    changed = await _message(nurse.caller, nurse.phone, "contact_changed")
    assert changed["what"] == "email"


async def _a_minute_passes(system: System) -> None:
    """For the limits: one code a minute goes to a phone."""
    engine = create_async_engine(system.database("accounts"), poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE attempt SET at = at - interval '1 minute'"))
    await engine.dispose()


async def test_who_forgot_everything_comes_back_by_phone_and_whoever_was_logged_in_is_out(
    embedded: System, connect: Connect, people: People
) -> None:
    nurse, somebody = await people.active(), connect()
    await _a_minute_passes(embedded)
    answers = []
    for address in (f"134{nurse.phone[3:]}", nurse.phone):
        body = {"method": "phone", "address": address, **await _captcha(somebody)}
        answers.append(await somebody.post(RECOVERIES, body))
    assert answers[0]["text"] == answers[1]["text"], "nobody learns who has an account"
    code = (await _message(somebody, nurse.phone, "recovery_code"))["code"]
    await asyncio.sleep(1.1)
    done = await somebody.post(
        f"{RECOVERIES}/{answers[1]['recovery_id']}/completion",
        {"code": code, "new_password": NEW_PASSWORD},
    )
    assert done["user_name"] == nurse.user_name
    await _until_refused(nurse.caller)
    nurse.password = NEW_PASSWORD
    await _logged_in(connect, nurse)


async def test_with_nothing_verified_personal_information_is_enough_and_then_a_question(
    connect: Connect, people: People
) -> None:
    nurse, somebody = await people.registered(), connect()
    claim = {
        "name": nurse.record["name"],
        "id_number": nurse.record["id_number"],
        "new_password": NEW_PASSWORD,
    }
    given = {**claim, "phone": nurse.phone}
    way = f"{RECOVERIES}/personal-information"
    done = await somebody.post(way, given | await _captcha(somebody))
    assert done["user_name"] == nurse.user_name
    nurse.password, nurse.caller = NEW_PASSWORD, connect()
    await nurse.caller.log_in(nurse.user_name, nurse.password)
    await nurse.verify_phone()
    refused = await somebody.ask("POST", way, given | await _captcha(somebody))
    assert (refused.status_code, refused.json()["code"]) == (422, "recovery_not_possible")

    questions = await somebody.get("/api/v1/accounts/security-questions")
    question = questions["items"][0]["code"]
    body = {"password": nurse.password, "question": question, "answer": "育才小学"}
    answer = await nurse.caller.ask("PUT", f"{ME}/security-question", body)
    assert answer.status_code == 204, answer.text
    done = await somebody.post(
        f"{RECOVERIES}/security-question",
        {**claim, "question": question, "answer": "育才 小学", **await _captcha(somebody)},
    )
    assert done["user_name"] == nurse.user_name
    await _message(somebody, nurse.phone, "password_changed")
