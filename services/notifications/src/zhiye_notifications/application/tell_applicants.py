"""``ApplicationChanged``: the applicant is told at each step (deck step 9, Q59.9)."""

from __future__ import annotations

from collections.abc import Sequence

from zhiye_chassis.database import Transaction
from zhiye_contracts.events import ApplicationChanged
from zhiye_notifications.adapters.tables import contact
from zhiye_notifications.application.telling import (
    Told,
    accounts_by,
    in_order,
    people_by,
    reasons_of,
    tell,
)
from zhiye_notifications.domain.filed_templates import template_about_you, template_of_filed
from zhiye_notifications.domain.practice_templates import template_ex_officio
from zhiye_notifications.domain.templates import is_silent, template_of_step
from zhiye_notifications.kit import Kit


async def tell_applicants(tx: Transaction, kit: Kit, events: Sequence[ApplicationChanged]) -> None:
    """A message in the applicant's inbox, and one to her phone or else her email.

    What an institution filed about a person, or an authority opened by itself, the account that
    did finds in its inbox, and the person is told of it as well (Q41, Q50). Institutions and
    authorities are not told what waits for them: two thousand renewals would be two thousand
    messages, and they have queues.
    """
    filed = {event.person_key for event in events if event.source != "person"}
    accounts = await people_by(tx, filed)
    decided = {event.institution_id for event in events if _decided_ex_officio(event)}
    institutions = await accounts_by(tx, contact.c.institution_id, decided)
    told: list[Told] = []
    for event in in_order(events):
        source = f"{event.aggregate_id}:{event.version}"
        if event.source != "person":
            told += _of_filed(event, source, accounts[event.person_key])
            if _decided_ex_officio(event):
                told += _of_decided(event, source, institutions[event.institution_id])
        elif template := template_of_step(event.state, event.change):
            told.append(
                Told(source, event.account_id, template, _parameters(event), event.occurred_at)
            )
    await tell(tx, kit, told)


def _of_filed(event: ApplicationChanged, source: str, people: Sequence[str]) -> list[Told]:
    """One that others filed: to the account that did, and to the person's."""
    if is_silent(event.state, event.change):
        return []
    parameters = _parameters(event)
    told = [
        Told(
            source,
            event.account_id,
            template_of_filed(event.state),
            parameters,
            event.occurred_at,
            inbox_only=True,
        )
    ]
    # Before its first submission nobody has to decide on it.
    submitted = event.authority_id is not None
    about = template_ex_officio if event.by_authority else template_about_you
    template = about(event.state, event.change, submitted=submitted)
    if template is not None:
        told += [
            Told(f"{source}:{account}", account, template, parameters, event.occurred_at)
            for account in people
        ]
    return told


def _decided_ex_officio(event: ApplicationChanged) -> bool:
    return event.by_authority and event.state == "approved"


def _of_decided(event: ApplicationChanged, source: str, accounts: Sequence[str]) -> list[Told]:
    """The institution hears of what an authority decided by itself about one of its people."""
    return [
        Told(
            f"{source}:{account}",
            account,
            "ex_officio_here",
            _parameters(event),
            event.occurred_at,
            inbox_only=True,
        )
        for account in accounts
    ]


def _parameters(event: ApplicationChanged) -> dict[str, object]:
    return {
        "business_type": event.business_type,
        "number": event.number,
        "institution": event.institution_name,
        "authority": event.authority_name,
        "waits_for": event.waits_for_name,
        "ground": event.ground,
        "deadline": event.deadline.isoformat() if event.deadline else None,
        "reasons": reasons_of(event.reasons),
    }
