"""Every "no" is a problem document, in the reader's language, and repeats no value."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import httpx
import pytest
import structlog
from services.chassis.tests.http.notes import SECRET
from sqlalchemy import text

from zhiye_chassis.service import Service


def problem(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body["status"] == status
    assert body["code"] == code == body["reasons"][0]["code"]
    assert body["type"] == f"urn:zhiye:problem:{code}"
    assert body["title"]
    assert body["detail"]
    assert body["next_step"]
    assert body["request_id"] == response.headers["x-request-id"]
    return body


def is_chinese(words: str) -> bool:
    return re.search(r"[\u4e00-\u9fff]", words) is not None


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("", "zh"),
        ("zh-CN", "zh"),
        ("en", "en"),
        ("en-GB;q=0.9, zh;q=0.1", "en"),
        ("fr, en", "en"),
        ("zh, en", "zh"),
        ("fr", "zh"),
        ("*", "zh"),
        ("\xff;;,,q=", "zh"),
    ],
)
async def test_a_problem_is_told_in_chinese_unless_english_is_asked_for(
    nurse: httpx.AsyncClient, asked: str, told: str
) -> None:
    headers = [(b"accept-language", asked.encode("latin-1"))] if asked else []
    response = await nurse.post("/notes", json={}, headers=headers)
    body = problem(response, 422, "field_missing")
    assert body["field"] == "text"
    assert response.headers["content-language"] == told
    for words in (body["title"], body["detail"], body["next_step"], body["reasons"][0]["reason"]):
        assert is_chinese(words) is (told == "zh")


async def test_all_reasons_are_told_at_once_each_with_its_field(nurse: httpx.AsyncClient) -> None:
    body = problem(
        await nurse.post(
            "/notes",
            json={
                "text": "x" * 41,
                "amount": "many",
                "id_number": SECRET[:-1] + "3",
                "inner": [{"number": 1}, {"number": 11}],
                "colour": "red",
            },
        ),
        422,
        "too_long",
    )
    found = {reason["field"]: reason["code"] for reason in body["reasons"]}
    assert found == {
        "text": "too_long",
        "amount": "invalid",
        "id_number": "id_number_check_digit",
        "inner.1.number": "invalid",
        "colour": "field_unknown",
    }
    assert "40" in body["detail"], "the limit is told"


@pytest.mark.parametrize(
    "body",
    [
        {"text": SECRET * 9},
        {"text": "a", "amount": SECRET},
        {"text": "a", "id_number": "110105194912310021"},
        {"text": "a", SECRET: 1},
        {"text": "a", "inner": [{"number": SECRET}]},
        {"text": {SECRET: SECRET}},
        [SECRET],
    ],
)
async def test_the_value_that_was_refused_is_neither_told_nor_logged(
    nurse: httpx.AsyncClient, body: Any
) -> None:
    with structlog.testing.capture_logs() as logs:
        response = await nurse.post("/notes", json=body)
    assert response.status_code == 422
    for number in (SECRET, "110105194912310021"):
        assert number not in response.text
        assert number not in str(logs)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b'{"text": "a"', b"\xff\xfe\x00", b"[" * 100_000, b'{"text": "a"}x', b"NaN{"],
)
async def test_broken_json_is_a_bad_request(nurse: httpx.AsyncClient, body: bytes) -> None:
    response = await nurse.post(
        "/notes", content=body, headers={"Content-Type": "application/json"}
    )
    assert response.status_code == (422 if body == b"" else 400), response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["field"] is None


@pytest.mark.parametrize(
    "body",
    [
        b'{"text": "a\\u0000b"}',
        b'{"text": "\\ud800"}',
        b'{"text": "a", "amount": 99999999999}',
        b'{"text": "a", "amount": 9999999999999999999999999}',
        b'{"text": "a", "factor": NaN}',
        b'{"text": "a", "factor": 1e999}',
        b'"text"',
        b"null",
        b"5",
    ],
)
async def test_what_cannot_be_stored_is_refused_and_not_a_failure(
    nurse: httpx.AsyncClient, body: bytes
) -> None:
    response = await nurse.post(
        "/notes", content=body, headers={"Content-Type": "application/json"}
    )
    problem(response, 422, response.json()["code"])


async def test_a_nul_or_a_huge_number_in_an_address_is_refused(
    nurse: httpx.AsyncClient,
) -> None:
    problem(await nurse.get("/search?words=a%00b"), 422, "characters_not_allowed")
    huge = await nurse.put(f"/notes/{10**30}", json={"text": "a"}, headers={"If-Match": '"1"'})
    problem(huge, 422, "characters_not_allowed")
    assert (await nurse.get("/search?words=%ff%fe")).status_code == 200


async def test_a_query_parameter_that_is_wrong_is_named(anonymous: httpx.AsyncClient) -> None:
    body = problem(await anonymous.get("/limits?value=11"), 422, "invalid")
    assert body["field"] == "value"
    assert "10" in body["detail"]
    assert problem(await anonymous.get("/limits"), 422, "field_missing")["field"] == "value"


async def test_unknown_addresses_and_methods_are_problems_too(anonymous: httpx.AsyncClient) -> None:
    problem(await anonymous.get("/nowhere"), 404, "not_found")
    response = await anonymous.delete("/notes")
    problem(response, 405, "method_not_allowed")
    assert response.headers["allow"]


async def test_a_failure_keeps_its_cause_to_itself_and_changes_nothing(
    anonymous: httpx.AsyncClient, service: Service
) -> None:
    response = await anonymous.post("/failures")
    problem(response, 500, "internal_error")
    assert SECRET not in response.text
    async with service.database.reading() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM attempt")) == 0


async def test_a_database_that_is_away_is_told_as_a_pause(
    anonymous: httpx.AsyncClient, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone() -> Any:
        raise ConnectionRefusedError

    monkeypatch.setattr(service.database, "reading", gone)
    monkeypatch.setattr(service.database, "transaction", gone)
    response = await anonymous.post("/attempts?keep=true")
    problem(response, 503, "unavailable")
    assert response.headers["retry-after"]
    assert (await anonymous.get("/readyz")).status_code == 503
    assert (await anonymous.get("/livez")).status_code == 200


@pytest.mark.parametrize("keep", [False, True])
async def test_a_refusal_that_keeps_its_effects_commits_them(
    anonymous: httpx.AsyncClient, service: Service, keep: bool
) -> None:
    for key in ("key-1234", "key-1234", None):
        headers = {"Idempotency-Key": key} if key else {}
        response = await anonymous.post("/attempts", params={"keep": keep}, headers=headers)
        problem(response, 422, "wrong_code")
    async with service.database.reading() as connection:
        counts = await connection.execute(
            text(
                "SELECT (SELECT count(*) FROM attempt), (SELECT count(*) FROM outbox),"
                " (SELECT count(*) FROM idempotency_key)"
            )
        )
        assert tuple(counts.one()) == ((3, 3, 0) if keep else (0, 0, 0))


async def test_requests_at_the_same_time_keep_their_languages_apart(
    anonymous: httpx.AsyncClient,
) -> None:
    languages = ["zh", "en"] * 10
    answers = await asyncio.gather(
        *(anonymous.get("/search?words=a", headers={"Accept-Language": l_}) for l_ in languages)
    )
    assert [answer.json()["language"] for answer in answers] == languages
