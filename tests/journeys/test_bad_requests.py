"""Bad requests: bodies, headers, addresses, numbers. Never a 5xx, never the value repeated."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from tests.journeys.caller import Staff, check_problem
from tests.journeys.conftest import Connect
from tests.journeys.people import Nurse, People
from tests.journeys.system import System

from zhiye_launcher.demo_data import HEAN

APPLICATIONS = "/api/v1/applications"


@pytest.fixture(scope="module")
async def nurse(people: People) -> Nurse:
    return await people.active()


JSON_FAULTS: dict[str, tuple[bytes, int, str]] = {
    "nothing": (b"", 422, "field_missing"),
    "no JSON": (b"{'a': 1}", 400, "json_invalid"),
    "half of it": (b'{"channel": "sm', 400, "json_invalid"),
    "two of them": (b'{"channel": "sms"}{"channel": "sms"}', 400, "json_invalid"),
    "another encoding": ('{"channel": "短信"}'.encode("gb18030"), 400, "body_unreadable"),
    "a number too many": (b'{"channel": ' + b"9" * 5000 + b"}", 400, "body_unreadable"),
    "not a number": (b'{"channel": NaN}', 422, "choice"),
    "a list": (b"[]", 422, "invalid"),
    "null": (b"null", 422, "invalid"),
    "a text": (b'"sms"', 422, "invalid"),
    "deep": (b"[" * 100_000 + b"]" * 100_000, 400, "body_unreadable"),
    "deep within": (
        b'{"channel": ' + b'{"a":' * 50_000 + b"1" + b"}" * 50_001,
        400,
        "body_unreadable",
    ),
    "NUL": (b'{"channel": "sms\\u0000"}', 422, "choice"),
    "half a character": (b'{"channel": "\\ud800"}', 422, "invalid"),
    "a field too many": (b'{"channel": "sms", "__proto__": {"admin": true}}', 422, "field_unknown"),
}


@pytest.mark.parametrize("fault", JSON_FAULTS)
async def test_a_body_that_is_no_proper_json_is_refused(nurse: Nurse, fault: str) -> None:
    content, status, code = JSON_FAULTS[fault]
    for language in ("zh", "en"):
        answer = await nurse.caller.ask(
            "POST",
            "/api/v1/accounts/me/verification-codes",
            content=content,
            headers={"Content-Type": "application/json"},
            language=language,
        )
        problem = check_problem(answer, status, language)
        assert code in {reason["code"] for reason in problem["reasons"]}, problem["reasons"]


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/xml", "multipart/form-data; boundary=x", "x", ""]
)
async def test_a_body_of_another_content_type_is_refused(nurse: Nurse, media_type: str) -> None:
    answer = await nurse.caller.ask(
        "POST",
        "/api/v1/accounts/me/verification-codes",
        content=b'{"channel": "sms"}',
        headers={"Content-Type": media_type},
    )
    check_problem(answer, 422, "zh")


async def test_the_token_route_takes_a_form_only(connect: Connect) -> None:
    body = {"grant_type": "password", "username": "operator1", "password": "x"}
    await connect().refused(
        "POST", "/api/v1/oauth/token", body, status=422, code="field_missing", field="grant_type"
    )


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "application/json"},
        {"Content-Type": "text/csv; charset=big5"},
        {"Content-Type": "application/gzip"},
        {},
    ],
)
async def test_the_feed_says_which_content_types_it_takes(
    staff: Staff, headers: dict[str, str]
) -> None:
    centre = await staff("examcentre")
    problem = await centre.refused(
        "POST",
        "/api/v1/qualification-batches",
        content=b"x",
        headers=headers,
        status=415,
        code="media_type_unsupported",
        field="Content-Type",
    )
    assert "text/csv" in problem["next_step"] + problem["detail"]


ADDRESSES: dict[str, tuple[str, str, int, str]] = {
    "unknown": ("GET", "/api/v1/nothing", 404, "not_found"),
    "unknown below a known one": ("GET", "/api/v1/applications/x/y/z", 404, "not_found"),
    "another version": ("GET", "/api/v9/applications", 404, "not_found"),
    "a slash too many": ("GET", "/api/v1/applications/", 404, "not_found"),
    "two slashes": ("GET", "/api//v1/applications", 400, "path_not_clean"),
    "dots": ("GET", "/api/v1/codes/%2e%2e/accounts/me", 400, "path_not_clean"),
    "a hidden slash": ("GET", "/api/v1/codes/a%2fb", 400, "path_not_clean"),
    "NUL": ("GET", "/api/v1/codes/a%00b", 400, "path_not_clean"),
    "wrong method": ("DELETE", "/api/v1/applications", 405, "method_not_allowed"),
    "wrong method at the door": ("POST", "/openapi.json", 405, "method_not_allowed"),
    "a method of others": ("PROPFIND", "/api/v1/applications", 405, "method_not_allowed"),
    "patch": ("PATCH", "/api/v1/accounts/me", 405, "method_not_allowed"),
}


@pytest.mark.parametrize("fault", ADDRESSES)
async def test_an_address_or_method_that_is_not_there_is_refused(
    connect: Connect, fault: str
) -> None:
    method, path, status, code = ADDRESSES[fault]
    caller = connect()
    url = httpx.URL(str(caller.http.base_url), raw_path=path.encode())
    for language in ("zh", "en"):
        answer = await caller.ask(method, url, language=language)  # type: ignore[arg-type]
        assert check_problem(answer, status, language)["code"] == code
        if status == 405:
            assert answer.headers["allow"]


def cursor(*key: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).rstrip(b"=").decode()


LISTS = ("/api/v1/authorities", "/api/v1/institutions", "/api/v1/my/messages", APPLICATIONS)


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    "given",
    [
        "x",
        "%00",
        "=" * 50,
        "é",
        cursor(),
        cursor(None),
        cursor({}),
        cursor("a", "b", "c"),
        cursor(2.5),
        cursor(True),
        "W10" * 100,
    ],
)
async def test_a_cursor_that_we_did_not_make_is_refused(
    nurse: Nurse, path: str, given: str
) -> None:
    await nurse.caller.refused(
        "GET", f"{path}?cursor={given}", status=422, code="cursor_invalid", field="cursor"
    )


@pytest.mark.parametrize("path", LISTS)
async def test_a_made_up_cursor_of_the_right_form_does_no_harm(nurse: Nurse, path: str) -> None:
    for made in (
        cursor("\x00"),
        cursor("\x00", "b"),
        cursor("z" * 200, "'--"),
        cursor(-(2**62)),
        cursor(2**63 - 1),
        cursor(2**63),
        cursor(10**300),
        cursor("\ud800"),
    ):
        answer = await nurse.caller.ask("GET", f"{path}?cursor={made}")
        assert answer.status_code in (200, 422), answer.text
        if answer.status_code == 422:
            check_problem(answer, 422, "zh")


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("limit", ["0", "-1", "201", "9" * 30, "1e2", "ten", "", "1.5", "NaN"])
async def test_a_page_size_out_of_bounds_is_refused(nurse: Nurse, path: str, limit: str) -> None:
    await nurse.caller.refused(
        "GET", f"{path}?limit={limit}", status=422, code="invalid", field="limit"
    )


@pytest.mark.parametrize("number", ["0", "-1", str(2**63), "9" * 40, "x", "1.5"])
async def test_the_number_of_a_message_that_cannot_be_is_refused(nurse: Nurse, number: str) -> None:
    path = f"/api/v1/my/messages/{number}/read"
    await nurse.caller.refused("POST", path, status=422, code="invalid", field="message_id")


async def test_a_change_without_or_with_an_old_version_is_refused(nurse: Nurse) -> None:
    draft = await nurse.draft()
    path = f"{APPLICATIONS}/{draft['id']}"
    body = {"institution_id": HEAN, "form": {"department": "ward"}}
    await nurse.caller.refused(
        "PUT", path, body, status=428, code="if_match_missing", field="If-Match"
    )
    for stale in ('"0"', '"99"', "*", "x", '"-1"', '"' + "9" * 30 + '"', "é".encode()):
        await nurse.caller.refused(
            "PUT",
            path,
            body,
            headers={"If-Match": stale},
            status=412,
            code="version_stale",
            field="If-Match",
        )
    answer = await nurse.caller.ask("PUT", path, body, headers={"If-Match": draft["etag"]})
    assert answer.status_code == 200
    await nurse.caller.refused(
        "PUT",
        path,
        body,
        headers={"If-Match": draft["etag"]},
        status=412,
        code="version_stale",
        field="If-Match",
    )
    await nurse.caller.post(f"{path}/withdrawal")


async def test_an_idempotency_key_replays_its_answer_and_is_not_for_another_request(
    nurse: Nurse,
) -> None:
    body = {"business_type": "nurse-first", "institution_id": HEAN, "form": {}}
    headers = {"Idempotency-Key": f"journey-{nurse.user_name}"}
    first = await nurse.caller.ask("POST", APPLICATIONS, body, headers=headers)
    again = await nurse.caller.ask("POST", APPLICATIONS, body, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again.headers["etag"] == first.headers["etag"]
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    await nurse.caller.refused(
        "POST",
        APPLICATIONS,
        body | {"form": {"department": "ward"}},
        headers=headers,
        status=422,
        code="idempotency_key_reused",
        field="Idempotency-Key",
    )
    for key in ("short", "k" * 101, "schlüssel".encode(), "with\ttab-inside"):
        await nurse.caller.refused(
            "POST",
            APPLICATIONS,
            body,
            headers={"Idempotency-Key": key},
            status=422,
            code="idempotency_key_invalid",
            field="Idempotency-Key",
        )
    await nurse.caller.post(f"{APPLICATIONS}/{first.json()['id']}/withdrawal")


async def test_the_same_key_of_two_people_is_two_keys(people: People, nurse: Nurse) -> None:
    other = await people.active()
    body = {"business_type": "nurse-first", "institution_id": HEAN, "form": {}}
    headers = {"Idempotency-Key": "the-same-for-both"}
    answers = [
        await one.caller.ask("POST", APPLICATIONS, body, headers=headers) for one in (nurse, other)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json()["id"] != answers[1].json()["id"]
    await nurse.caller.post(f"{APPLICATIONS}/{answers[0].json()['id']}/withdrawal")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Nothing", "x" * 60_000),
        ("Accept-Language", "fr," * 20_000),
        ("Authorization", "Bearer " + "x" * 60_000),
        ("X-Request-Id", "x" * 10_000),
        ("traceparent", "00-" + "0" * 60_000),
        ("If-None-Match", '"' + "x" * 60_000),
        ("X-Forwarded-For", "1.2.3.4," * 7_000 + "é"),
        ("Cookie", "a=b;" * 10_000),
    ],
)
async def test_huge_headers_do_no_harm(connect: Connect, name: str, value: str) -> None:
    answer = await connect().ask(
        "GET", "/api/v1/codes/education", headers={name: value.encode("latin-1")}
    )
    assert answer.status_code < 500
    if answer.status_code >= 400:
        check_problem(answer, answer.status_code, "zh")


@pytest.mark.parametrize(
    "query",
    ["x=" + "y" * 50_000, "&".join("limit=1" for _ in range(5_000)), "%", "%zz=%ff", "a=%00"],
)
async def test_huge_and_odd_queries_do_no_harm(connect: Connect, query: str) -> None:
    answer = await connect().ask("GET", f"/api/v1/authorities?{query}")
    assert answer.status_code == 200


@pytest.mark.parametrize("length", ["-1", "abc", "9" * 30, "1, 2"])
async def test_an_odd_content_length_gets_no_further_than_the_door(
    embedded: System, length: str
) -> None:
    url = urlsplit(embedded.address)
    reader, writer = await asyncio.open_connection(url.hostname, url.port)
    head = f"POST /api/v1/captchas HTTP/1.1\r\nHost: zhiye\r\nContent-Length: {length}\r\n\r\n"
    writer.write(head.encode())
    async with asyncio.timeout(20):
        assert (await reader.readline()).split()[1] in (b"400", b"413")
    writer.close()
