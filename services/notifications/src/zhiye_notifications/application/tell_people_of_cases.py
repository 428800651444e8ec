"""``QualificationCaseChanged``: the person is told of each step (Q14, Q59.9)."""

from __future__ import annotations

from collections.abc import Sequence

from zhiye_chassis.database import Transaction
from zhiye_contracts.events import QualificationCaseChanged
from zhiye_notifications.application.telling import (
    Told,
    in_order,
    people_by,
    reasons_of,
    tell,
)
from zhiye_notifications.domain.case_templates import template_of_case
from zhiye_notifications.kit import Kit

ABOUT_YOUR_RECORD = "case_about_your_record"


async def tell_people_of_cases(
    tx: Transaction, kit: Kit, events: Sequence[QualificationCaseChanged]
) -> None:
    """A message in the inbox of the person's account, and one to her phone or else her email.

    Whoever filed it is known by the account; a person for whom somebody filed it, by the ID
    number. When a case is submitted that would move a record to another ID number, the account of
    the present one is told too: it may be the rightful owner's.
    """
    keys = {key for e in events for key in (e.person_key, e.former_person_key) if key}
    accounts = await people_by(tx, keys)
    told: list[tuple[QualificationCaseChanged, str, str]] = []
    for event in in_order(events):
        template = template_of_case(event.kind, event.state, event.change)
        if template is None:
            continue
        own = [event.account_id] if event.account_id else accounts[event.person_key or ""]
        told += [(event, template, account) for account in own]
        if event.change == "submitted" and event.former_person_key:
            others = [a for a in accounts[event.former_person_key] if a not in own]
            told += [(event, ABOUT_YOUR_RECORD, account) for account in others]
    await tell(
        tx,
        kit,
        [
            Told(
                f"{event.aggregate_id}:{event.version}:{account}",
                account,
                template,
                _parameters(event),
                event.occurred_at,
            )
            for event, template, account in told
        ],
    )


def _parameters(event: QualificationCaseChanged) -> dict[str, object]:
    return {
        "case": event.kind,
        "number": event.number,
        "province": event.province,
        "organisation": event.organisation,
        "deadline": event.deadline.isoformat() if event.deadline else None,
        "reasons": reasons_of(event.reasons),
    }
