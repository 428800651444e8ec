"""What no honest client sends: refused, never a fault of ours, never a way in."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from services.accounts.tests.world import World

from zhiye_accounts.adapters.tables import account

ME = "/api/v1/accounts/me"
RECOVERIES = "/api/v1/recoveries"
STRANGE: list[Any] = [
    "\0",
    "a\0b",
    "\ud800",
    "王\udfff",
    "\u202e\u200b\ufeff",
    "x" * 100_000,
    "１" * 1999,
    "(" * 1999,
    "ﷺ" * 1000,
    "%_%' OR 1=1 --",
    "{{7*7}}",
    -1,
    10**400,
    1.5,
    True,
    None,
    [],
    ["a"],
    {},
    {"a": {"b": 1}},
]
_CLAIM = {
    "name": "王芳",
    "id_number": "11010519491231002X",
    "new_password": "Seacole1881",
    "captcha_id": "c",
    "captcha_answer": "a",
}
BODIES: dict[str, dict[str, Any]] = {
    "/api/v1/accounts": {
        "name": "王芳",
        "id_number": "11010519491231002X",
        "captcha_id": "c",
        "captcha_answer": "a",
        "phone": "13800138000",
        "email": "w@example.com",
        "user_name": "wangfang1",
        "password": "Nightingale1860",
    },
    f"{ME}/identity-check": {"name": "王芳", "id_number": "11010519491231002X"},
    f"{ME}/verification-codes": {"channel": "sms"},
    f"{ME}/verifications": {"channel": "sms", "code": "123456"},
    f"{ME}/activation": {"certificate_number": "H2026110100001"},
    f"{ME}/contact-changes": {"channel": "sms", "address": "13800138000", "password": "wrong"},
    f"{ME}/contact-changes/confirmation": {"channel": "sms", "code": "123456"},
    f"{ME}/password": {"password": "wrong", "new_password": "Seacole1881"},
    f"{ME}/security-question": {
        "password": "wrong",
        "question": "primary_school",
        "answer": "育才小学",
    },
    RECOVERIES: {
        "method": "phone",
        "address": "13800138000",
        "captcha_id": "c",
        "captcha_answer": "a",
    },
    f"{RECOVERIES}/staff": {
        "user_name": "hospital1",
        "phone": "13800138000",
        "captcha_id": "c",
        "captcha_answer": "a",
    },
    f"{RECOVERIES}/01JD0000000000000000NONE01/completion": {
        "code": "123456",
        "new_password": "Seacole1881",
    },
    f"{RECOVERIES}/personal-information": _CLAIM | {"phone": "13800138000"},
    f"{RECOVERIES}/security-question": _CLAIM
    | {"question": "primary_school", "answer": "育才小学"},
}
PUT = {f"{ME}/password", f"{ME}/security-question"}


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()  # lone surrogates as \\ud800, as a browser would


async def _send(client: httpx.AsyncClient, path: str, body: bytes) -> httpx.Response:
    method = "PUT" if path in PUT else "POST"
    headers = {"Content-Type": "application/json"}
    return await client.request(method, path, content=body, headers=headers)


@pytest.mark.parametrize("path", BODIES)
async def test_strange_values_are_refused_in_every_field(world: World, path: str) -> None:
    row = await world.ready()
    client = world.as_(row)
    for field in BODIES[path]:
        for value in STRANGE:
            body = _json(BODIES[path] | {field: value})
            answer = await _send(client, path, body)
            assert answer.status_code < 500, (field, str(value)[:20], answer.text)
            if value is not None and field not in ("email", "captcha_answer"):
                assert answer.status_code in (401, 404, 409, 422, 423, 429), (
                    field,
                    str(value)[:20],
                )
    assert len(await world.all(account)) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"x"',
        b"{}" * 2,
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"name":' * 20_000,
        b'{"name": 1e999999}',
        b'{"name": NaN}',
    ],
)
async def test_bodies_that_are_no_json_object_are_refused(world: World, body: bytes) -> None:
    row = await world.account()
    for path in BODIES:
        answer = await _send(world.as_(row), path, body)
        assert answer.status_code in (400, 403, 422), (path, answer.text)


@pytest.mark.parametrize("field", ["grant_type", "username", "password", "captcha_id"])
async def test_strange_log_ins_are_refused(world: World, field: str) -> None:
    given = {"grant_type": "password", "username": "wangfang1", "password": "x"}
    for value in ("\0", "%00", "\u202e", "x" * 100_000, "王芳", "١٢٣٤٥٦٧٨٩٠١", "%", "_" * 8):
        answer = await world.anybody.post("/api/v1/oauth/token", data=given | {field: value})
        assert answer.status_code in (401, 422, 423), (value[:20], answer.text)


async def test_log_ins_of_another_content_type_are_refused(world: World) -> None:
    post = world.anybody.post
    for answer in (
        await post("/api/v1/oauth/token", json={"grant_type": "password"}),
        await post("/api/v1/oauth/token", content=b"\xff\xfe=\xff"),
        await post("/api/v1/oauth/token", content=b"%ED%A0%80=%ED%A0%80&grant_type=password"),
        await post("/api/v1/oauth/token", files={"username": ("a.txt", b"wangfang1")}),
        await post(
            "/api/v1/oauth/token",
            data={"grant_type": "password", "password": "x"},
            files={"username": ("a.txt", b"wangfang1")},
        ),
        await post(
            "/api/v1/oauth/token",
            content=b"grant_type=password&username=%ED%A0%80&password=%ED%A0%80",
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        ),
    ):
        assert answer.status_code in (400, 401, 422), answer.text


async def test_wildcards_in_names_match_nobody(world: World) -> None:
    await world.ready(user_name="wangfang1", phone="13800138000")
    for name in ("wang%", "%", "wangfang_", "_angfang1", "138%", "1380013800_"):
        assert (await world.log_in(name)).json()["code"] == "login_failed"


async def test_names_that_only_look_alike_are_other_names(world: World) -> None:
    await world.account(user_name="wangfang1")
    for name in ("wаngfang1", "wangfаng1", "wangfangl", "wangfang1\u0301", "wang\u3000fang1"):
        assert (await world.log_in(name)).status_code == 401
    answer = await world.register(captcha_id="c", captcha_answer="a", user_name="wаngfang1")
    assert answer.json()["code"] == "user_name_format", "a Cyrillic letter"


@pytest.mark.parametrize(
    "header",
    ["x" * 20_000, ",,,", "a, b, c", "\xff", "1.2.3.4, " * 500, "::1%", "fe80::/10"],
)
async def test_strange_client_addresses_do_no_harm(world: World, header: str) -> None:
    headers = {"X-Forwarded-For": header.encode("latin-1")}
    form = await world.form()
    answer = await world.anybody.post("/api/v1/accounts", json=form, headers=headers)  # type: ignore[arg-type]
    assert answer.status_code == 201


@pytest.mark.parametrize(
    "token",
    [
        "e30.e30.e30",
        "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.",
        "eyJhbGciOiJFZERTQSIsImtpZCI6WzFdfQ.e30.AA",
        "eyJhbGciOiJFZERTQSIsImtpZCI6e319.e30.AA",
        "W10.W10.W10",
        "." * 5000,
        "a" * 50_000,
    ],
)
async def test_forged_tokens_are_refused(world: World, token: str) -> None:
    answer = await world.client(f"Bearer {token}").get(ME)
    assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid")
