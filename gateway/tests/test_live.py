"""Live updates: who is told what."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import httpx
import pytest
from gateway.tests.fakes import EventStream, FakeBus
from gateway.tests.live_support import (
    AUTHORITY,
    FEEDER,
    HOSPITAL,
    PRETENDER,
    STRANGER,
    example,
    has_events,
    is_told,
    open_stream,
)
from gateway.tests.support import NURSE, Sign

from zhiye_chassis.bus.cloudevents import to_cloudevent
from zhiye_chassis.bus.in_process import InProcessCarrier
from zhiye_chassis.bus.rabbitmq import RabbitCarrier
from zhiye_chassis.security import Principal, TokenVerifier
from zhiye_contracts.events import (
    AccountChanged,
    ApplicationChanged,
    DutyChanged,
    FilingChanged,
    QualificationBatchCompleted,
    QualificationCaseChanged,
    QualificationCaseForwarded,
    QualificationRequested,
    RegistrationChanged,
    ScopeCaseChanged,
)
from zhiye_gateway.service import Gateway, build_in_process
from zhiye_gateway.settings import GatewaySettings


async def test_a_step_of_an_application_is_told_to_applicant_institution_and_authority_only(
    gateway: Gateway, bus: FakeBus, sign: Sign
) -> None:
    streams = {
        who.account_id: await open_stream(gateway, sign(who))
        for who in (NURSE, HOSPITAL, AUTHORITY, STRANGER, PRETENDER, FEEDER)
    }
    bus.pass_on(example(ApplicationChanged))
    for who in (NURSE, HOSPITAL, AUTHORITY):
        await streams[who.account_id].until(is_told("application-changed"))
    for who in (STRANGER, PRETENDER, FEEDER):
        assert streams[who.account_id].names == []
    (event,) = streams[NURSE.account_id].events
    assert event["data"] == {
        "id": "01JD0000000000000000APP001",
        "version": 4,
        "occurred_at": "2026-11-23T02:00:00Z",
        "number": "N202611230000017",
        "business_type": "nurse-first",
        "change": "approved",
        "state": "approved",
        "deadline": "2026-12-21",
    }
    for stream in streams.values():
        await stream.go()
    assert gateway.hub.open_streams == 0


async def test_an_institution_is_not_told_of_a_strangers_application_before_its_review(
    gateway: Gateway, bus: FakeBus, sign: Sign
) -> None:
    hospital = await open_stream(gateway, sign(HOSPITAL))
    authority = await open_stream(gateway, sign(AUTHORITY))
    for version, state in enumerate(("draft", "awaiting_institution", "withdrawn"), 1):
        authority_id = None if state == "draft" else AUTHORITY.authority_id
        bus.pass_on(
            example(ApplicationChanged, version=version, state=state, authority_id=authority_id)
        )
    bus.pass_on(example(ApplicationChanged, version=9, state="awaiting_authority"))
    await hospital.until(is_told("application-changed"))
    assert [event["data"]["version"] for event in hospital.events] == [9]
    await authority.until(lambda stream: len(stream.events) == 3)
    await hospital.go()
    await authority.go()


async def test_a_step_of_a_filing_is_told_to_the_institution_and_once_addressed_to_the_authority(
    gateway: Gateway, bus: FakeBus, sign: Sign
) -> None:
    streams = {
        who.account_id: await open_stream(gateway, sign(who))
        for who in (HOSPITAL, AUTHORITY, STRANGER, PRETENDER)
    }
    bus.pass_on(example(FilingChanged, version=1, state="draft", authority_id=None))
    bus.pass_on(example(FilingChanged))
    await streams[HOSPITAL.account_id].until(has_events(2))
    await streams[AUTHORITY.account_id].until(has_events(1))
    for who in (STRANGER, PRETENDER):
        assert streams[who.account_id].names == []
    (event,) = streams[AUTHORITY.account_id].events
    assert event["data"] == {
        "id": "01JD0000000000000000FIL001",
        "version": 3,
        "occurred_at": "2026-11-23T02:00:00Z",
        "number": "J202611230000001",
        "kind": "practice-licence",
        "change": "approve",
        "state": "approved",
        "deadline": "2027-01-07",
    }
    for stream in streams.values():
        await stream.go()


PERSON = Principal(
    "ACC-W", "practitioner", person_key=str(QualificationCaseChanged.example["person_key"])
)
PROVINCE = Principal(
    "ACC-B", "authority", authority_id="01JD0000000000000000AUT110", region="110000"
)
OTHER_PROVINCE = Principal("ACC-T", "authority", region="120000")


async def test_a_step_of_a_case_is_told_to_its_filer_the_person_and_the_province_only(
    gateway: Gateway, bus: FakeBus, sign: Sign
) -> None:
    inactive = replace(PERSON, account_id="ACC-I", active=False)
    streams = {
        who.account_id: await open_stream(gateway, sign(who))
        for who in (PERSON, PROVINCE, HOSPITAL, OTHER_PROVINCE, inactive, FEEDER, STRANGER)
    }
    on_behalf = {"account_id": None, "institution_id": HOSPITAL.institution_id}
    bus.pass_on(example(QualificationCaseChanged, version=1, state="draft", **on_behalf))
    bus.pass_on(example(QualificationCaseChanged, **on_behalf))
    await streams[HOSPITAL.account_id].until(has_events(2))
    for who in (PERSON, PROVINCE):
        await streams[who.account_id].until(has_events(1))
    for who in (OTHER_PROVINCE, inactive, FEEDER, STRANGER):
        assert streams[who.account_id].names == []
    (event,) = streams[PROVINCE.account_id].events
    assert event["data"] == {
        "id": "01JD0000000000000000CAS001",
        "version": 3,
        "occurred_at": "2026-11-23T02:00:00Z",
        "number": "Z202611230000001",
        "kind": "correction",
        "change": "submitted",
        "state": "awaiting_province",
        "deadline": "2026-12-21",
    }
    for stream in streams.values():
        await stream.go()


async def test_what_the_exam_centre_is_asked_is_told_to_it_without_any_number(
    gateway: Gateway, bus: FakeBus, sign: Sign
) -> None:
    stream = await open_stream(gateway, sign(FEEDER))
    stranger = await open_stream(gateway, sign(PROVINCE))
    bus.pass_on(example(QualificationCaseForwarded), example(QualificationRequested))
    await stream.until(has_events(2))
    assert stream.names == ["case-forwarded", "record-requested"]
    assert "sealed" not in stream.text
    assert "k1." not in stream.text
    assert stranger.names == []
    await stream.go()
    await stranger.go()


async def test_a_duty_is_told_to_who_has_to_act_and_to_the_person_without_saying_why(
    gateway: Gateway, bus: FakeBus, sign: Sign
) -> None:
    told = DutyChanged.example
    key = str(told["person_key"])
    concerned = [
        Principal("ACC-P", "practitioner", person_key=key),
        Principal("ACC-H", "institution", institution_id=str(told["institution_id"])),
        Principal("ACC-R", "authority", authority_id=str(told["authority_id"])),
    ]
    waiting = Principal("ACC-W", "practitioner", person_key=key, active=False)
    streams = {
        who.account_id: await open_stream(gateway, sign(who))
        for who in (*concerned, waiting, STRANGER)
    }
    bus.pass_on(example(DutyChanged))
    for who in concerned:
        await streams[who.account_id].until(has_events(1))
    (event,) = streams["ACC-H"].events
    assert event["data"] == {
        "id": "01JD0000000000000000DUT001",
        "version": 1,
        "occurred_at": "2026-11-23T02:00:00Z",
        "change": "opened",
        "state": "open",
        "kind": "cancel",
        "due_on": "2026-12-23",
    }
    assert streams["ACC-W"].names == streams[STRANGER.account_id].names == []
    for stream in streams.values():
        await stream.go()


async def test_a_step_of_a_scope_case_is_told_to_the_applicant_and_the_authorities_of_both_sides(
    gateway: Gateway, bus: FakeBus, sign: Sign
) -> None:
    example_ = ScopeCaseChanged.example
    applicant = Principal(str(example_["account_id"]), "practitioner")
    sides = [
        Principal("ACC-F", "authority", authority_id=str(example_["from_authority_id"])),
        Principal("ACC-G", "authority", region="130000"),
        Principal("ACC-U", "authority", authority_id=str(example_["to_authority_id"])),
        PROVINCE,
    ]
    streams = {
        who.account_id: await open_stream(gateway, sign(who))
        for who in (applicant, *sides, OTHER_PROVINCE, STRANGER, FEEDER)
    }
    bus.pass_on(example(ScopeCaseChanged))
    for who in (applicant, *sides):
        await streams[who.account_id].until(has_events(1))
    (event,) = streams[PROVINCE.account_id].events
    assert event["data"] == {
        "id": "01JD0000000000000000SCO001",
        "version": 2,
        "occurred_at": "2026-11-23T02:00:00Z",
        "number": "X202611230000001",
        "application_number": "N202611230000017",
        "change": "proposed",
        "state": "open",
        "by": "to",
        "deadline": "2026-12-21",
    }
    for who in (OTHER_PROVINCE, STRANGER, FEEDER):
        assert streams[who.account_id].names == []
    for stream in streams.values():
        await stream.go()


async def test_nothing_sealed_and_no_name_goes_down_a_stream(
    gateway: Gateway, bus: FakeBus, sign: Sign
) -> None:
    stream = await open_stream(gateway, sign())
    bus.pass_on(example(AccountChanged), example(ApplicationChanged))
    await stream.until(is_told("application-changed"))
    assert stream.names == ["account-changed", "application-changed"]
    for secret in ("sealed", "k1.", "王", "医院", "person_key", "5f2b0c7d", "display_name"):
        assert secret not in stream.text
    await stream.go()


async def test_a_finished_batch_is_told_to_its_feeder(
    gateway: Gateway, bus: FakeBus, sign: Sign
) -> None:
    stream = await open_stream(gateway, sign(FEEDER))
    bus.pass_on(example(QualificationBatchCompleted))
    await stream.until(is_told("batch-completed"))
    assert stream.events[0]["data"]["rejected"] == 30
    await stream.go()


async def test_what_is_not_for_telling_or_not_an_event_is_passed_over(
    gateway: Gateway, bus: FakeBus, sign: Sign
) -> None:
    stream = await open_stream(gateway, sign())
    bus.tell(b"not json")
    bus.tell(b'[{"specversion":"1.0"}]')
    broken = to_cloudevent(example(AccountChanged), "/test").replace(b'"role"', b'"roll"')
    bus.tell(broken)
    forged = to_cloudevent(example(AccountChanged), "/test")
    bus.tell(forged.replace(b'"id":"', b'"id":"\\nevent: x', 1))
    bus.pass_on(example(RegistrationChanged), example(ApplicationChanged))
    await stream.until(is_told("application-changed"))
    assert stream.names == ["application-changed"]
    await stream.go()


async def test_an_event_that_is_delivered_twice_is_told_once(
    gateway: Gateway, bus: FakeBus, sign: Sign
) -> None:
    stream = await open_stream(gateway, sign())
    body = to_cloudevent(example(ApplicationChanged), "/test")
    bus.tell(body)
    bus.tell(body)
    bus.pass_on(example(AccountChanged))
    await stream.until(is_told("account-changed"))
    assert stream.names == ["application-changed", "account-changed"]
    await stream.go()


async def test_without_a_token_there_is_no_stream(gateway: Gateway, sign: Sign) -> None:
    for token in (None, "Bearer not.a.token", sign(seconds=-1), "Basic abc"):
        stream = EventStream(gateway.app, token)
        await stream.ended()
        assert stream.status == 401
    assert gateway.hub.open_streams == 0


async def test_a_token_in_the_address_is_no_token(client: httpx.AsyncClient, sign: Sign) -> None:
    token = sign().removeprefix("Bearer ")
    answer = await client.get("/api/v1/events", params={"access_token": token, "token": token})
    assert answer.status_code == 401


async def test_events_come_through_the_carrier_of_the_embedded_profile(
    verifier: TokenVerifier, sign: Sign
) -> None:
    carrier = InProcessCarrier()
    gateway = build_in_process({}, carrier, verifier, GatewaySettings())
    await gateway.start()
    stream = await open_stream(gateway, sign())
    events = [example(ApplicationChanged), example(ApplicationChanged, version=5)]
    batch = [to_cloudevent(event, "/test") for event in events]
    await carrier.publish({ApplicationChanged.type: [batch]})
    await stream.until(lambda s: len(s.events) == 2)
    await stream.go()
    await gateway.close()


@pytest.mark.rabbitmq
async def test_events_come_through_rabbitmq(
    amqp_url: str, verifier: TokenVerifier, sign: Sign
) -> None:
    carrier = await RabbitCarrier.connect(amqp_url)
    gateway = build_in_process({}, carrier, verifier, GatewaySettings())
    await gateway.start()
    stream = await open_stream(gateway, sign())
    sender = await RabbitCarrier.connect(amqp_url)
    event = to_cloudevent(example(ApplicationChanged), "/test")
    await sender.publish({ApplicationChanged.type: [[event]]})
    await stream.until(is_told("application-changed"))
    await asyncio.gather(stream.go(), gateway.close())
    await sender.close()
    await carrier.close()


@pytest.mark.rabbitmq
async def test_a_broker_that_was_away_means_a_reset_and_then_events_again(
    amqp_url: str, broker: Any, verifier: TokenVerifier, sign: Sign
) -> None:
    carrier = await RabbitCarrier.connect(amqp_url)
    gateway = build_in_process({}, carrier, verifier, GatewaySettings())
    await gateway.start()
    stream = await open_stream(gateway, sign())
    await asyncio.to_thread(broker.kill)
    await asyncio.to_thread(broker.start)
    await stream.until(is_told("reset"))
    sender = await RabbitCarrier.connect(amqp_url)
    event = to_cloudevent(example(ApplicationChanged), "/test")
    await sender.publish({ApplicationChanged.type: [[event]]})
    await stream.until(is_told("application-changed"))
    await asyncio.gather(stream.go(), gateway.close())
    await sender.close()
    await carrier.close()
