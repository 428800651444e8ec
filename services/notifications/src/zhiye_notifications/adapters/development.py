"""The development sink: messages are shown instead of sent, codes and all."""

from __future__ import annotations

from sqlalchemy import RowMapping, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.clock import Clock
from zhiye_chassis.database import Database
from zhiye_notifications.adapters.tables import development_message
from zhiye_notifications.domain.delivery import Message

KEPT = 1_000


class DevelopmentSink:
    """Keeps the last thousand messages in a table."""

    name = "development"

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def send(self, message: Message) -> str | None:
        table = development_message
        async with self._database.transaction() as tx:
            added = await tx.execute(
                insert(table)
                .values(
                    channel=message.channel,
                    address=message.address,
                    subject=message.subject,
                    text=message.text,
                    template=message.template,
                    parameters=dict(message.parameters),
                    sent_at=self._clock.now(),
                )
                .returning(table.c.id)
            )
            newest: int = added.scalar_one()
            await tx.execute(delete(table).where(table.c.id <= newest - KEPT))
        return str(newest)

    async def close(self) -> None:
        pass


async def find_development_messages(
    connection: AsyncConnection, address: str | None, channel: str | None, limit: int
) -> list[RowMapping]:
    """What was sent to the sink, newest first."""
    table = development_message
    statement = select(table).order_by(table.c.id.desc()).limit(limit)
    if address is not None:
        statement = statement.where(func.lower(table.c.address) == address.lower())
    if channel is not None:
        statement = statement.where(table.c.channel == channel)
    return list((await connection.execute(statement)).mappings())
