"""A process of its own with a relay and a consumer, to be killed.

``python -m services.chassis.tests.bus.worker <json>``; see ``Orders``.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from services.chassis.tests.bus.world import Counted, World, background, happening

from zhiye_chassis.bus import relay
from zhiye_chassis.bus.consumer import Consumer
from zhiye_chassis.database import Database

ROOT = Path(__file__).resolve().parents[4]


@dataclass(frozen=True)
class Orders:
    """What the worker shall do. ``dies`` says where it kills itself, as ``kill -9`` would."""

    writer: str
    reader: str
    amqp: str
    service: str
    emit: int = 0
    dies: Literal["", "before publish", "after publish", "after effect"] = ""
    small_steps: bool = False
    """A few events in each message and transaction, so that there is a middle to be killed in."""

    async def start(self) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "services.chassis.tests.bus.worker",
            json.dumps(asdict(self)),
            cwd=ROOT,
            stdout=asyncio.subprocess.DEVNULL,
        )


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class DyingConsumer(Consumer):
    async def consume(self, bodies: Sequence[bytes]) -> None:
        await super().consume(bodies)
        die()


class DyingCarrier:
    def __init__(self, carrier: relay.Carrier, *, publish: bool) -> None:
        self._carrier = carrier
        self._publish = publish

    async def publish(self, messages: Mapping[str, Sequence[list[bytes]]]) -> Mapping[str, str]:
        if self._publish:
            assert not await self._carrier.publish(messages)
        die()
        return {}


async def main(orders: Orders) -> None:
    if orders.small_steps:
        relay.TAKE, relay.MAX_EVENTS = 10, 3
    world = World(
        Database(orders.writer, "writer"),
        Database(orders.reader, "reader"),
        orders.amqp,
        orders.service,
    )
    await world.emit(*(Counted(**happening(f"worker-{n}")) for n in range(orders.emit)))
    async with world.carrier() as carrier:
        kind = DyingConsumer if orders.dies == "after effect" else Consumer
        await carrier.attach(kind(world.reader, world.subscriptions))
        way: relay.Carrier = carrier
        if orders.dies in ("before publish", "after publish"):
            way = DyingCarrier(carrier, publish=orders.dies == "after publish")
        async with background(relay.Relay(world.writer, way).run()):
            await asyncio.sleep(60)


if __name__ == "__main__":
    asyncio.run(main(Orders(**json.loads(sys.argv[1]))))
