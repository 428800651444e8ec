"""``ScopeCaseChanged``: the applicant and the authorities of both provinces are told (Q49)."""

from __future__ import annotations

from collections.abc import Sequence

from zhiye_chassis.database import Transaction
from zhiye_contracts.events import ScopeCaseChanged
from zhiye_notifications.adapters.tables import contact
from zhiye_notifications.application.telling import (
    Told,
    accounts_by,
    in_order,
    reasons_of,
    tell,
)
from zhiye_notifications.domain.scope_case_templates import (
    template_for_authority,
    template_of_scope_case,
)
from zhiye_notifications.domain.templates import TEMPLATES
from zhiye_notifications.kit import Kit


async def tell_of_scope_cases(
    tx: Transaction, kit: Kit, events: Sequence[ScopeCaseChanged]
) -> None:
    """A message in the applicant's inbox, and one to the phone or else the email, and in the
    inboxes of the authorities: of both sides, but not of the one that took the step. These cases
    are few, and somebody has to begin."""
    sides = {key for e in events for key in (e.from_authority_id, e.to_authority_id) if key}
    accounts = await accounts_by(tx, contact.c.authority_id, sides)
    told: list[Told] = []
    for event in in_order(events):
        source = f"{event.aggregate_id}:{event.version}"
        parameters = _parameters(event)
        if template := template_of_scope_case(event.change):
            told.append(
                Told(
                    source,
                    event.account_id,
                    template,
                    parameters,
                    event.occurred_at,
                    inbox_only=TEMPLATES[template].sms is None,
                )
            )
        if template := template_for_authority(event.change):
            told += [
                Told(
                    f"{source}:{account}",
                    account,
                    template,
                    parameters,
                    event.occurred_at,
                    inbox_only=True,
                )
                for authority in _to_tell(event)
                for account in accounts[authority]
            ]
    await tell(tx, kit, told)


def _to_tell(event: ScopeCaseChanged) -> list[str]:
    sides = {"from": event.from_authority_id, "to": event.to_authority_id}
    return sorted({key for side, key in sides.items() if key and side != event.by})


def _parameters(event: ScopeCaseChanged) -> dict[str, object]:
    return {
        "scope_case": event.number,
        "number": event.application_number,
        "business_type": event.business_type,
        "from_province": event.from_province,
        "to_province": event.to_province,
        "proposed_by": event.from_province if event.by == "from" else event.to_province,
        "scopes": event.scopes,
        "proposed": event.proposed_scopes or [],
        "agreed": event.agreed_scopes or [],
        "reasons": reasons_of(event.reasons),
        "deadline": event.deadline.isoformat() if event.deadline else None,
    }
