"""Live updates: where a stream goes on, and how it ends."""

from __future__ import annotations

import pytest
from gateway.tests.fakes import EventStream, FakeBus
from gateway.tests.live_support import (
    AUTHORITY,
    HOSPITAL,
    example,
    has_events,
    is_told,
    open_stream,
)
from gateway.tests.support import NURSE, MakeGateway, Sign

from zhiye_contracts.events import (
    AccountChanged,
    ApplicationChanged,
)
from zhiye_gateway.service import Gateway


async def test_a_stream_goes_on_after_the_last_event_that_was_received(
    gateway: Gateway, bus: FakeBus, sign: Sign
) -> None:
    first = await open_stream(gateway, sign())
    bus.pass_on(example(ApplicationChanged, version=1))
    await first.until(is_told("application-changed"))
    await first.go()
    bus.pass_on(
        example(ApplicationChanged, version=2),
        example(ApplicationChanged, version=3, account_id="somebody-else"),
        example(AccountChanged, version=9),
    )
    again = await open_stream(gateway, sign(), first.position)
    await again.until(is_told("account-changed"))
    assert [event["data"]["version"] for event in again.events] == [2, 9]
    await again.go()
    up_to_date = await open_stream(gateway, sign(), again.position)
    assert up_to_date.names == []
    await up_to_date.go()


async def test_a_quiet_client_keeps_its_place_while_others_are_busy(
    make_gateway: MakeGateway, bus: FakeBus, sign: Sign
) -> None:
    gateway = await make_gateway(remembered_events=3, heartbeat_seconds=0.05)
    quiet = await open_stream(gateway, sign())
    first = quiet.position
    bus.pass_on(*(example(AccountChanged, aggregate_id=f"other-{n}") for n in range(10)))
    await quiet.until(lambda s: s.position != first)
    assert ": heartbeat" in quiet.text
    await quiet.go()
    bus.pass_on(example(AccountChanged, aggregate_id=NURSE.account_id, version=5))
    again = await open_stream(gateway, sign(), quiet.position)
    await again.until(is_told("account-changed"))
    assert again.names == ["account-changed"]
    await again.go()


@pytest.mark.parametrize("last", ["01JD-unknown", "", "x" * 500])
async def test_an_unknown_position_is_answered_with_a_reset(
    gateway: Gateway, bus: FakeBus, sign: Sign, last: str
) -> None:
    stream = await open_stream(gateway, sign(), last)
    assert stream.names == ["reset"]
    assert stream.events[0]["data"] == {"reason": "unknown_position"}
    bus.pass_on(example(ApplicationChanged))
    await stream.until(is_told("application-changed"))
    await stream.go()


async def test_what_is_remembered_is_bounded_and_a_position_too_old_means_reset(
    make_gateway: MakeGateway, bus: FakeBus, sign: Sign
) -> None:
    gateway = await make_gateway(remembered_events=5)
    stream = await open_stream(gateway, sign())
    await stream.go()
    bus.pass_on(*(example(ApplicationChanged, version=n) for n in range(1, 8)))
    again = await open_stream(gateway, sign(), stream.position)
    assert again.names == ["reset"]
    await again.go()


async def test_a_client_that_does_not_read_is_dropped_with_a_reset(
    make_gateway: MakeGateway, bus: FakeBus, sign: Sign
) -> None:
    gateway = await make_gateway(stream_queue=3)
    slow = await open_stream(gateway, sign())
    fast = await open_stream(gateway, sign())
    slow.stop_reading()
    for version in range(1, 8):
        bus.pass_on(example(ApplicationChanged, version=version))
        await fast.until(has_events(version))
    slow.read_again()
    await slow.ended()
    assert slow.names[-1] == "reset"
    assert slow.events[-1]["data"] == {"reason": "too_slow"}
    assert len(slow.events) < 7
    assert slow.last_message == {"type": "http.response.body", "body": b"", "more_body": False}
    assert fast.is_open
    await fast.go()


async def test_a_client_that_takes_nothing_at_all_is_given_up(
    make_gateway: MakeGateway, bus: FakeBus, sign: Sign
) -> None:
    gateway = await make_gateway(stream_send_seconds=0.1)
    stuck = await open_stream(gateway, sign())
    stuck.stop_reading()
    bus.pass_on(example(ApplicationChanged))
    await stuck.ended()
    assert gateway.hub.open_streams == 0


async def test_a_stream_ends_when_its_token_expires(gateway: Gateway, sign: Sign) -> None:
    stream = await open_stream(gateway, sign(seconds=1))
    await stream.ended()
    assert ": the token has expired" in stream.text
    assert stream.last_message["more_body"] is False


async def test_the_streams_of_a_revoked_account_end_and_stay_ended(
    gateway: Gateway, bus: FakeBus, sign: Sign
) -> None:
    stream = await open_stream(gateway, sign())
    other = await open_stream(gateway, sign(HOSPITAL))
    bus.pass_on(example(AccountChanged, status="revoked", change="revoked"))
    await stream.ended()
    assert stream.events[-1]["data"]["status"] == "revoked"
    assert other.is_open
    refused = EventStream(gateway.app, sign())
    await refused.ended()
    assert refused.status == 401
    bus.pass_on(example(AccountChanged, version=4, status="active"))
    restored = await open_stream(gateway, sign())
    assert restored.status == 200
    await restored.go()
    await other.go()


async def test_there_are_no_more_streams_than_allowed_for_an_account_and_in_all(
    make_gateway: MakeGateway, sign: Sign
) -> None:
    gateway = await make_gateway(streams_per_account=2, streams_in_all=3)
    open_ones = [await open_stream(gateway, sign(who)) for who in (NURSE, NURSE, HOSPITAL)]
    for who, code in ((NURSE, "too_many_streams_account"), (AUTHORITY, "too_many_streams_gateway")):
        refused = EventStream(gateway.app, sign(who))
        await refused.ended()
        assert refused.status == 429
        assert code in refused.text
    await open_ones.pop(0).go()
    open_ones.append(await open_stream(gateway, sign(AUTHORITY)))
    for stream in open_ones:
        await stream.go()


async def test_shutting_down_ends_every_stream_and_opens_no_more(
    gateway: Gateway, sign: Sign
) -> None:
    stream = await open_stream(gateway, sign())
    gateway.stop_streams()
    await stream.ended()
    refused = EventStream(gateway.app, sign())
    await refused.ended()
    assert refused.status == 503


async def test_after_a_gap_on_the_bus_everybody_reads_again_and_nobody_resumes_from_before(
    gateway: Gateway, bus: FakeBus, sign: Sign
) -> None:
    stream = await open_stream(gateway, sign())
    bus.pass_on(example(ApplicationChanged))
    await stream.until(is_told("application-changed"))
    before = stream.position
    bus.missed()
    await stream.until(is_told("reset"))
    again = await open_stream(gateway, sign(), before)
    await again.until(is_told("reset"))
    await stream.go()
    await again.go()
