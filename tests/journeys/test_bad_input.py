"""Bad input of people: every "no" has its code, field and next step, in both languages.

What needs a moved clock is tested with one, in ``services/accounts/tests``: a code that expires
after ten minutes, a phone that is verified for another account (a phone gets one code a minute;
here in ``test_a_phone_verified_for_another_account`` with the wait, among the slow tests).
"""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

import pytest
from tests.journeys.caller import Staff
from tests.journeys.conftest import Connect
from tests.journeys.people import Nurse, People

from zhiye_contracts.identifiers import make_id_number


@pytest.fixture(scope="module")
async def nurse(people: People) -> Nurse:
    """An active nurse."""
    return await people.active()


def wrong_check_digit(number: str) -> str:
    return number[:-1] + ("0" if number[-1] != "0" else "1")


FIELDS: dict[str, tuple[str, Any, str]] = {
    "wrong check digit": ("id_number", "11010519491231002Y", "id_number_characters"),
    "wrong check character": ("id_number", "110105194912310021", "id_number_check_digit"),
    "two digits exchanged": ("id_number", "11010519941231002X", "id_number_check_digit"),
    "too short": ("id_number", "1101051949123", "id_number_length"),
    "impossible date of birth": ("id_number", "110105199002300014", "id_number_birth_date"),
    "born in the future": ("id_number", "11010520990101001X", "id_number_future_birth_date"),
    "unknown region": ("id_number", "990105199003070011", "id_number_region"),
    "landline": ("phone", "01012345678", "phone_prefix"),
    "no address": ("email", "nobody", "email_format"),
    "digits for a name": ("name", "12345", "name_characters"),
    "short user name": ("user_name", "abc", "user_name_format"),
    "weak password": ("password", "12345678", "password_weak"),
    "endless password": ("password", "a1" * 500, "too_long"),
    "a number for a text": ("name", 7, "invalid"),
    "a list for a text": ("phone", ["13800138000"], "invalid"),
    "nothing": ("id_number", None, "invalid"),
    "NUL": ("name", "王\x00芳", "name_characters"),
    "a field nobody knows": ("role", "operator", "field_unknown"),
}


@pytest.mark.parametrize("fault", FIELDS)
async def test_a_registration_with_a_faulty_field_is_refused(people: People, fault: str) -> None:
    field, value, code = FIELDS[fault]
    somebody = people.nobody()
    body = await somebody.registration() | {field: value}
    secrets = (value,) if isinstance(value, str) else ()
    await somebody.caller.refused(
        "POST", "/api/v1/accounts", body, status=422, code=code, field=field, secrets=secrets
    )


async def test_every_faulty_field_is_told_at_once(people: People) -> None:
    somebody = people.nobody()
    body = await somebody.registration()
    body |= {"id_number": wrong_check_digit(body["id_number"]), "phone": "110", "email": "x"}
    del body["name"]
    problem = await somebody.caller.refused(
        "POST", "/api/v1/accounts", body, status=422, code="field_missing", field="name"
    )
    assert {r["field"] for r in problem["reasons"]} == {"name", "id_number", "phone", "email"}


async def test_an_id_number_already_registered_is_refused_without_saying_by_whom(
    people: People, nurse: Nurse
) -> None:
    for language in ("zh", "en"):
        somebody = people.nobody()
        body = await somebody.registration()
        body |= {"name": nurse.record["name"], "id_number": nurse.record["id_number"]}
        await somebody.caller.refused(
            "POST",
            "/api/v1/accounts",
            body,
            status=409,
            code="identity_already_registered",
            field="id_number",
            secrets=(nurse.user_name, nurse.phone, str(nurse.record["id_number"])),
            languages=(language,),
        )


async def test_a_user_name_already_taken_is_refused(people: People, nurse: Nurse) -> None:
    somebody = people.nobody()
    body = await somebody.registration() | {"user_name": nurse.user_name.upper()}
    await somebody.caller.refused(
        "POST",
        "/api/v1/accounts",
        body,
        status=409,
        code="user_name_taken",
        field="user_name",
        languages=("zh",),
    )


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_captcha_answered_wrongly_is_used_up(people: People, language: str) -> None:
    somebody = people.nobody()
    body = await somebody.registration()
    for answer in ("00000", body["captcha_answer"]):
        await somebody.caller.refused(
            "POST",
            "/api/v1/accounts",
            body | {"captcha_answer": answer},
            status=422,
            code="captcha_wrong",
            field="captcha_answer",
            languages=(language,),
        )


async def test_a_guessed_code_is_refused_until_no_tries_are_left_and_then_the_right_one_too(
    people: People,
) -> None:
    nurse = await people.registered()
    path = "/api/v1/accounts/me/verifications"
    none_waiting: dict[str, Any] = {"status": 409, "code": "code_expired", "field": "code"}
    await nurse.caller.refused("POST", path, {"channel": "sms", "code": "000000"}, **none_waiting)
    right = await nurse.code()
    wrong = f"{(int(right) + 1) % 10**6:06d}"
    for left, language in zip((4, 3, 2, 1, 0), ("zh", "en", "zh", "en", "zh"), strict=True):
        problem = await nurse.caller.refused(
            "POST",
            path,
            {"channel": "sms", "code": wrong},
            status=422,
            code="code_wrong",
            field="code",
            secrets=(wrong, right),
            languages=(language,),
        )
        assert str(left) in problem["detail"]
    await nurse.caller.refused("POST", path, {"channel": "sms", "code": right}, **none_waiting)
    assert not (await nurse.account())["phone_verified"]


