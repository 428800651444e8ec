"""Live updates through the real gateway: one's own events, and those one may see."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from tests.journeys.caller import Caller, Staff
from tests.journeys.conftest import Connect
from tests.journeys.people import People

EVENTS = "/api/v1/events"


@dataclass
class Told:
    """One event of a stream."""

    name: str
    id: str
    data: dict[str, Any]


@dataclass
class Stream:
    """What came down one connection."""

    told: list[Told] = field(default_factory=list)
    last_id: str = ""
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def wait(self, **wanted: Any) -> Told:
        """The first event with these data, past or to come."""
        async with asyncio.timeout(15):
            while True:
                self.news.clear()
                for one in self.told:
                    if wanted.items() <= one.data.items():
                        return one
                await self.news.wait()

    async def read(self, lines: AsyncIterator[str]) -> None:
        name, data = "", ""
        async for line in lines:
            key, _, value = line.partition(": ")
            if key == "event":
                name = value
            elif key == "id":
                self.last_id = value
            elif key == "data":
                data = value
            elif not line:
                if data:
                    self.told.append(Told(name, self.last_id, json.loads(data)))
                name, data = "", ""
                self.news.set()


@asynccontextmanager
async def listening(caller: Caller, last_id: str = "") -> AsyncIterator[Stream]:
    headers = {"Authorization": f"Bearer {caller.token}"}
    headers |= {"Last-Event-ID": last_id} if last_id else {}
    stream = Stream()
    async with caller.http.stream("GET", EVENTS, headers=headers, timeout=None) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        reading = asyncio.create_task(stream.read(answer.aiter_lines()))
        try:
            async with asyncio.timeout(10):
                await stream.news.wait()
            yield stream
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)


async def test_without_a_token_nothing_is_told(connect: Connect) -> None:
    await connect().refused("GET", EVENTS, status=401, code="token_missing")


async def test_a_nurse_hears_of_her_own_account_and_applications_and_of_nobody_elses(
    people: People, staff: Staff
) -> None:
    nurse, other = await people.active(), await people.active()
    hospital = await staff("heanyiyuan")
    account = (await nurse.account())["account_id"]
    async with listening(nurse.caller) as hers, listening(other.caller) as others:
        application = await nurse.submitted()
        await hers.wait(number=application["number"], state="awaiting_institution")
        await hospital.post(
            f"/api/v1/applications/{application['id']}/institution-review",
            {"decision": "approve"},
            headers={"If-Match": application["etag"]},
        )
        last = await hers.wait(number=application["number"], state="awaiting_authority")
        theirs = await other.draft()
        await others.wait(number=theirs["number"], state="draft")
    assert {one.data["id"] for one in hers.told} <= {application["id"], account}
    assert {one.data["id"] for one in others.told} == {theirs["id"]}
    assert last.name == "application-changed"
    text = json.dumps([one.data for one in hers.told], ensure_ascii=False)
    for secret in (nurse.record["id_number"], nurse.record["name"], nurse.phone):
        assert str(secret) not in text


async def test_a_new_account_is_told_when_it_becomes_active(people: People) -> None:
    nurse = await people.registered()
    async with listening(nurse.caller) as stream:
        await nurse.verify_phone()
        verified = await stream.wait(change="contact_verified")
        await nurse.activate()
        await stream.wait(status="active")
    assert verified.name == "account-changed"


async def test_authority_and_institution_hear_of_an_application_once_they_may_see_it_in_a_list(
    people: People, staff: Staff
) -> None:
    """The authority from the submission on; the institution from its own review on: until then
    it has to find a stranger's application by the full ID number (deck 7)."""
    nurse = await people.active()
    hospital, elsewhere = await staff("heanyiyuan"), await staff("changanyy")
    county, other_county = await staff("xicheng1"), await staff("changan1")
    async with (
        listening(hospital) as institution,
        listening(elsewhere) as stranger,
        listening(county) as authority,
        listening(other_county) as other_authority,
    ):
        application = await nurse.submitted()
        number = application["number"]
        await authority.wait(number=number, state="awaiting_institution")
        await hospital.post(
            f"/api/v1/applications/{application['id']}/institution-review",
            {"decision": "approve"},
            headers={"If-Match": application["etag"]},
        )
        await institution.wait(number=number, state="awaiting_authority")
        await authority.wait(number=number, state="awaiting_authority")
    for listener, states in (
        (authority, ["awaiting_institution", "awaiting_authority"]),
        (institution, ["awaiting_authority"]),
    ):
        heard = [one.data["state"] for one in listener.told if one.data.get("number") == number]
        assert heard == states, "a draft is the applicant's own affair"
    for silent in (stranger, other_authority):
        assert number not in [one.data.get("number") for one in silent.told]


async def test_who_comes_back_is_told_what_was_missed_and_nothing_twice(people: People) -> None:
    nurse = await people.active()
    async with listening(nurse.caller) as first:
        draft = await nurse.draft()
        seen = await first.wait(number=draft["number"], state="draft")
    await nurse.caller.post(f"/api/v1/applications/{draft['id']}/withdrawal")
    again = await nurse.draft()
    async with listening(nurse.caller, last_id=seen.id) as second:
        await second.wait(number=again["number"], state="draft")
    told = [(one.data["number"], one.data["state"]) for one in second.told]
    assert told == [(draft["number"], "withdrawn"), (again["number"], "draft")]


async def test_an_unknown_position_is_answered_with_a_reset(people: People) -> None:
    nurse = await people.active()
    async with listening(nurse.caller, last_id="01NEVERTOLD") as stream:
        assert (await stream.wait(reason="unknown_position")).name == "reset"


async def test_a_sixth_connection_of_one_account_is_refused(people: People) -> None:
    nurse = await people.registered()
    open_streams = [listening(nurse.caller) for _ in range(5)]
    for stream in open_streams:
        await stream.__aenter__()
    try:
        await nurse.caller.refused("GET", EVENTS, status=429, code="too_many_streams_account")
    finally:
        for stream in open_streams:
            await stream.__aexit__(None, None, None)
    async with asyncio.timeout(10):
        while True:
            try:
                async with listening(nurse.caller):
                    break
            except (AssertionError, httpx.HTTPError):
                await asyncio.sleep(0.1)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_the_stream_is_only_read(people: People, connect: Connect, method: str) -> None:
    await connect().refused(method, EVENTS, status=405, code="method_not_allowed")
