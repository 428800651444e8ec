"""The system of residency training says over the broker that somebody finished; the training base
keeps the trainee for thirty days and then files off post. Through the gateway (Q52)."""

from __future__ import annotations

import asyncio
import itertools
from typing import Any

import aio_pika
import httpx
import orjson
import pytest
from tests.journeys.caller import Caller, Staff
from tests.journeys.physicians import Physician, Physicians, day, file
from tests.journeys.practice import APPLICATIONS, review
from tests.journeys.system import System

from zhiye_chassis.bus.cloudevents import SINGLE
from zhiye_chassis.ids import new_id
from zhiye_contracts.record_feeds import EXCHANGE, ResidencyStated

pytestmark = pytest.mark.rabbitmq
DUTIES, RECORDS = "/api/v1/duties", "/api/v1/my/records"


async def _state(amqp_url: str, person: Physician, base: str, finished_on: str) -> None:
    """As the system of residency training does it."""
    statement = {
        "record_id": new_id(),
        "version": 1,
        "profession": "physician",
        "id_number": person.record["id_number"],
        "name": person.record["name"],
        "state": "finished",
        "specialty": "内科",
        "base_institution_id": base,
        "began_on": day(-1_000),
        "finished_on": finished_on,
    }
    event = {
        "specversion": "1.0",
        "id": new_id(),
        "source": "urn:example:residency",
        "type": ResidencyStated.type,
        "datacontenttype": "application/json",
        "data": statement,
    }
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        exchange = await channel.get_exchange(EXCHANGE, ensure=False)
        message = aio_pika.Message(orjson.dumps(event), content_type=SINGLE)
        await exchange.publish(message, routing_key=ResidencyStated.type)


async def _duties(who: Caller, registration: str) -> list[dict[str, Any]]:
    items = (await who.get(f"{DUTIES}?limit=200"))["items"]
    return [one for one in items if one["registration_id"] == registration]


async def _until_recorded(person: Physician) -> None:
    async with asyncio.timeout(30):
        while not (await person.caller.get(RECORDS))["residencies"]:  # noqa: ASYNC110
            await asyncio.sleep(0.1)


async def test_q52_the_feed_says_when_the_training_ended_and_the_base_files_after_thirty_days(
    distributed: System, amqp_url: str
) -> None:
    addresses = (f"198.18.0.{n}" for n in itertools.count(1))
    async with httpx.AsyncClient(base_url=distributed.address, timeout=60) as http:

        def connect() -> Caller:
            return Caller(http, next(addresses))

        physicians = await Physicians.open(connect, Staff(connect))
        place = physicians.places.xicheng
        kept, over = await physicians.registered(), await physicians.registered()
        form = {"ground": "trainee-finished", "informed": {"on": day(-1), "by": "post"}}

        # Thirty days are not over, whatever the hospital writes into its form.
        await _state(amqp_url, kept, place.id, day(-30))
        await _until_recorded(kept)
        held = await kept.held()
        body = {
            "business_type": "physician-off-post",
            "registration_id": held["registration_id"],
            "form": form | {"left_on": day(-300)},
        }
        early = await place.hospital.post(APPLICATIONS, body)
        await place.hospital.refused(
            "POST",
            f"{APPLICATIONS}/{early['id']}/submission",
            status=422,
            code="trainee_days_over_not_met",
            field="form.left_on",
        )

        await _state(amqp_url, over, place.id, day(-31))
        await _until_recorded(over)
        held = await over.held()
        (duty,) = await _duties(place.hospital, held["registration_id"])
        assert (duty["kind"], duty["state"]) == ("file-off-post", "open")
        one = await file(place.hospital, "off-post", duty, form | {"left_on": day(-31)})
        await review(place.authority, one["id"])
        held = await over.held()
        assert (held["status"], held["filing_ground"]) == ("filed", "trainee-finished")
        (duty,) = await _duties(place.hospital, held["registration_id"])
        assert duty["state"] == "done"
