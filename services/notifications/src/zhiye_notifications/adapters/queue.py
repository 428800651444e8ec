"""The statements of the outgoing queue. Several senders may work on it at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping, text
from sqlalchemy.dialects.postgresql import insert

from zhiye_chassis.database import Transaction
from zhiye_notifications.adapters.tables import WAITING, in_app_message, outgoing
from zhiye_notifications.domain import delivery

WAKE_CHANNEL = "outgoing"
KEPT = timedelta(days=90)
"""How long finished messages are kept, for questions about delivery."""

_ADDRESS = text(
    "UPDATE outgoing SET language = contact.language,"
    " channel = CASE WHEN contact.phone_verified THEN 'sms' ELSE 'email' END,"
    " sealed_address = CASE WHEN contact.phone_verified THEN contact.sealed_phone"
    " ELSE contact.sealed_email END"
    " FROM contact WHERE outgoing.state = 'queued' AND outgoing.channel IS NULL"
    " AND contact.account_id = outgoing.account_id AND NOT contact.revoked"
    " AND (contact.phone_verified AND contact.sealed_phone IS NOT NULL"
    " OR NOT contact.phone_verified AND contact.email_verified"
    " AND contact.sealed_email IS NOT NULL)"
)
# Nearest expiry first: a code of ten minutes goes before a thousand notices of a day.
_CLAIM = text(
    "WITH due AS MATERIALIZED (SELECT id FROM outgoing"  # noqa: S608
    f" WHERE ({WAITING}) AND channel = ANY(:channels)"
    " AND next_attempt_at <= :now AND expires_at > :now"
    " ORDER BY expires_at LIMIT :take FOR UPDATE SKIP LOCKED)"
    " UPDATE outgoing SET state = 'sending', attempts = attempts + 1, started_at = :now,"
    " error_code = NULL, finished_at = NULL FROM due WHERE outgoing.id = due.id"
    " RETURNING outgoing.*"
)
_RECORD = text(
    "UPDATE outgoing SET state = :state, error_code = :error_code, provider = :provider,"
    " provider_reference = :reference, parts = coalesce(:parts, parts),"
    " next_attempt_at = coalesce(CAST(:next AS timestamptz), next_attempt_at),"
    " finished_at = CASE WHEN :state = 'queued' THEN NULL ELSE CAST(:now AS timestamptz) END,"
    " sealed_parameters = CASE WHEN :state = 'queued' THEN sealed_parameters END"
    " WHERE id = :id"
)
_LOST = text(
    "UPDATE outgoing SET state = 'failed', error_code = :code, finished_at = :now,"
    " sealed_parameters = NULL WHERE state = 'sending' AND started_at < :before"
    " RETURNING channel, template"
)
_EXPIRE = text(
    "UPDATE outgoing SET state = 'expired', finished_at = :now, sealed_parameters = NULL,"  # noqa: S608
    " error_code = CASE WHEN channel IS NULL THEN :no_contact ELSE :expired END"
    f" WHERE ({WAITING}) AND expires_at <= :now RETURNING channel, template"
)
_NO_PROVIDER = text(
    "UPDATE outgoing SET state = 'failed', error_code = :code, finished_at = :now"
    " WHERE state = 'queued' AND channel IS NOT NULL AND channel <> ALL(:channels)"
    " RETURNING channel, template"
)
_FORGET = text("DELETE FROM outgoing WHERE finished_at < :before")
_NOTIFY = text(f"SELECT pg_notify('{WAKE_CHANNEL}', '')")


async def put(tx: Transaction, messages: Sequence[Mapping[str, Any]]) -> None:
    """Queue messages, each once for its source, and wake the senders when this is committed."""
    if messages:
        await tx.execute(insert(outgoing).on_conflict_do_nothing(), list(messages))
        await tx.execute(_NOTIFY)


async def put_in_app(tx: Transaction, messages: Sequence[Mapping[str, Any]]) -> None:
    """Put messages into their accounts' inboxes, each once for its source."""
    if messages:
        await tx.execute(insert(in_app_message).on_conflict_do_nothing(), list(messages))


async def wake(tx: Transaction) -> None:
    await tx.execute(_NOTIFY)


async def claim(
    tx: Transaction, channels: Sequence[str], now: datetime, take: int
) -> list[RowMapping]:
    """Take messages that are due; they are ``sending`` from the commit on."""
    await tx.execute(_ADDRESS)
    given = {"channels": list(channels), "now": now, "take": take}
    return list((await tx.execute(_CLAIM, given)).mappings())


async def record(tx: Transaction, id_: str, now: datetime, **result: Any) -> None:
    """Write down what became of a claimed message."""
    empty = {"error_code": None, "provider": None, "reference": None, "parts": None, "next": None}
    await tx.execute(_RECORD, empty | result | {"id": id_, "now": now})


async def sweep(
    tx: Transaction, channels: Sequence[str], now: datetime
) -> dict[str, list[tuple[str | None, str]]]:
    """Give up on what was lost, what is too late and what nobody can send; (channel, template) of
    each, by error code."""
    lost = await tx.execute(
        _LOST,
        {
            "code": delivery.OUTCOME_UNKNOWN,
            "now": now,
            "before": now - delivery.OUTCOME_UNKNOWN_AFTER,
        },
    )
    expired = await tx.execute(
        _EXPIRE,
        {"now": now, "no_contact": delivery.NO_VERIFIED_CONTACT, "expired": delivery.EXPIRED},
    )
    await tx.execute(_ADDRESS)
    unsendable = await tx.execute(
        _NO_PROVIDER, {"code": delivery.NO_PROVIDER, "now": now, "channels": list(channels)}
    )
    await tx.execute(_FORGET, {"before": now - KEPT})
    return {
        delivery.OUTCOME_UNKNOWN: [tuple(row) for row in lost],
        delivery.EXPIRED: [tuple(row) for row in expired],
        delivery.NO_PROVIDER: [tuple(row) for row in unsendable],
    }
