"""``AccountChanged``: where an account's messages go, the newest version of it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.dialects.postgresql import insert

from zhiye_chassis.database import Transaction
from zhiye_contracts.events import AccountChanged
from zhiye_notifications.adapters import queue
from zhiye_notifications.adapters.tables import contact


async def project_contacts(tx: Transaction, events: Sequence[AccountChanged]) -> None:
    """Keep the newest version; messages that waited for this contact can go now."""
    statement = insert(contact)
    statement = statement.on_conflict_do_update(
        index_elements=[contact.c.account_id],
        set_={c.name: statement.excluded[c.name] for c in contact.c if c.name != "account_id"},
        where=statement.excluded.version > contact.c.version,
    )
    await tx.execute(
        statement,
        [
            {
                "account_id": event.aggregate_id,
                "version": event.version,
                "role": event.role,
                "revoked": event.status == "revoked",
                "language": event.language,
                "sealed_phone": event.sealed_phone,
                "phone_verified": event.phone_verified,
                "sealed_email": event.sealed_email,
                "email_verified": event.email_verified,
                "institution_id": event.institution_id,
                "authority_id": event.authority_id,
            }
            for event in sorted(events, key=lambda e: (e.aggregate_id, e.version))
        ],
    )
    await queue.wake(tx)
