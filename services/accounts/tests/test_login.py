"""Logging in: by what name, and what happens to those who guess."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import pytest
from services.accounts.tests.world import PASSWORD, World, phone
from sqlalchemy import text

from zhiye_accounts.adapters import passwords
from zhiye_accounts.adapters.tables import attempt, session

TOKEN = "/api/v1/oauth/token"


async def test_a_person_logs_in_by_user_name_whatever_its_case(world: World) -> None:
    await world.account(user_name="WangFang1")
    for name in ("WangFang1", "wangfang1", "ｗａｎｇｆａｎｇ1", " wangfang1 "):
        answer = await world.log_in(name)
        told = answer.json()
        assert (answer.status_code, told["token_type"], told["expires_in"]) == (200, "Bearer", 600)
        assert told["access_token"]
        assert told["refresh_token"]
        assert answer.headers["cache-control"] == "no-store"


async def test_a_verified_phone_is_a_login_name_however_it_is_typed(world: World) -> None:
    await world.ready(phone="13800138000")
    for name in ("13800138000", "+86 138-0013-8000", "１３８００１３８０００"):
        assert (await world.log_in(name)).status_code == 200


async def test_a_phone_that_is_not_verified_is_no_login_name(world: World) -> None:
    number = phone()
    await world.account(phone=number)
    assert (await world.log_in(number)).status_code == 401


async def test_the_phone_of_a_staff_account_is_no_login_name(world: World) -> None:
    number = phone()
    await world.account(role="operator", phone=number, phone_verified_at=world.clock.now())
    assert (await world.log_in(number)).status_code == 401


async def test_a_revoked_account_cannot_log_in(world: World) -> None:
    number = phone()
    row = await world.ready(user_name="wangfang1", phone=number)
    await world.revoke(row)
    assert (await world.log_in("wangfang1")).json()["code"] == "login_failed"
    assert (await world.log_in(number)).json()["code"] == "login_failed"


async def test_a_wrong_password_is_refused_alike_whether_the_name_exists(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified: list[str] = []
    real = passwords._verify

    def counted(stored: str, password: str) -> bool:
        verified.append(stored.split("$")[3])
        return real(stored, password)

    monkeypatch.setattr(passwords, "_verify", counted)
    await world.account(user_name="wangfang1")
    answers = []
    for _ in range(3):
        known, unknown = await world.log_in("wangfang1", "no"), await world.log_in("wangfang2")
        answers.append((known, unknown))
    for known, unknown in answers:
        assert known.status_code == unknown.status_code == 401
        body, other = known.json(), unknown.json()
        assert body.pop("request_id") != other.pop("request_id")
        assert body == other
        assert body["code"] == "login_failed"
        assert body["field"] is None
        assert set(known.headers) == set(unknown.headers)
    assert verified == ["m=19456,t=2,p=1"] * 6, "as much work for a name that does not exist"
    assert (await world.log_in("wangfang1", "no")).json()["code"] == "captcha_required"
    assert (await world.log_in("wangfang2", "no")).json()["code"] == "captcha_required"


async def test_after_three_failures_a_captcha_is_needed_too(world: World) -> None:
    await world.account(user_name="wangfang1")
    for left in (4, 3, 2):
        answer = await world.log_in("wangfang1", "wrong")
        assert f"{left} tries are left" in answer.json()["detail"]
    answer = await world.log_in("wangfang1")
    assert (answer.status_code, answer.json()["code"]) == (422, "captcha_required")
    assert answer.json()["field"] == "captcha_answer"
    bad = (await world.captcha()) | {"captcha_answer": "00000"}
    assert (await world.log_in("wangfang1", **bad)).json()["code"] == "captcha_wrong"
    good = await world.captcha()
    assert (await world.log_in("wangfang1", **good)).status_code == 200
    assert (await world.log_in("wangfang1")).status_code == 200, "the failures are forgotten"


async def test_a_captcha_is_good_for_one_try(world: World) -> None:
    await world.account(user_name="wangfang1")
    for _ in range(3):
        await world.log_in("wangfang1", "wrong")
    given = await world.captcha()
    assert (await world.log_in("wangfang1", "wrong", **given)).json()["code"] == "login_failed"
    assert (await world.log_in("wangfang1", **given)).json()["code"] == "captcha_wrong"


async def _lock(world: World, name: str) -> None:
    for n in range(5):
        given = await world.captcha() if n >= 3 else {}
        assert (await world.log_in(name, "wrong", **given)).status_code == 401
        world.clock.instant += timedelta(minutes=1)


@pytest.mark.parametrize("name", ["wangfang1", "nobody999"])
async def test_after_five_failures_the_name_is_locked_even_for_the_right_password(
    world: World, name: str
) -> None:
    await world.account(user_name="wangfang1")
    await _lock(world, name)
    for password in (PASSWORD, "wrong"):
        answer = await world.log_in(name, password, **await world.captcha())
        assert (answer.status_code, answer.json()["code"]) == (423, "account_locked")
        assert answer.headers["retry-after"] == str(10 * 60)
        assert "10 minutes" in answer.json()["detail"]


async def test_spellings_of_a_name_and_addresses_share_one_lock(world: World) -> None:
    await world.ready(user_name="wangfang1", phone="13800138000")
    await _lock(world, "WANGFANG1")
    await _lock(world, "+8613800138000")
    for name in ("wangfang1", "ｗangfang1", "13800138000", "138 0013 8000"):
        answer = await world.log_in(name, address="203.0.113.200")
        assert answer.json()["code"] == "account_locked"


async def test_a_lock_ends_by_itself(world: World) -> None:
    await world.account(user_name="wangfang1")
    await _lock(world, "wangfang1")
    world.clock.instant += timedelta(minutes=10)
    answer = await world.log_in("wangfang1", **await world.captcha())
    assert answer.status_code == 200
    assert not [row for row in await world.all(attempt) if row["kind"] == "login_failed"]


async def test_one_address_cannot_try_many_names(world: World) -> None:
    await world.execute(
        text(
            "INSERT INTO attempt (kind, subject, at) SELECT 'login_failed_client', :c, :now"
            " FROM generate_series(1, 100)"
        ).bindparams(c=world.kit.client_key("192.0.2.7"), now=world.clock.now())
    )
    await world.account(user_name="wangfang1")
    answer = await world.log_in("wangfang1", address="192.0.2.7")
    assert (answer.status_code, answer.json()["code"]) == (429, "limit_login_failed_client")
    assert answer.headers["retry-after"] == "900"
    forged = await world.log_in("wangfang1", address="198.51.100.1, 192.0.2.7")
    assert forged.status_code == 429, "only the gateway's own word, the last, counts"
    assert (await world.log_in("wangfang1", address="192.0.2.8")).status_code == 200


async def test_only_the_failures_are_counted(world: World) -> None:
    await world.account(user_name="wangfang1")
    for _ in range(7):
        assert (await world.log_in("wangfang1")).status_code == 200
    assert await world.all(attempt) == []


@pytest.mark.parametrize("header", [True, False])
async def test_the_exam_centre_logs_in_with_client_credentials(world: World, header: bool) -> None:
    await world.account(role="exam_centre", user_name="examcentre")
    given: dict[str, Any] = {"data": {"grant_type": "client_credentials"}}
    if header:
        given["headers"] = _basic("examcentre", PASSWORD)
    else:
        given["data"] |= {"client_id": "examcentre", "client_secret": PASSWORD}
    answer = await world.anybody.post(TOKEN, **given)
    assert (answer.status_code, answer.json()["refresh_token"]) == (200, None)
    assert await world.all(session) == []
    principal = world.service.verifier.verify(answer.json()["access_token"])
    assert principal.role == "exam_centre"


def _basic(name: str, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()}


@pytest.mark.parametrize("role", ["practitioner", "operator"])
async def test_client_credentials_of_others_are_as_good_as_unknown(world: World, role: str) -> None:
    """No captcha protects this grant: it must not tell whether a person's password is right."""
    await world.account(role=role, user_name="wangfang1")
    bodies = []
    for name, secret in (("wangfang1", PASSWORD), ("wangfang2", "wrong")):
        answer = await world.anybody.post(
            TOKEN, data={"grant_type": "client_credentials"}, headers=_basic(name, secret)
        )
        assert answer.status_code == 401
        bodies.append({**answer.json(), "request_id": ""})
    assert bodies[0] == bodies[1]


