"""Telling accounts of the steps of their cases: in the inbox, and by phone or else email."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Column, select

from zhiye_chassis.database import Transaction
from zhiye_chassis.ids import new_id
from zhiye_contracts.events import Event, ToldReason
from zhiye_notifications.adapters import queue
from zhiye_notifications.adapters.tables import contact
from zhiye_notifications.domain.delivery import WAIT_FOR_CONTACT
from zhiye_notifications.kit import Kit

E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class Told:
    """One account to tell of one event. ``source`` tells it from every other: it is told once."""

    source: str
    account_id: str
    template: str
    parameters: Mapping[str, object]
    occurred_at: datetime
    inbox_only: bool = False


def in_order(events: Iterable[E]) -> list[E]:
    return sorted(events, key=lambda e: (e.occurred_at, e.aggregate_id, e.version))


def reasons_of(reasons: Sequence[ToldReason]) -> list[dict[str, str]]:
    """In both languages: who reads it, and in which, is known when it is shown or sent."""
    return [{"zh": one.text, "en": one.text_en or one.text} for one in reasons]


async def accounts_by(
    tx: Transaction, column: Column[Any], values: Collection[str]
) -> defaultdict[str, list[str]]:
    """The accounts that are not revoked, by what a column of ``contact`` has."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    if values:
        rows = await tx.execute(
            select(column, contact.c.account_id)
            .where(column.in_(sorted(values)), ~contact.c.revoked)
            .order_by(contact.c.account_id)
        )
        for value, account in rows:
            found[value].append(account)
    return found


async def people_by(tx: Transaction, keys: Collection[str]) -> defaultdict[str, list[str]]:
    """The active accounts by the blind index of the ID number. Anybody may open an account with
    somebody's number: what is on record about that person is told to active ones only."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    if keys:
        rows = await tx.execute(
            select(contact.c.person_key, contact.c.account_id)
            .where(contact.c.person_key.in_(sorted(keys)), contact.c.active, ~contact.c.revoked)
            .order_by(contact.c.account_id)
        )
        for key, account in rows:
            found[key].append(account)
    return found


async def tell(tx: Transaction, kit: Kit, messages: Iterable[Told]) -> None:
    """Put each into the inbox, and queue the SMS or email.

    The address is looked up when it is sent: the account may not be known here yet, and then the
    message waits for it, up to 24 hours from the step.
    """
    now = kit.clock.now()
    inbox: list[dict[str, Any]] = []
    out: list[dict[str, Any]] = []
    for told in messages:
        message = {
            "source": told.source,
            "account_id": told.account_id,
            "template": told.template,
            "sealed_parameters": kit.seal_parameters(told.parameters),
        }
        inbox.append(message | {"occurred_at": told.occurred_at})
        if not told.inbox_only:
            out.append(
                message
                | {
                    "id": new_id(),
                    "language": "zh",
                    "state": "queued",
                    "attempts": 0,
                    "next_attempt_at": now,
                    "created_at": now,
                    "expires_at": told.occurred_at + WAIT_FOR_CONTACT,
                }
            )
    await queue.put_in_app(tx, inbox)
    await queue.put(tx, out)
