"""``AccountChanged``: where an account's messages go, the newest version of it."""

from __future__ import annotations

from collections.abc import Sequence

from zhiye_chassis.database import Transaction
from zhiye_chassis.projections import keep_newest
from zhiye_contracts.events import AccountChanged
from zhiye_notifications.adapters import queue
from zhiye_notifications.adapters.tables import contact


async def project_contacts(tx: Transaction, events: Sequence[AccountChanged]) -> None:
    """Keep the newest version; messages that waited for this contact can go now."""
    rows = [
        {
            "account_id": event.aggregate_id,
            "version": event.version,
            "role": event.role,
            "revoked": event.status == "revoked",
            "active": event.status == "active",
            "language": event.language,
            "sealed_phone": event.sealed_phone,
            "phone_verified": event.phone_verified,
            "sealed_email": event.sealed_email,
            "email_verified": event.email_verified,
            "institution_id": event.institution_id,
            "authority_id": event.authority_id,
            "person_key": event.person_key,
            "main_account_id": event.main_account_id,
        }
        for event in events
    ]
    await keep_newest(tx, contact, rows, key="account_id")
    await queue.wake(tx)