async def test_failed_client_credentials_lock_nobody_out_of_the_log_in_by_password(
    world: World,
) -> None:
    """They need no captcha: a few requests would lock any account whose name is known."""
    await world.account(role="authority", user_name="wangfang1")
    for _ in range(6):
        await world.anybody.post(
            TOKEN, data={"grant_type": "client_credentials"}, headers=_basic("wangfang1", "wrong")
        )
    assert (await world.log_in("wangfang1")).status_code == 200


async def test_client_credentials_are_locked_after_five_failures(world: World) -> None:
    await world.account(role="exam_centre", user_name="examcentre")
    data = {"grant_type": "client_credentials"}
    for _ in range(5):
        await world.anybody.post(TOKEN, data=data, headers=_basic("examcentre", "wrong"))
    answer = await world.anybody.post(TOKEN, data=data, headers=_basic("examcentre", PASSWORD))
    assert (answer.status_code, answer.json()["code"]) == (423, "account_locked")


@pytest.mark.parametrize(
    ("form", "field", "code"),
    [
        ({}, "grant_type", "field_missing"),
        ({"grant_type": "implicit"}, "grant_type", "choice"),
        ({"grant_type": "password"}, "username", "field_missing"),
        ({"grant_type": "password", "username": "wang"}, "password", "field_missing"),
        ({"grant_type": "password", "password": "x"}, "username", "field_missing"),
        ({"grant_type": "refresh_token"}, "refresh_token", "field_missing"),
        ({"grant_type": "client_credentials"}, "client_id", "field_missing"),
        ({"grant_type": "client_credentials", "client_id": "a"}, "client_id", "field_missing"),
        ({"grant_type": "password", "username": "w" * 101}, "username", "too_long"),
    ],
)
async def test_a_grant_with_a_field_missing_is_told_which(
    world: World, form: dict[str, str], field: str, code: str
) -> None:
    answer = await world.anybody.post(TOKEN, data=form)
    assert answer.status_code == 422
    assert (answer.json()["code"], answer.json()["field"]) == (code, field)
    assert answer.json()["next_step"]


async def test_an_endless_password_is_refused_before_any_work(world: World) -> None:
    long = await world.log_in("wangfang1", "x" * 201)
    assert (long.status_code, long.json()["field"]) == (422, "password")
    assert "xxx" not in long.text
    assert (await world.log_in("wangfang1", "x" * 2_000_000)).status_code == 400
    assert await world.all(attempt) == []


@pytest.mark.parametrize("value", ["Basic", "Basic !!!", "Basic /w==", "Basic YQ==", "Digest a"])
async def test_a_broken_basic_header_is_refused(world: World, value: str) -> None:
    answer = await world.anybody.post(
        TOKEN, data={"grant_type": "client_credentials"}, headers={"Authorization": value}
    )
    assert answer.status_code in (401, 422)
