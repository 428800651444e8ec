"""Reading batches: whose they are, their results a page at a time, the file of rejects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import pytest

from zhiye_chassis.pagination import encode_cursor

Make = Callable[..., dict[str, Any]]

FEED = "/api/v1/qualification-batches"


async def test_an_exam_centre_lists_its_own_batches_newest_first(world: Any, record: Make) -> None:
    mine = [(await world.feed(record(n)))["id"] for n in range(1, 6)]
    await world.feed(record(9), account="another")
    client = world.client("exam_centre", account_id="exam-centre")
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        params = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await client.get(FEED, params=params)).json()
        assert len(page["items"]) <= 2
        found += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert found == list(reversed(mine))
    everybodys = (await world.client("operator").get(FEED)).json()["items"]
    assert len(everybodys) == 6


async def test_a_batch_is_read_by_its_owner_and_by_an_operator_only(
    world: Any, record: Make
) -> None:
    batch = await world.feed(record(1), record(2, gender="1"))
    for path in ("", "/results", "/rejects"):
        url = f"{FEED}/{batch['id']}{path}"
        owner = await world.client("exam_centre", account_id="exam-centre").get(url)
        operator = await world.client("operator").get(url)
        stranger = await world.client("exam_centre", account_id="another").get(url)
        assert (owner.status_code, operator.status_code, stranger.status_code) == (200, 200, 404)
        nowhere = await world.client("operator").get(f"{FEED}/nowhere{path}")
        assert nowhere.json()["code"] == stranger.json()["code"] == "not_found"


async def test_a_batch_tells_its_state_and_counts(world: Any, record: Make) -> None:
    fed = await world.feed(record(1), record(2, gender="1"))
    client = world.client("exam_centre", account_id="exam-centre")
    batch = (await client.get(f"{FEED}/{fed['id']}")).json()
    assert batch == {name: value for name, value in fed.items() if name != "rejects"}
    assert (batch["state"], batch["format"], batch["lines"]) == ("distributing", "ndjson", 2)


async def test_results_come_by_line_and_by_outcome_a_page_at_a_time(
    world: Any, record: Make
) -> None:
    await world.feed(*(record(n) for n in range(1, 11)))
    fed = await world.feed(
        *(record(n) for n in range(1, 6)),
        *(record(n, gender="1") for n in range(6, 9)),
        *(record(n, version=2) for n in range(9, 11)),
    )
    client = world.client("exam_centre", account_id="exam-centre")
    url = f"{FEED}/{fed['id']}/results"
    page = (await client.get(url, params={"limit": 4})).json()
    rest = (await client.get(url, params={"cursor": page["next_cursor"]})).json()
    lines = [(r["line"], r["outcome"]) for r in page["items"] + rest["items"]]
    assert lines == [
        *((n, "unchanged") for n in range(1, 6)),
        *((n, "rejected") for n in range(6, 9)),
        *((n, "updated") for n in range(9, 11)),
    ]
    assert rest["next_cursor"] is None
    for outcome, expected in (("rejected", [6, 7, 8]), ("updated", [9, 10]), ("recorded", [])):
        page = (await client.get(url, params={"outcome": outcome})).json()
        assert [r["line"] for r in page["items"]] == expected


async def test_the_rejects_come_as_a_file_of_one_json_object_a_line(
    world: Any, record: Make
) -> None:
    fed = await world.feed(*(record(n, gender="1") for n in range(1, 1206)), record(2000))
    response = await world.client("operator").get(f"{FEED}/{fed['id']}/rejects")
    assert response.headers["content-type"].startswith("application/x-ndjson")
    assert response.headers["content-disposition"].startswith("attachment; filename=")
    rejects = [orjson.loads(line) for line in response.content.splitlines()]
    assert [reject["line"] for reject in rejects] == list(range(1, 1206))
    assert rejects[0]["certificate_number"] == "2026*********01"
    reason = rejects[0]["reasons"][0]
    assert (reason["code"], reason["field"]) == ("gender_differs", "gender")
    assert reason["reason"]["zh"] != reason["reason"]["en"]


@pytest.mark.parametrize(
    "params",
    [
        {"cursor": "broken"},
        {"cursor": encode_cursor("text")},
        {"outcome": "lost"},
        {"limit": 0},
    ],
)
async def test_a_bad_question_for_results_is_refused(
    world: Any, record: Make, params: dict[str, Any]
) -> None:
    fed = await world.feed(record(gender="1"))
    response = await world.client("operator").get(f"{FEED}/{fed['id']}/results", params=params)
    assert response.status_code == 422
    assert response.json()["field"] in params


async def test_a_cursor_beyond_every_line_is_no_failure(world: Any, record: Make) -> None:
    fed = await world.feed(record(gender="1"))
    params = {"cursor": encode_cursor(2**63)}
    response = await world.client("operator").get(f"{FEED}/{fed['id']}/results", params=params)
    assert (response.status_code, response.json()["code"]) == (422, "characters_not_allowed")


@pytest.mark.parametrize("role", ["practitioner", "institution", "authority", "operator", None])
async def test_only_an_exam_centre_may_feed(world: Any, role: str | None) -> None:
    response = await world.client(role).post(
        FEED, content=b"{}", headers={"Content-Type": "application/x-ndjson"}
    )
    assert response.status_code == (403 if role else 401)
    assert await world.rows("SELECT 1 FROM batch") == []


@pytest.mark.parametrize("role", ["practitioner", "institution", "authority", None])
@pytest.mark.parametrize("path", ["", "/x", "/x/results", "/x/rejects"])
async def test_batches_are_nobody_elses_business(world: Any, role: str | None, path: str) -> None:
    response = await world.client(role).get(FEED + path)
    assert response.status_code == (403 if role else 401)
