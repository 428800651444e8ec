"""Staff cannot have a stranger's phone flooded: what sends an SMS is limited by where it goes."""

from __future__ import annotations

from typing import Any

import pytest
from services.accounts.tests.desk import DESK, acts, institution, messages, number_of, registered
from services.accounts.tests.offices import (
    SEEN,
    STAFF,
    Offices,
    end_account,
    make_clone,
    open_offices,
)
from services.accounts.tests.world import Row, World, id_number, phone

from zhiye_accounts.adapters.tables import account, registration
from zhiye_accounts.domain.policy import NOTICES_TO_UNPROVEN
from zhiye_accounts.domain.staff_accounts import CLONES_MADE, CREDENTIALS_TO_ADDRESS

STRANGER = "13900139000"


@pytest.fixture
async def offices(world: World) -> Offices:
    return await open_offices(world)


async def made_and_ended(offices: Offices, count: int, to: str = "") -> Any:
    """So many clones one after the other; the last answer."""
    for n in range(count):
        answer = await make_clone(
            offices,
            offices.hospital,
            offices.hospital,
            user_name=f"clone{n:04d}",
            phone=to or phone(),
        )
        if answer.is_success:
            clone = await offices.world.read(answer.json()["account_id"])
            assert (await end_account(offices, offices.hospital, clone)).is_success
    return answer


async def test_clones_made_and_ended_again_flood_no_phone(offices: Offices) -> None:
    answer = await made_and_ended(offices, CREDENTIALS_TO_ADDRESS.count + 2, STRANGER)
    assert (answer.status_code, answer.json()["code"]) == (429, "limit_credentials_to_address")
    assert answer.json()["field"] == "phone"
    assert "user names and passwords" in answer.json()["next_step"]
    assert STRANGER not in answer.text
    sent = await messages(offices.world, "credentials")
    assert len(sent) == CREDENTIALS_TO_ADDRESS.count
    assert len(await offices.world.all(account)) == 6 + len(sent), "no account without its SMS"
    offices.world.clock.instant += CREDENTIALS_TO_ADDRESS.window
    answer = await make_clone(
        offices, offices.hospital, offices.hospital, user_name="later001", phone=STRANGER
    )
    assert answer.status_code == 201


async def test_nor_are_many_phones_flooded_by_one_institution(offices: Offices) -> None:
    answer = await made_and_ended(offices, CLONES_MADE.count + 1)
    assert (answer.status_code, answer.json()["code"]) == (429, "limit_clone")
    assert len(await messages(offices.world, "credentials")) == CLONES_MADE.count


async def test_accounts_issued_and_issued_again_flood_no_phone(offices: Offices) -> None:
    world = offices.world
    issued = (await offices.issue(offices.county, phone=STRANGER)).json()
    body = {"materials": SEEN, "phone": STRANGER}
    client = world.as_(offices.county)
    answers = [
        await client.post(f"{STAFF}/{issued['account_id']}/reissue", json=body)
        for _ in range(CREDENTIALS_TO_ADDRESS.count)
    ]
    assert [one.status_code for one in answers] == [200] * (len(answers) - 1) + [429]
    before = await world.read(issued["account_id"])
    ended = await end_account(offices, offices.county, before)
    assert ended.is_success, "what sends nothing is not held up"
    again = await offices.issue(offices.county, phone=STRANGER, user_name="clinic99")
    assert (again.status_code, again.json()["code"]) == (429, "limit_credentials_to_address")
    assert len(await world.all(account)) == 7, "nothing is done by half"


async def test_a_refused_reissue_changes_nothing(offices: Offices) -> None:
    world = offices.world
    await made_and_ended(offices, CREDENTIALS_TO_ADDRESS.count, STRANGER)
    row = await world.read(offices.elsewhere["id"])
    answer = await world.as_(offices.province).post(
        f"{STAFF}/{row['id']}/reissue", json={"materials": SEEN, "phone": STRANGER}
    )
    assert answer.status_code == 429
    assert await world.read(row["id"]) == row


async def test_revocations_flood_no_phone_that_an_account_was_given(world: World) -> None:
    """Whoever opens accounts with a stranger's phone, and has them revoked with words of one's
    own: the account ends each time, the phone is told a few times."""
    home = await institution(world)
    number, count = id_number(), NOTICES_TO_UNPROVEN.count + 3

    async def opened(given: str, **values: Any) -> Row:
        row = await world.account(id_number=number, phone=given, **values)
        if not await world.all(registration):
            await registered(world, row)
        return row

    async def revoked(row: Row) -> None:
        body = {"account_id": row["id"], "reason": "other", "text": "见通知"}
        answer = await home.client.post(f"{DESK}/revocations", json=body)
        assert answer.status_code == 200, answer.text

    for _ in range(count):
        await revoked(await opened(STRANGER))
    told = await messages(world, "account_revoked")
    assert [one["address"] for one in told] == [STRANGER] * NOTICES_TO_UNPROVEN.count
    assert len(await acts(world, "account_revoked")) == count

    await revoked(await opened(STRANGER, phone_verified_at=world.clock.now()))
    assert len(await messages(world, "account_revoked")) == len(told) + 1, "a proven one is told"
    world.clock.instant += NOTICES_TO_UNPROVEN.window
    last = await opened(STRANGER)
    assert number_of(world, last) == number
    await revoked(last)
    assert len(await messages(world, "account_revoked")) == len(told) + 2
