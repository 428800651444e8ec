"""Opening an account: what is refused, with code, field and next step, and what comes of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from services.accounts.tests.world import PASSWORD, World, id_number
from sqlalchemy import text

from zhiye_accounts.adapters.tables import account, captcha
from zhiye_accounts.domain.policy import REGISTRATIONS_BY_CLIENT
from zhiye_contracts import purposes


async def test_a_nurse_opens_an_account_and_learns_the_next_step(world: World) -> None:
    form = await world.form(name=" 王　芳 ", phone="+86 138-0013-8000", email="Wang@EXAMPLE.com")
    answer = await world.anybody.post("/api/v1/accounts", json=form)
    told = answer.json()

    assert answer.status_code == 201
    assert answer.headers["location"] == "/api/v1/accounts/me"
    assert answer.headers["etag"] == '"1"'
    assert (told["role"], told["status"], told["version"]) == ("practitioner", "registered", 1)
    assert (told["name"], told["phone"], told["email"]) == (
        "王*",
        "138****8000",
        "W***@example.com",
    )
    assert told["identity"]["code"] == "identity_no_record"
    assert told["next_step"] == told["identity"]["next_step"]
    (row,) = await world.all(account)
    assert world.kit.cipher.open(row["sealed_id_number"], purposes.ID_NUMBER) == form["id_number"]
    assert row["password_hash"].startswith("$argon2id$")
    (event,) = await world.events("account-changed")
    assert (event["change"], event["version"], event["display_name"]) == ("registered", 1, "王*")


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_what_to_note_down_is_told_once_and_never_the_password(
    world: World, language: str
) -> None:
    form = await world.form(user_name="wangfang1")
    opened = await world.client(language=language).post("/api/v1/accounts", json=form)
    told = opened.json()
    assert (opened.status_code, told["user_name"]) == (201, "wangfang1")
    assert ("用户名" if language == "zh" else "user name") in told["note"]
    assert PASSWORD not in opened.text
    (row,) = await world.all(account)
    assert "note" not in (await world.as_(row).get("/api/v1/accounts/me")).json()


async def test_a_security_question_may_be_chosen_at_once(world: World) -> None:
    answer = await world.register(security_question="primary_school", security_answer=" 育才 小学 ")
    assert (answer.status_code, answer.json()["security_question"]) == (201, "primary_school")
    (row,) = await world.all(account)
    assert row["answer_hash"].startswith("$argon2id$")
    assert "育才" not in answer.text
    without = (await world.register()).json()
    assert without["security_question"] is None


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"security_question": "mentor"}, "question_incomplete", "security_answer"),
        ({"security_answer": "育才小学"}, "question_incomplete", "security_question"),
        (
            {"security_question": "mother", "security_answer": "育才小学"},
            "question_unknown",
            "security_question",
        ),
        (
            {"security_question": "mentor", "security_answer": "一"},
            "answer_too_short",
            "security_answer",
        ),
    ],
)
async def test_a_question_goes_with_an_answer_worth_keeping(
    world: World, given: dict[str, str], code: str, field: str
) -> None:
    answer = await world.register(captcha_id="c", captcha_answer="a", **given)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.json()["field"] == field


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("id_number", "110105194912310020", "id_number_check_digit"),
        ("id_number", "11010519490231002X", "id_number_birth_date"),
        ("id_number", "110105299912310026", "id_number_future_birth_date"),
        ("id_number", "110105491231002", "id_number_fifteen_digits"),
        ("id_number", "990105194912310026", "id_number_region"),
        ("id_number", "110105********002X", "id_number_masked"),
        ("id_number", "", "id_number_length"),
        ("name", "", "name_empty"),
        ("name", "王", "name_length"),
        ("name", "王芳<b>", "name_characters"),
        ("name", "王" * 60, "name_length"),
        ("phone", "1380013800", "phone_length"),
        ("phone", "23800138000", "phone_prefix"),
        ("phone", "1380013800a", "phone_characters"),
        ("email", "wangfang@", "email_format"),
        ("email", "a" * 250 + "@example.com", "email_length"),
        ("user_name", "1wangfang", "user_name_format"),
        ("user_name", "wang", "user_name_format"),
        ("user_name", "wangfang12345", "user_name_format"),
        ("user_name", "wang_fang", "user_name_format"),
        ("user_name", "wang%", "user_name_format"),
        ("user_name", "ｗangfang1", "user_name_format"),
        ("user_name", "王芳王芳王芳", "user_name_format"),
        ("user_name", None, "field_missing"),
        ("captcha_id", None, "field_missing"),
        ("captcha_answer", None, "field_missing"),
        ("password", None, "field_missing"),
        ("is_admin", True, "field_unknown"),
        ("role", "operator", "field_unknown"),
        ("status", "active", "field_unknown"),
    ],
)
async def test_a_field_that_cannot_be_right_is_refused_with_code_field_and_next_step(
    world: World, field: str, value: Any, code: str
) -> None:
    form = await world.form(captcha_id="c", captcha_answer="a")
    form.pop(field, None)
    answer = await world.anybody.post(
        "/api/v1/accounts", json=form if value is None else form | {field: value}
    )
    told = answer.json()
    assert answer.status_code == 422
    assert (told["code"], told["field"]) == (code, field)
    assert told["next_step"]
    assert len(told["reasons"]) == 1
    if isinstance(value, str) and len(value) > 6:
        assert value not in answer.text


async def test_everything_wrong_with_the_form_is_told_at_once(world: World) -> None:
    answer = await world.register(
        captcha_id="c",
        captcha_answer="a",
        name="王",
        id_number="110105194912310020",
        phone="1",
        email="x",
        user_name="x",
    )
    assert [(r["code"], r["field"]) for r in answer.json()["reasons"]] == [
        ("name_length", "name"),
        ("id_number_check_digit", "id_number"),
        ("phone_length", "phone"),
        ("email_format", "email"),
        ("user_name_format", "user_name"),
    ]


async def test_a_weak_password_is_refused_with_all_its_reasons(world: World) -> None:
    answer = await world.register(user_name="wangfang", password="wangfan")
    told = answer.json()
    assert [r["code"] for r in told["reasons"]] == ["password_weak"] * 2
    assert "8 to 128" in told["reasons"][0]["reason"]
    assert "letters and digits" in told["reasons"][1]["reason"]
    assert {r["field"] for r in told["reasons"]} == {"password"}
    holds_name = (await world.register(user_name="wangfang", password="xWANGFANGx")).json()
    assert len(holds_name["reasons"]) == 2
    assert "user name" in holds_name["reasons"][1]["reason"]


@pytest.mark.parametrize(
    "password", ["abcdefgh１", "12345678", "abcdefgh", "a1" * 65, "ａｂｃｄ1234"]
)
async def test_letters_and_digits_of_other_scripts_do_not_make_a_password(
    world: World, password: str
) -> None:
    answer = await world.register(captcha_id="c", captcha_answer="a", password=password)
    assert answer.status_code == 422
    assert answer.json()["field"] == "password"


async def test_a_refused_password_leaves_the_captcha_unused(world: World) -> None:
    form = await world.form(password="short")
    assert (await world.anybody.post("/api/v1/accounts", json=form)).status_code == 422
    again = await world.anybody.post("/api/v1/accounts", json=form | {"password": PASSWORD})
    assert again.status_code == 201


async def test_blanks_around_a_password_belong_to_it(world: World) -> None:
    await world.register(user_name="wangfang", password=" blank 1860 ")
    assert (await world.log_in("wangfang", " blank 1860 ")).status_code == 200
    assert (await world.log_in("wangfang", "blank 1860")).status_code == 401


async def test_an_account_without_email_or_with_an_empty_one_has_none(world: World) -> None:
    for email in (None, "", " "):
        assert (await world.register(email=email)).json()["email"] is None


async def test_a_user_name_is_taken_whatever_its_case(world: World) -> None:
    await world.register(user_name="WangFang1")
    answer = await world.register(user_name="wangfang1")
    assert answer.status_code == 409
    assert (answer.json()["code"], answer.json()["field"]) == ("user_name_taken", "user_name")
    assert answer.json()["next_step"] == "Choose another user name."


async def test_an_id_number_has_one_account_and_nobody_learns_whose(world: World) -> None:
    number = id_number()
    first = (await world.register(id_number=number, name="李静", user_name="lijing1")).json()
    answer = await world.register(id_number=number.lower())
    told = answer.json()
    assert answer.status_code == 409
    assert (told["code"], told["field"]) == ("identity_already_registered", "id_number")
    assert "institution" in told["next_step"]
    assert told["reasons"][0]["source"] == "Q13, Q35"
    for secret in ("lijing1", "李", first["phone"], first["account_id"], number):
        assert secret not in answer.text


async def test_an_id_number_and_a_user_name_that_are_both_taken_are_told_together(
    world: World,
) -> None:
    number = id_number()
    await world.register(id_number=number, user_name="wangfang1")
    answer = await world.register(id_number=number, user_name="WANGFANG1")
    assert [r["code"] for r in answer.json()["reasons"]] == [
        "identity_already_registered",
        "user_name_taken",
    ]


async def test_the_person_of_a_revoked_account_may_register_again(world: World) -> None:
    number = id_number()
    row = await world.account(id_number=number)
    await world.revoke(row)
    assert (await world.register(id_number=number)).status_code == 201


async def test_a_captcha_is_needed_right_unused_and_in_time(world: World) -> None:
    async def refused(**given: str) -> tuple[int, str, str]:
        answer = await world.register(**given)
        return answer.status_code, answer.json()["code"], answer.json()["field"]

    wrong = (422, "captcha_wrong", "captcha_answer")
    assert await refused(captcha_id="none", captcha_answer="ACDEF") == wrong

    once = await world.captcha()
    assert await refused(**once | {"captcha_answer": "00000"}) == wrong
    assert await refused(**once) == wrong, "a wrong answer uses it up"

    used = await world.captcha()
    assert (await world.register(**used)).status_code == 201
    assert await refused(**used) == wrong

    late = await world.captcha()
    world.clock.instant += timedelta(minutes=5)
    assert await refused(**late) == wrong
    assert await refused(captcha_id="", captcha_answer="") == (
        422,
        "captcha_required",
        "captcha_answer",
    )
    assert await world.all(captcha) == []


async def test_a_captcha_answer_may_be_typed_small_and_full_width(world: World) -> None:
    given = await world.captcha()
    typed = "".join(chr(ord(c) + 0xFEE0) for c in given["captcha_answer"].lower())
    answer = await world.register(captcha_id=given["captcha_id"], captcha_answer=f" {typed} ")
    assert answer.status_code == 201


async def test_a_refused_registration_uses_up_the_captcha(world: World) -> None:
    await world.register(user_name="wangfang1")
    form = await world.form(user_name="wangfang1")
    assert (await world.anybody.post("/api/v1/accounts", json=form)).status_code == 409
    again = await world.anybody.post("/api/v1/accounts", json=form | {"user_name": "wangfang2"})
    assert again.json()["code"] == "captcha_wrong", "else names could be tried without end"


async def test_too_many_registrations_from_one_address_wait_an_hour(world: World) -> None:
    here = {"X-Forwarded-For": "2001:db8:1:2::7"}
    await world.execute(
        text(
            "INSERT INTO attempt (kind, subject, at)"
            " SELECT :kind, :client, :now FROM generate_series(1, :count)"
        ).bindparams(
            kind=REGISTRATIONS_BY_CLIENT.kind,
            client=world.kit.client_key("2001:db8:1:2::1"),
            now=world.clock.now(),
            count=REGISTRATIONS_BY_CLIENT.count,
        )
    )
    answer = await world.register(here)
    assert (answer.status_code, answer.json()["code"]) == (429, "limit_registration_client")
    assert answer.headers["retry-after"] == "3600"
    assert answer.json()["next_step"] == "Wait, then try again."
    elsewhere = await world.register({"X-Forwarded-For": "2001:db8:1:3::7"})
    assert elsewhere.status_code == 201
    world.clock.instant += timedelta(hours=1)
    assert (await world.register(here)).status_code == 201


async def test_sending_a_registration_again_with_its_key_changes_nothing(world: World) -> None:
    form = await world.form()
    key = {"Idempotency-Key": "0190a1b2-0000"}
    first = await world.anybody.post("/api/v1/accounts", json=form, headers=key)
    again = await world.anybody.post("/api/v1/accounts", json=form, headers=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert len(await world.all(account)) == 1
    assert len(await world.events("account-changed")) == 1

    other = await world.register(key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


async def test_refusals_are_told_in_the_readers_language(world: World) -> None:
    form = await world.form(captcha_id="c", captcha_answer="a", user_name="1")
    chinese = world.client(language="")
    told = (await chinese.post("/api/v1/accounts", json=form)).json()
    assert told["detail"] == "用户名应以字母开头，由6至12位字母和数字组成。"
