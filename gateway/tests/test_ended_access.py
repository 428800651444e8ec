"""Tokens that are void before they expire: password changed, session ended, account revoked."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from gateway.tests.fakes import EventStream, FakeBus
from gateway.tests.live_support import HOSPITAL, example, open_stream
from gateway.tests.support import NURSE, Sign, client_of

from zhiye_contracts.events import AccountChanged
from zhiye_gateway.service import Gateway

IN_SESSION = replace(NURSE, session_id="01JD0000000000000000SES001")
ELSEWHERE = replace(NURSE, session_id="01JD0000000000000000SES002")


async def asked(gateway: Gateway, token: str) -> int:
    async with client_of(gateway) as client:
        answer = await client.get("/api/v1/applications", headers={"Authorization": token})
    if answer.status_code == 401:
        assert answer.json()["code"] == "token_invalid"
    return answer.status_code


async def test_a_revoked_account_s_token_is_refused_at_once_and_others_are_not(
    gateway: Gateway, bus: FakeBus, sign: Sign
) -> None:
    token, other = sign(), sign(HOSPITAL)
    assert await asked(gateway, token) == 200
    bus.pass_on(example(AccountChanged, status="revoked", change="revoked"))
    assert await asked(gateway, token) == 401
    assert await asked(gateway, other) == 200


async def test_tokens_from_before_a_change_of_password_are_refused_and_later_ones_are_not(
    gateway: Gateway, bus: FakeBus, sign: Sign
) -> None:
    token = sign()
    changed = datetime.now(UTC)
    bus.pass_on(example(AccountChanged, tokens_not_before=changed.isoformat()))
    assert await asked(gateway, token) == 200, "of the same second: it may be the new one"
    later = (changed + timedelta(seconds=2)).isoformat()
    bus.pass_on(example(AccountChanged, version=4, tokens_not_before=later))
    assert await asked(gateway, token) == 401


async def test_an_ended_session_s_token_is_refused_and_the_other_session_goes_on(
    gateway: Gateway, bus: FakeBus, sign: Sign
) -> None:
    here, there = sign(IN_SESSION), sign(ELSEWHERE)
    stream = await open_stream(gateway, here)
    goes_on = await open_stream(gateway, there)
    bus.pass_on(example(AccountChanged, ended_session=IN_SESSION.session_id))
    await stream.ended()
    assert await asked(gateway, here) == 401
    refused = EventStream(gateway.app, here)
    await refused.ended()
    assert refused.status == 401
    assert await asked(gateway, there) == 200
    assert goes_on.is_open
    await goes_on.go()
    bus.pass_on(example(AccountChanged, version=5))
    assert await asked(gateway, here) == 401, "later changes of the account do not bring it back"


@pytest.mark.parametrize("late", [False, True])
async def test_changes_that_arrive_in_the_wrong_order_do_not_restore_access(
    gateway: Gateway, bus: FakeBus, sign: Sign, late: bool
) -> None:
    revoked = example(AccountChanged, version=7, status="revoked", change="revoked")
    older = example(AccountChanged, version=6)
    bus.pass_on(*((revoked, older) if late else (older, revoked)))
    assert await asked(gateway, sign()) == 401
