"""What becomes of registrations: reminders, moves, and changes of information."""

from __future__ import annotations

from collections.abc import Sequence

from zhiye_chassis.database import Transaction
from zhiye_contracts.codes import divisions
from zhiye_contracts.events import (
    InformationChangeStepped,
    PersonAsked,
    RegistrationMoved,
    RenewalReminder,
)
from zhiye_notifications.adapters.tables import contact
from zhiye_notifications.application.telling import (
    Told,
    accounts_by,
    in_order,
    people_by,
    reasons_of,
    tell,
)
from zhiye_notifications.domain.ask_templates import template_of_ask
from zhiye_notifications.kit import Kit


async def tell_of_renewals(tx: Transaction, kit: Kit, events: Sequence[RenewalReminder]) -> None:
    """``RenewalReminder``: to the person, by SMS or else email too (Q32)."""
    accounts = await people_by(tx, {e.person_key for e in events})
    await tell(
        tx,
        kit,
        [
            Told(
                # A registration has the same version at several of its reminders.
                f"{event.aggregate_id}:{event.reminder}:{event.valid_until}:{account}",
                account,
                f"renewal_{event.reminder}",
                {
                    "institution": event.institution_name,
                    "valid_until": event.valid_until.isoformat(),
                    "opens_on": event.opens_on.isoformat(),
                    "late_until": event.late_until.isoformat() if event.late_until else None,
                },
                event.occurred_at,
            )
            for event in in_order(events)
            for account in accounts[event.person_key]
        ],
    )


async def tell_of_asks(tx: Transaction, kit: Kit, events: Sequence[PersonAsked]) -> None:
    """``PersonAsked``: to the person, by SMS or else email too (Q20, Q41)."""
    accounts = await people_by(tx, {e.person_key for e in events})
    await tell(
        tx,
        kit,
        [
            Told(
                f"{event.aggregate_id}:{event.version}:{account}",
                account,
                template_of_ask(event.ask),
                {"institution": event.institution_name},
                event.occurred_at,
            )
            for event in in_order(events)
            for account in accounts[event.person_key]
        ],
    )


async def tell_of_moves(tx: Transaction, kit: Kit, events: Sequence[RegistrationMoved]) -> None:
    """``RegistrationMoved``: in the inboxes of the institution that had it and, where another
    authority or province has it now, of the authority that had (Nurses Regulation art. 9)."""
    institutions = await accounts_by(
        tx, contact.c.institution_id, {e.from_institution_id for e in events}
    )
    authorities = await accounts_by(
        tx, contact.c.authority_id, {e.from_authority_id for e in events if e.from_authority_id}
    )
    told: list[Told] = []
    for event in in_order(events):
        accounts = list(institutions[event.from_institution_id])
        if event.from_authority_id and _leaves_authority(event):
            accounts += authorities[event.from_authority_id]
        told += [
            Told(
                f"{event.aggregate_id}:{event.version}:moved:{account}",
                account,
                "registration_moved",
                {
                    "person": event.name,
                    "from": event.from_institution_name,
                    "into": event.into_institution_name,
                    "number": event.application_number,
                    "authority": event.authority_name,
                    "moved_on": event.moved_on.isoformat(),
                    "profession": event.profession,
                },
                event.occurred_at,
                inbox_only=True,
            )
            for account in accounts
        ]
    await tell(tx, kit, told)


def _leaves_authority(event: RegistrationMoved) -> bool:
    if divisions.province_of(event.from_region) != divisions.province_of(event.into_region):
        return True
    return event.authority_id is not None and event.authority_id != event.from_authority_id


async def tell_of_information(
    tx: Transaction, kit: Kit, events: Sequence[InformationChangeStepped]
) -> None:
    """``InformationChangeStepped``: the person is told what became of the request. What the
    person did is not told, nor the institution: it has a queue (deck 6)."""
    await tell(
        tx,
        kit,
        [
            Told(
                f"{event.aggregate_id}:{event.version}",
                event.account_id,
                f"information_change_{event.change}",
                {
                    "institution": event.institution_name,
                    "fields": event.fields,
                    "reasons": reasons_of(event.reasons),
                },
                event.occurred_at,
            )
            for event in in_order(events)
            if event.change in ("approved", "refused")
        ],
    )
