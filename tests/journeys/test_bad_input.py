"""Bad input of people: every "no" has its code, field and next step, in both languages.

What needs a moved clock is tested with one, in ``services/accounts/tests``: a code that expires
after ten minutes, a phone that is verified for another account (a phone gets one code a minute;
here in ``test_a_phone_verified_for_another_account`` with the wait, among the slow tests).
"""

from __future__ import annotations

import asyncio
import io
import struct
import zlib
from datetime import date
from typing import Any

import pytest
from PIL import Image

from tests.journeys.caller import Staff
from tests.journeys.conftest import Connect
from tests.journeys.people import Nurse, People
from zhiye_contracts.identifiers import make_id_number
from zhiye_launcher.demo_data import HEAN


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


async def test_an_application_that_is_already_open_is_named(people: People, nurse: Nurse) -> None:
    first = await nurse.draft()
    body = {"business_type": "nurse-first", "institution_id": HEAN, "form": {}}
    problem = await nurse.caller.refused(
        "POST",
        "/api/v1/applications",
        body,
        status=409,
        code="no_open_application_not_met",
        field="business_type",
    )
    assert first["number"] in problem["detail"]
    path = f"/api/v1/applications/{first['id']}/withdrawal"
    await nurse.caller.post(path)
    await nurse.caller.refused("POST", path, status=409, code="application_withdrawn")


async def test_the_twentieth_application_is_as_good_as_the_first(nurse: Nurse) -> None:
    """PostgreSQL plans a statement anew after some uses of it; what it decides must not change."""
    for _ in range(20):
        draft = await nurse.draft()
        await nurse.caller.post(f"/api/v1/applications/{draft['id']}/withdrawal")


FORMS: dict[str, tuple[dict[str, Any], str, str]] = {
    "an unknown department": ({"department": "kitchen"}, "choice", "form.department"),
    "no date": ({"health": {"checked_on": "2026-02-30"}}, "date", "form.health.checked_on"),
    "an endless name": (
        {"health": {"institution_name": "院" * 101}},
        "too_long",
        "form.health.institution_name",
    ),
    "an unknown field": ({"wishes": "many"}, "field_unknown", "form.wishes"),
    "a text for a list": ({"health": "good"}, "invalid", "form.health"),
}


@pytest.mark.parametrize("fault", FORMS)
async def test_a_faulty_form_is_refused_with_the_path_of_the_field(
    nurse: Nurse, fault: str
) -> None:
    form, code, field = FORMS[fault]
    body = {"business_type": "nurse-first", "institution_id": HEAN, "form": form}
    await nurse.caller.refused(
        "POST", "/api/v1/applications", body, status=422, code=code, field=field
    )


async def test_an_institution_that_does_not_exist_is_refused(nurse: Nurse) -> None:
    await nurse.caller.refused(
        "POST",
        "/api/v1/applications",
        {"business_type": "nurse-first", "institution_id": "01NOSUCH", "form": {}},
        status=422,
        code="institution_in_force_not_met",
        field="institution_id",
    )


async def test_a_review_without_a_reason_or_with_an_unknown_one_is_refused(
    people: People, staff: Staff
) -> None:
    application = await (await people.active()).submitted()
    hospital = await staff("heanyiyuan")
    path = f"/api/v1/applications/{application['id']}/institution-review"
    headers = {"If-Match": application["etag"]}
    await hospital.refused(
        "POST",
        path,
        {"decision": "return", "reasons": []},
        headers=headers,
        status=422,
        code="reasons_required",
        field="reasons",
    )
    await hospital.refused(
        "POST",
        path,
        {"decision": "refuse", "reasons": [{"code": "mood"}]},
        headers=headers,
        status=422,
        code="choice",
        field="reasons.0.code",
    )
    await hospital.refused(
        "POST", path, {"decision": "perhaps"}, headers=headers, status=422, code="choice",
        field="decision",
    )


def picture(width: int, height: int, kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(file, kind)
    return file.getvalue()


def huge_by_header() -> bytes:
    """A few bytes that claim to be 60,000 × 60,000 pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        checksum = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


PHOTOS: dict[str, tuple[bytes, int, str, str | None]] = {
    "80 KB and a byte": (b"\xff" * (80 * 1024 + 1), 413, "photo_too_big", "body"),
    "more than the door lets in": (b"\xff" * (201 * 1024), 413, "body_too_large", None),
    "another size": (picture(472, 354), 422, "photo_wrong_size", "body"),
    "a bomb": (huge_by_header(), 422, "photo_wrong_size", "body"),
    "half a picture": (picture(354, 472)[:200], 422, "photo_not_an_image", "body"),
    "another format": (picture(354, 472, "GIF"), 422, "photo_not_an_image", "body"),
    "no picture": (b"<svg onload='alert(1)'/>", 422, "photo_not_an_image", "body"),
    "nothing": (b"", 422, "photo_not_an_image", "body"),
}


@pytest.mark.parametrize("fault", PHOTOS)
async def test_a_photo_that_does_not_fit_is_refused(nurse: Nurse, fault: str) -> None:
    content, status, code, field = PHOTOS[fault]
    await nurse.caller.refused(
        "PUT",
        "/api/v1/my/photo",
        content=content,
        headers={"Content-Type": "image/png"},
        status=status,
        code=code,
        field=field,
    )


async def test_the_search_for_an_applicant_takes_whole_id_numbers_only(staff: Staff) -> None:
    hospital = await staff("heanyiyuan")
    for number, code in (("", "too_short"), ("1101", "id_number_length"), ("%", "id_number_characters")):
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
