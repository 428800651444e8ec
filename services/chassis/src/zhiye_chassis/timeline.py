"""The timeline of what goes through a workflow: who took each step, when, with which reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from sqlalchemy import RowMapping, Table, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from zhiye_chassis.database import Transaction
from zhiye_chassis.security import Principal


@dataclass(frozen=True, slots=True)
class Actor:
    """Who takes a step, and the body it is taken for. Without an account, nobody took it by hand
    here."""

    account_id: str | None
    role: str
    name: str
    organisation: str | None = None


def actor_of(caller: Principal, organisation: str | None = None) -> Actor:
    """The holder of a token, acting for a body."""
    return Actor(caller.account_id, caller.role, caller.name, organisation)


class Stepped(Protocol):
    """Something as it stands after a step."""

    @property
    def id(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def updated_at(self) -> datetime: ...
    @property
    def state(self) -> str: ...
    @property
    def reasons(self) -> Sequence[Mapping[str, str]]: ...
    @property
    def deadline(self) -> date | None: ...


@dataclass(frozen=True, slots=True)
class Timeline:
    """Steps in a table, whose column ``owner`` says of what they are."""

    table: Table
    owner: str

    async def add(
        self,
        tx: Transaction,
        one: Stepped,
        action: str,
        actor: Actor,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        """Append a step; it is never changed afterwards. ``more`` is what only this table has."""
        row: dict[str, Any] = {
            self.owner: one.id,
            "version": one.version,
            "at": one.updated_at,
            "action": action,
            "state": one.state,
            "actor_account_id": actor.account_id,
            "actor_role": actor.role,
            "actor_name": actor.name,
            "reasons": list(one.reasons),
            "deadline": one.deadline,
        }
        if actor.organisation is not None:  # not every table has the column
            row["organisation"] = actor.organisation
        await tx.execute(insert(self.table), row | dict(more or {}))

    async def of(self, connection: AsyncConnection, key: str) -> Sequence[RowMapping]:
        """All steps of one, the first first."""
        columns = self.table.c
        found = await connection.execute(
            select(self.table).where(columns[self.owner] == key).order_by(columns.version)
        )
        return found.mappings().all()
