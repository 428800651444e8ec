"""Live updates about physicians: their applications, what others file, further institutions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from gateway.tests.fakes import FakeBus
from gateway.tests.live_support import (
    AUTHORITY,
    HOSPITAL,
    STRANGER,
    example,
    has_events,
    open_stream,
)
from gateway.tests.support import NURSE, Sign

from zhiye_chassis.security import Principal
from zhiye_contracts.events import ApplicationChanged, Event, FilingEnded, FilingMade
from zhiye_gateway.service import Gateway

PERSON = "5f2b0c7de1a94f6c8d3e7a1b2c4d5e6f"
PHYSICIAN = Principal("ACC-PH", "practitioner", person_key=PERSON)
FURTHER = replace(HOSPITAL, account_id="ACC-F", institution_id="01JD0000000000000000INS002")
EX_OFFICIO: dict[str, Any] = {
    "business_type": "physician-cancellation",
    "source": "institution",
    "by_authority": True,
    "account_id": "ACC-OFFICER",
}


async def listening(gateway: Gateway, sign: Sign, *who: Principal) -> dict[str, Any]:
    return {one.account_id: await open_stream(gateway, sign(one)) for one in who}


@pytest.mark.parametrize("event", [FilingMade, FilingEnded])
async def test_filings_are_told_to_the_person_both_institutions_and_the_authority(
    gateway: Gateway, bus: FakeBus, sign: Sign, event: type[Event]
) -> None:
    unseen = replace(PHYSICIAN, account_id="ACC-NEW", active=False)
    streams = await listening(
        gateway, sign, PHYSICIAN, HOSPITAL, FURTHER, AUTHORITY, STRANGER, NURSE, unseen
    )
    bus.pass_on(example(event))
    for who in (PHYSICIAN, HOSPITAL, FURTHER, AUTHORITY):
        await streams[who.account_id].until(has_events(1))
    for who in (STRANGER, NURSE, unseen):
        assert streams[who.account_id].names == []
    (told,) = streams[HOSPITAL.account_id].events
    said = str(told["data"])
    assert "李明" not in said
    assert "王芳" not in said
    assert PERSON not in said
    for stream in streams.values():
        await stream.go()


async def test_what_others_file_is_told_to_the_person_too_once_it_is_submitted(
    gateway: Gateway, bus: FakeBus, sign: Sign
) -> None:
    streams = await listening(gateway, sign, PHYSICIAN, HOSPITAL, AUTHORITY)
    draft = EX_OFFICIO | {"version": 1, "state": "draft", "authority_id": None}
    bus.pass_on(example(ApplicationChanged, **draft))
    filed = EX_OFFICIO | {"version": 2, "state": "awaiting_authority", "change": "filed"}
    bus.pass_on(example(ApplicationChanged, **filed))
    for who in (PHYSICIAN, HOSPITAL, AUTHORITY):
        await streams[who.account_id].until(has_events(1))
        (told,) = streams[who.account_id].events
        assert told["data"]["version"] == 2
    for stream in streams.values():
        await stream.go()


async def test_a_physicians_own_application_is_told_by_the_account_as_a_nurses_is(
    gateway: Gateway, bus: FakeBus, sign: Sign
) -> None:
    streams = await listening(gateway, sign, PHYSICIAN, HOSPITAL, AUTHORITY)
    own = {"business_type": "physician-change", "account_id": PHYSICIAN.account_id}
    bus.pass_on(example(ApplicationChanged, **own))
    for who in (PHYSICIAN, HOSPITAL, AUTHORITY):
        await streams[who.account_id].until(has_events(1))
    for stream in streams.values():
        await stream.go()