async def test_guessing_goes_on_only_so_long(people: People) -> None:
    nurse = await people.registered()
    body = {"channel": "sms", "code": "000000"}
    codes = []
    for _ in range(30):
        answer = await nurse.caller.ask("POST", "/api/v1/accounts/me/verifications", body)
        codes.append(answer.json()["code"])
        if answer.status_code == 429:
            break
    assert codes[-1] == "limit_code_guess"
    await nurse.caller.refused(
        "POST",
        "/api/v1/accounts/me/verifications",
        body,
        status=429,
        code="limit_code_guess",
        field="code",
    )


async def test_a_second_code_for_one_phone_waits_a_minute_whoever_asks(people: People) -> None:
    first, second = await people.registered(), people.nobody()
    second.phone = first.phone
    await first.code()
    await second.open_account()
    for nurse in (first, second):
        await nurse.caller.refused(
            "POST",
            "/api/v1/accounts/me/verification-codes",
            {"channel": "sms"},
            status=429,
            code="limit_code_to_address",
            field="channel",
            secrets=(first.phone,),
        )


@pytest.mark.slow
async def test_a_phone_verified_for_another_account(people: People) -> None:
    first, second = await people.registered(), people.nobody()
    second.phone = first.phone
    await first.verify_phone()
    await second.open_account()
    await asyncio.sleep(61)  # one code a minute to one phone
    await second.caller.refused(
        "POST",
        "/api/v1/accounts/me/verifications",
        {"channel": "sms", "code": await second.code()},
        status=409,
        code="phone_verified_elsewhere",
        field="code",
        secrets=(first.phone,),
        languages=("zh",),
    )


async def test_the_certificate_number_of_someone_else_does_not_activate(
    people: People, nurse: Nurse
) -> None:
    somebody = await people.registered()
    await somebody.verify_phone()
    body = {"certificate_number": nurse.record["certificate_number"]}
    for _ in range(2):  # in two languages each; the fifth guess is the last
        await somebody.caller.refused(
            "POST",
            "/api/v1/accounts/me/activation",
            body,
            status=422,
            code="certificate_mismatch",
            field="certificate_number",
            secrets=(str(nurse.record["certificate_number"]),),
        )
    await somebody.caller.refused(
        "POST",
        "/api/v1/accounts/me/activation",
        body,
        status=422,
        code="certificate_mismatch",
        field="certificate_number",
        languages=("en",),
    )
    await somebody.caller.refused(
        "POST",
        "/api/v1/accounts/me/activation",
        {"certificate_number": somebody.record["certificate_number"]},
        status=429,
        code="limit_activation_guess",
        field="certificate_number",
    )
    assert (await somebody.account())["status"] == "verified"


async def test_a_password_is_guessed_until_a_captcha_and_then_until_the_name_is_locked(
    people: People, connect: Connect
) -> None:
    nurse = await people.registered()
    stranger = connect()
    form = {"grant_type": "password", "username": nurse.user_name, "password": "Wrong12345"}
    path = "/api/v1/oauth/token"
    for language in ("zh", "en", "zh"):
        await stranger.refused(
            "POST", path, data=form, status=401, code="login_failed", languages=(language,)
        )
    await stranger.refused(
        "POST", path, data=form, status=422, code="captcha_required", field="captcha_answer"
    )
    for _ in range(2):
        captcha = await stranger.post("/api/v1/captchas")
        answer = {
            "captcha_id": captcha["captcha_id"],
            "captcha_answer": captcha["development_answer"],
        }
        await stranger.refused(
            "POST", path, data=form | answer, status=401, code="login_failed", languages=("zh",)
        )
    right = form | {"password": nurse.password}
    await connect().refused("POST", path, data=right, status=423, code="account_locked")


async def test_the_search_for_an_applicant_takes_whole_id_numbers_only(staff: Staff) -> None:
    hospital = await staff("heanyiyuan")
    for number, code in (
        ("", "too_short"),
        ("1101", "id_number_length"),
        ("%", "id_number_characters"),
    ):
        await hospital.refused(
            "POST",
            "/api/v1/applications/search",
            {"id_number": number},
            status=422,
            code=code,
            field="id_number",
        )


async def test_a_certificate_number_that_cannot_be_is_told_apart_from_an_unknown_one(
    staff: Staff,
) -> None:
    hospital = await staff("heanyiyuan")
    await hospital.refused(
        "GET",
        "/api/v1/registrations/abc",
        status=422,
        code="nurse_practice_format",
        field="certificate_number",
    )
    await hospital.refused(
        "GET", "/api/v1/registrations/202611999999", status=404, code="not_found"
    )


async def test_records_of_a_batch_are_refused_one_by_one_with_every_reason(staff: Staff) -> None:
    centre = await staff("examcentre")
    number = make_id_number("110101", date(2001, 2, 3), 24)
    lines = [
        b"{broken",
        b"[]",
        b'{"name":"\xff"}',
        b'{"name":"\\ud800"}',
        b'{"id_number":"' + number.encode() + b'","version":-1}',
        b'{"version":' + b"9" * 5000 + b"}",
        b"[" * 20_000,
    ]
    answer = await centre.ask(
        "POST",
        "/api/v1/qualification-batches",
        content=b"\n".join(lines),
        headers={"Content-Type": "application/x-ndjson"},
    )
    assert answer.status_code == 201, answer.text
    batch = answer.json()
    assert batch["counts"]["rejected"] == batch["counts"]["received"] == len(lines)
    for reject in batch["rejects"]:
        assert reject["reasons"]
        for reason in reject["reasons"]:
            assert reason["code"]
            assert reason["next_step"]
    assert number not in answer.text
