"""Institutions and authorities with an officer each, and people who are registered there."""

from __future__ import annotations

import itertools
import json
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import httpx
from services.accounts.tests.world import Row, World, id_number
from sqlalchemy import text

from zhiye_contracts import purposes

DESK = "/api/v1/activation-desk"
HOME, HOME_NAME = "INS-HOME", "北京示例医院"
ELSEWHERE, ELSEWHERE_NAME = "INS-ELSEWHERE", "天津另一医院"
_NUMBERS = itertools.count(1)
CERTIFICATES: defaultdict[str, str] = defaultdict(lambda: "202611000001")
"""Practice certificates of the people registered here, by person."""


@dataclass
class Office:
    """An organisation, and one of its accounts."""

    world: World
    id: str
    account: Row

    @property
    def client(self) -> httpx.AsyncClient:
        return self.world.as_(self.account)

    async def people(self, **query: Any) -> list[Row]:
        answer = await self.client.get(f"{DESK}/people", params=query)
        assert answer.status_code == 200, answer.text
        items: list[Row] = answer.json()["items"]
        return items

    async def issue(self, *accounts: Row) -> list[Row]:
        body = {"account_ids": [row["id"] for row in accounts]}
        answer = await self.client.post(f"{DESK}/codes", json=body)
        assert answer.status_code == 200, answer.text
        items: list[Row] = answer.json()["items"]
        return items

    async def colleague(self) -> Office:
        """Another of its accounts: a clone (Q54)."""
        row = await self.world.account(
            **{
                key: self.account[key]
                for key in ("role", "name", "institution_id", "authority_id", "region")
            },
            main_account_id=self.account["id"],
            staff_name="李明",
        )
        return Office(self.world, self.id, row)


async def institution(
    world: World, id_: str = HOME, name: str = HOME_NAME, region: str = "110102", **more: Any
) -> Office:
    await world.organisation("institution", id_, region, name=name, **more)
    row = await world.account(role="institution", name=name, institution_id=id_, region=region)
    return Office(world, id_, row)


async def authority(world: World, region: str, name: str = "卫生健康委员会") -> Office:
    id_ = f"AUT-{region}"
    await world.organisation("authority", id_, region, name=name)
    row = await world.account(role="authority", name=name, authority_id=id_, region=region)
    return Office(world, id_, row)


async def registered(world: World, row: Row, at: str = HOME, **changes: Any) -> str:
    """A practice registration of the holder of this account; its id."""
    CERTIFICATES[row["person_key"]] = f"2026110{next(_NUMBERS):05d}"
    event = world.registered(
        row["person_key"],
        CERTIFICATES[row["person_key"]],
        **{"institution_id": at, "name": row["name"]} | changes,
    )
    await world.deliver(event)
    return event.aggregate_id


def with_certificate(row: Row, code: str) -> dict[str, str]:
    """What a nurse enters to activate her account."""
    return {"activation_code": code, "certificate_number": CERTIFICATES[row["person_key"]]}


async def own(world: World, at: str = HOME, **values: Any) -> Row:
    """One of the people of an institution, who awaits a code unless said otherwise."""
    row = await world.ready(**values)
    await registered(world, row, at)
    return await world.read(row["id"])


async def stranger(world: World, at: str | None = HOME, **changes: Any) -> str:
    """Somebody without an account, registered somewhere or nowhere; the ID number."""
    number = id_number()
    if at is not None:
        key = world.kit.person_key(number)
        await world.deliver(world.registered(key, **{"institution_id": at} | changes))
    return number


def number_of(world: World, row: Row) -> str:
    return world.kit.cipher.open(row["sealed_id_number"], purposes.ID_NUMBER)


async def acts(world: World, act: str | None = None) -> list[Row]:
    rows = await world.rows(text("SELECT * FROM staff_act ORDER BY id"))
    return [row for row in rows if act in (None, row["act"])]


async def messages(world: World, template: str) -> list[Row]:
    """Messages of a template that were asked for: channel, address and words in the clear."""
    found = []
    for event in await world.events("message-requested"):
        if event["template"] == template:
            purpose = purposes.PHONE if event["channel"] == "sms" else purposes.EMAIL
            found.append(
                {
                    "channel": event["channel"],
                    "language": event["language"],
                    "account_id": event["account_id"],
                    "address": world.kit.cipher.open(event["sealed_address"], purpose),
                    "words": json.loads(
                        world.kit.cipher.open(event["sealed_parameters"], purposes.MESSAGE)
                    ),
                }
            )
    return found
